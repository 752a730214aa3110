import Foundation
import Matching
import Probability
import Regression
import Tables
import TestSupport
import Testing

/// Sandwich errors of 160 schools by R (`Tests/Fixtures/matching/stacked.R`): stacked equations, A by
/// numerical differences.
@Suite("Stacked errors of estimated weights")
struct StackedErrorTests {
  struct Case: CustomTestStringConvertible {
    let kind: String
    let estimand: Estimand
    var testDescription: String { "\(kind) \(estimand)" }
  }

  static let cases =
    [Estimand.att, .atc, .ate, .ato].map { Case(kind: "logit", estimand: $0) }
    + [Estimand.att, .ate].map { Case(kind: "probit", estimand: $0) }
    + [Estimand.att, .atc, .ate].map { Case(kind: "entropy", estimand: $0) }

  @Test("against R's numerical sandwich", arguments: cases, [false, true])
  func reproduces(_ example: Case, isAdjusted: Bool) throws {
    let fixture = try StrataFixtureTests.fixture("stacked")
    let name = "\(example.kind) \(example.estimand.rawValue) \(isAdjusted ? "adjusted" : "plain")"
    let expected = try #require(fixture[name])
    let schools = try StrataFixtureTests.fixture("schools")
    let (all, _) = try FixtureTests.candidates(schools)
    let y = try #require(schools["data"]?["mach"]?.array).compactMap(\.number)
    let candidates = Candidates(
      treated: all.treated,
      covariates: all.covariates.filter { ["n", "mean_ses", "minority_share"].contains($0.name) })
    let method: any MatchingMethod =
      switch (example.kind, example.estimand) {
      case ("entropy", _): EntropyBalancing()
      case (_, .ato): OverlapWeights()
      default: InverseProbabilityWeights()
      }
    let design = MatchDesign(
      estimand: example.estimand, method: method,
      distance: PropensityScore(link: example.kind == "probit" ? .probit : .logit))
    let match = try design.match(candidates, seed: Seed(1))
    let adjust =
      isAdjusted
      ? all.covariates.filter { ["mean_ses", "minority_share"].contains($0.name) } : []
    let (effect, doubts) = try DesignEffect.estimate(
      match, outcome: Covariate("mach", .numbers(y)), adjust: adjust)
    let n = Double(y.count)
    let k = isAdjusted ? 6.0 : 2
    let estimate = try #require(expected["estimate"]?.number)
    let error = try #require(expected["se"]?.number) * (n / (n - k)).squareRoot()
    #expect(isClose(effect.estimate, estimate, relative: 1e-8))
    #expect(isClose(effect.standardError, error, relative: 1e-7))
    #expect(effect.degreesOfFreedom == n - k)
    #expect(!doubts.contains { $0.code == "estimated-weights" })
    if ProcessInfo.processInfo.environment["SHOW_ERRORS"] != nil {
      print("ERR", name, effect.estimate / estimate - 1, effect.standardError / error - 1)
    }
  }

  @Test("groups of one give the same errors as no groups, but for the factor of small samples")
  func groupsOfOne() throws {
    let candidates = RandomCandidates(seed: 3, ties: false).candidates
    let outcome = candidates.covariates[0]
    let match = try MatchDesign(estimand: .ato, method: OverlapWeights()).match(
      candidates, seed: Seed(1))
    let alone = try DesignEffect.estimate(match, outcome: outcome).effect
    let grouped = try DesignEffect.estimate(
      match, outcome: outcome, groups: candidates.treated.indices.map(Int32.init)
    ).effect
    #expect(isClose(alone.standardError, grouped.standardError, relative: 1e-12))
    #expect(grouped.degreesOfFreedom == Double(candidates.count - 1))
    // Two candidates in each group: the sums of their influences count.
    let pairs = try DesignEffect.estimate(
      match, outcome: outcome, groups: candidates.treated.indices.map { Int32($0 / 2) }
    ).effect
    #expect(pairs.degreesOfFreedom == Double((candidates.count + 1) / 2 - 1))
  }

  /// 200 studies of 300 units: with coverage 0.95 the number of intervals that hold the truth is outside
  /// 179 … 199 with probability below 0.002 for each method.
  @Test(
    "intervals hold the truth as often as they say",
    arguments: [
      ("overlap", Estimand.ato), ("weighting", .ate), ("weighting", .att), ("entropy", .att),
    ])
  func coverage(_ method: String, _ estimand: Estimand) throws {
    var held = 0
    var plain = 0.0
    var stacked = 0.0
    var estimates: [Double] = []
    let truth = 0.7
    for study in 0..<200 {
      var stream = RandomStream(Seed(41)["coverage"], replicate: UInt32(study))
      var x: [Double] = []
      var u: [Double] = []
      var treated: [Bool] = []
      var y: [Double] = []
      for _ in 0..<300 {
        let (a, b) = (stream.normal(), stream.normal())
        x.append(a)
        u.append(b)
        treated.append(stream.uniform() < PortableMath.logistic(0.6 * a - 0.4 * b - 0.3))
        y.append(2 * a + b + (treated[treated.count - 1] ? truth : 0) + stream.normal())
      }
      let candidates = Candidates(
        treated: treated, covariates: [Covariate("x", .numbers(x)), Covariate("u", .numbers(u))])
      let chosen: any MatchingMethod =
        switch method {
        case "overlap": OverlapWeights()
        case "entropy": EntropyBalancing()
        default: InverseProbabilityWeights()
        }
      let match = try MatchDesign(estimand: estimand, method: chosen).match(
        candidates, seed: Seed(1))
      let outcome = Covariate("y", .numbers(y))
      let effect = try DesignEffect.estimate(match, outcome: outcome).effect
      if effect.interval.contains(truth) { held += 1 }
      estimates.append(effect.estimate)
      stacked += effect.standardError / 200
      plain +=
        try DesignEffect.estimate(match, outcome: outcome, errors: .hc3).effect.standardError / 200
    }
    #expect((179...199).contains(held), "\(held) of 200")
    let mean = estimates.reduce(0, +) / 200
    let spread = (estimates.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 199).squareRoot()
    #expect(abs(stacked / spread - 1) < 0.15, "\(stacked) against \(spread)")
    // Weights taken as known give errors far too large here, where they balance what explains the outcome.
    #expect(plain > 1.2 * stacked)
  }
}
