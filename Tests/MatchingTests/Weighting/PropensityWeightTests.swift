import Matching
import Probability
import Regression
import StudyFiles
import Tables
import TestSupport
import Testing

@Suite("Propensity weights")
struct PropensityWeightTests {
  /// One 0/1 covariate: the propensity is the share of treated in each half, in closed form.
  private static let treated = [true, true, true, false, true, false, false, false, false, false]
  private static let x = Covariate("x", .numbers([1, 1, 1, 1, 0, 0, 0, 0, 0, 0]))
  private static let share = [0.75, 1.0 / 6]

  private func match(
    _ method: any MatchingMethod, _ estimand: Estimand
  ) throws -> MatchOutcome {
    try MatchDesign(estimand: estimand, method: method).match(
      Candidates(treated: Self.treated, covariates: [Self.x]), seed: Seed(1))
  }

  @Test(
    "weights in closed form", arguments: [Estimand.att, .atc, .ate, .ato])
  func closedForm(_ estimand: Estimand) throws {
    let method: any MatchingMethod =
      switch estimand {
      case .ato: OverlapWeights()
      default: InverseProbabilityWeights()
      }
    let found = try match(method, estimand).sample
    let raw = Self.treated.enumerated().map { unit, isTreated -> Double in
      let e = Self.share[unit < 4 ? 0 : 1]
      return switch (estimand, isTreated) {
      case (.att, true), (.atc, false): 1
      case (.att, false): e / (1 - e)
      case (.atc, true): (1 - e) / e
      case (.ate, true): 1 / e
      case (.ate, false): 1 / (1 - e)
      case (.ato, true): 1 - e
      case (.ato, false): e
      }
    }
    let means = [true, false].map { arm in
      let units = raw.indices.filter { Self.treated[$0] == arm }
      return units.map { raw[$0] }.reduce(0, +) / Double(units.count)
    }
    let expected = raw.indices.map { raw[$0] / means[Self.treated[$0] ? 0 : 1] }
    #expect(largestDifference(found.weights, expected, scale: 1) < 1e-9)
    #expect(found.grouping == .weights)
  }

  @Test("overlap weights balance every covariate of the model exactly")
  func exactBalance() throws {
    var looked = 0
    for seed in 0..<10 {
      let candidates = RandomCandidates(seed: 60 + seed, ties: seed % 2 == 0).candidates
      let match = try MatchDesign(estimand: .ato, method: OverlapWeights()).match(
        candidates, seed: Seed(1))
      guard match.propensity?.model.method == .maximumLikelihood else { continue }
      looked += 1
      let balance = BalanceTable(match)
      #expect(balance.largestDifference < 1e-8)
    }
    #expect(looked >= 5)
  }

  @Test("trimming and capping are counted, checked and explained")
  func trimming() throws {
    let candidates = RandomCandidates(seed: 12, ties: false).candidates
    let method = InverseProbabilityWeights(trim: 0.2)
    let match = try MatchDesign(estimand: .ate, method: method).match(candidates, seed: Seed(1))
    let e = try #require(match.propensity).model.probabilities
    for unit in e.indices {
      let isOut = e[unit] < 0.2 || e[unit] > 0.8
      #expect((match.sample.weights[unit] == 0) == isOut)
      #expect((match.reasons[unit] == .trimmed) == isOut)
    }
    #expect(match.reasons.contains(.trimmed))
    #expect(match.checks.contains { $0.constraint == "trim" && $0.holds })
    #expect(match.diagnostics.contains { $0.code == "trimmed" })
    let capped = try MatchDesign(
      estimand: .ate, method: InverseProbabilityWeights(cap: 0.9)
    ).match(candidates, seed: Seed(1))
    #expect(capped.diagnostics.contains { $0.code == "capped-weights" })
    for arm in [true, false] {
      let units = e.indices.filter { candidates.treated[$0] == arm }
      let weights = units.map { capped.sample.weights[$0] }
      let top = try #require(weights.max())
      #expect(weights.count { isClose($0, top, relative: 1e-12) } >= units.count / 10)
    }
    #expect(throws: MatchingError.self) {
      _ = try MatchDesign(
        estimand: .ate, method: InverseProbabilityWeights(trim: 0.49)
      ).match(
        Candidates(treated: Self.treated, covariates: [Self.x]), seed: Seed(1))
    }
  }

  @Test("a given score does what the fitted one does", arguments: PropensityScore.Scale.allCases)
  func givenScore(_ scale: PropensityScore.Scale) throws {
    let plain = RandomCandidates(seed: 21, ties: false).candidates
    let fitted = try MatchDesign(distance: PropensityScore(scale: scale)).match(
      plain, seed: Seed(1))
    let model = try #require(fitted.propensity).model
    for holds in PropensityScore.Scale.allCases {
      let values = holds == .logit ? model.linearPredictor : model.probabilities
      let candidates = Candidates(
        treated: plain.treated, covariates: plain.covariates, measured: plain.measured,
        score: Covariate("ps", .numbers(values)))
      let distance = ScoreColumn("ps", holds: holds, scale: scale)
      let given = try MatchDesign(distance: distance).match(candidates, seed: Seed(1))
      #expect(given.sample.pairs.map(\.control) == fitted.sample.pairs.map(\.control))
      let weights = try MatchDesign(
        estimand: .ate, method: InverseProbabilityWeights(), distance: distance
      ).match(candidates, seed: Seed(1))
      #expect(weights.sample.equations == nil)
      let (_, doubts) = try DesignEffect.estimate(weights, outcome: plain.covariates[0])
      #expect(doubts.contains { $0.code == "estimated-weights" })
    }
    #expect(throws: MatchingError.noGivenScore(column: "ps")) {
      _ = try MatchDesign(distance: ScoreColumn("ps")).match(
        Candidates(treated: plain.treated, covariates: plain.covariates), seed: Seed(1))
    }
    let wrong = Candidates(
      treated: plain.treated, covariates: plain.covariates,
      score: Covariate("ps", .numbers(plain.treated.map { $0 ? 1.5 : 0.5 })))
    #expect(throws: MatchingError.notAProbability(column: "ps", value: 1.5)) {
      _ = try MatchDesign(distance: ScoreColumn("ps")).match(wrong, seed: Seed(1))
    }
  }

  @Test("separation is said and gives finite weights by Firth's fit")
  func separation() throws {
    let treated = (0..<20).map { $0 >= 10 }
    let x = Covariate("x", .numbers((0..<20).map(Double.init)))
    let match = try MatchDesign(estimand: .ato, method: OverlapWeights()).match(
      Candidates(treated: treated, covariates: [x]), seed: Seed(1))
    #expect(match.diagnostics.contains { $0.code == "separation" })
    #expect(match.sample.weights.allSatisfy { $0 > 0 && $0.isFinite })
    let y = Covariate("y", .numbers((0..<20).map { Double($0 % 3) }))
    #expect(try DesignEffect.estimate(match, outcome: y).effect.standardError.isFinite)
  }

  private func step(_ yaml: String) throws(SpecErrors) -> MatchStep {
    let root = try StudyDocument(yaml: yaml, file: "study.yaml").root
    return try MatchStep(from: Section(root, expecting: "a match step"))
  }

  private func problems(_ yaml: String) -> String {
    do throws(SpecErrors) {
      _ = try step(yaml)
      return ""
    } catch { return error.description }
  }

  @Test("how they are written")
  func written() throws {
    let overlap = try step("{covariates: [x], method: overlap}")
    #expect(overlap.estimand == .ato)
    #expect(overlap.method is OverlapWeights)
    let weights = try step(
      "{covariates: [x], method: weighting, estimand: ate, trim: 0.05, cap: 0.99}")
    #expect(
      weights.method as? InverseProbabilityWeights
        == InverseProbabilityWeights(trim: 0.05, cap: 0.99))
    let given = try step("{covariates: [x], distance: {score: ps}}")
    #expect(given.distance as? ScoreColumn == ScoreColumn("ps"))
    let long = try step(
      "{covariates: [x], distance: {score: {column: ps, holds: logit, scale: probability}}}")
    #expect(
      long.distance as? ScoreColumn == ScoreColumn("ps", holds: .logit, scale: .probability))
    #expect(problems("{covariates: [x], method: overlap, estimand: att}").contains("serves `ato`"))
    #expect(
      problems("{covariates: [x], method: overlap, caliper: {propensity: 1 sd}}").contains("pairs"))
    #expect(
      problems("{covariates: [x], method: weighting, outcome: y, errors: cr2}").contains(
        "use `stacked` or `hc3`"))
    #expect(
      problems("{covariates: [x], outcome: y, errors: stacked}").contains(
        "`stacked` is for weights"))
    #expect(problems("{covariates: [x], method: weighting, trim: 0.6}").contains("below 0.5"))
  }
}
