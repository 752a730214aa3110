import Designs
import LinearAlgebra
import Matching
import Probability
import Tables
import TestSupport
import Testing

/// Treated units in cohorts and comparators that stand at each of their base years, with methods that use a
/// comparator at several.
@Suite("methods that use a comparator at several base years") struct SeveralYearsTests {
  private struct Cohorts {
    let candidates: Candidates
    let cohort: [Int32]
    let x: [Double]
    let y: [Double]
    var outcome: Covariate { Covariate("y", .numbers(y)) }

    init(seed: UInt64) {
      var stream = RandomStream(Seed(seed)["several years"])
      var x: [Double] = []
      var cohort: [Int32] = []
      var owners: [Int32] = []
      var outcome: [Double] = []
      func add(_ owner: Int, _ year: Int, _ value: Double, _ effect: Double) {
        x.append(value)
        cohort.append(Int32(year))
        owners.append(Int32(owner))
        outcome.append(value + effect + stream.normal())
      }
      for unit in 0..<24 { add(unit, unit % 3, stream.normal() + 0.3, 1) }
      for unit in 0..<60 {
        let level = stream.normal()
        for year in 0..<3 { add(24 + unit, year, level + 0.3 * stream.normal(), 0) }
      }
      var candidates = Candidates(
        treated: x.indices.map { $0 < 24 }, covariates: [Covariate("x", .numbers(x))],
        exact: [Covariate("cohort", .factor(codes: cohort, levels: ["a", "b", "c"]))])
      candidates.owners = owners
      self.candidates = candidates
      self.cohort = cohort
      self.x = x
      y = outcome
    }
  }

  static let methods: [any MatchingMethod] = [
    OptimalFull(), OptimalFull(bounds: SetBounds(minimum: 0.5, maximum: 4)), EntropyBalancing(),
    EntropyBalancing(moments: 2), PropensitySubclasses(subclasses: 3), CoarsenedExact(),
  ]

  @Test(arguments: methods.indices)
  func compareWithinCohortsAndCountUnits(_ number: Int) throws {
    let cohorts = Cohorts(seed: 4)
    let method = Self.methods[number]
    let match = try MatchDesign(method: method).match(cohorts.candidates, seed: Seed(1))
    let sample = match.sample
    #expect(match.checks.allSatisfy { $0.holds })
    #expect(match.diagnostics.contains { $0.code == "several-base-years" })
    var shares = [[Double]](repeating: [0, 0], count: 3)
    for unit in sample.weights.indices {
      shares[Int(cohorts.cohort[unit])][unit < 24 ? 0 : 1] += sample.weights[unit]
    }
    let totals = (0..<2).map { arm in shares.map { $0[arm] }.reduce(0, +) }
    for share in shares {
      #expect(isClose(share[0] / totals[0], share[1] / totals[1], relative: 1e-8))
    }
    for set in Set(sample.sets.filter { $0 >= 0 }) {
      let years = sample.sets.indices.filter { sample.sets[$0] == set }.map { cohorts.cohort[$0] }
      #expect(Set(years).count == 1)
    }
    // Rows of one unit hang together: its base years are one cluster, and treated units are their own.
    let groups = try #require(match.errorGroups(nil))
    let (effect, _) = try DesignEffect.estimate(match, outcome: cohorts.outcome, groups: groups)
    // Outcomes are x, plus 1 if treated, plus noise of variance 1: given the weights the estimate is known but for noise.
    let expected = 1 + Self.difference(cohorts.x, sample.weights)
    let outcomes = Self.difference(cohorts.y, sample.weights)
    #expect(isClose(effect.estimate, outcomes, relative: 1e-12))
    #expect(abs(effect.estimate - expected) < 4 * Self.noise(sample.weights))
    let used = Set(
      sample.weights.indices.filter { sample.weights[$0] > 0 }.map {
        cohorts.candidates.owners?[$0] ?? -1
      })
    #expect(effect.degreesOfFreedom <= Double(used.count))
    #expect(effect.standardError > 0)
  }

  /// The difference in weighted means.
  private static func difference(_ values: [Double], _ weights: [Double]) -> Double {
    let means = [0..<24, 24..<weights.count].map { arm in
      arm.reduce(0) { $0 + weights[$1] * values[$1] } / arm.reduce(0) { $0 + weights[$1] }
    }
    return means[0] - means[1]
  }

  /// The standard deviation of that difference where each value has a variance of 1 of its own.
  private static func noise(_ weights: [Double]) -> Double {
    let variances = [0..<24, 24..<weights.count].map { arm in
      let total = arm.reduce(0) { $0 + weights[$1] }
      return arm.reduce(0) { $0 + weights[$1] * weights[$1] } / (total * total)
    }
    return (variances[0] + variances[1]).squareRoot()
  }

  @Test("equal rows at every base year are one piece of information")
  func copiesAddNothing() throws {
    // Three base years with the same values: errors by unit are those of a single year.
    var stream = RandomStream(Seed(9)["copies"])
    let treated = (0..<12).map { _ in stream.normal() + 0.2 }
    let others = (0..<40).map { _ in stream.normal() }
    let noise = (0..<52).map { _ in stream.normal() }
    func candidates(years: Int) -> (Candidates, Covariate) {
      var x: [Double] = []
      var y: [Double] = []
      var cohort: [Int32] = []
      var owners: [Int32] = []
      for year in 0..<years {
        for (unit, value) in (treated + others).enumerated() {
          x.append(value)
          y.append(value + noise[unit])
          cohort.append(Int32(year))
          owners.append(Int32(unit))
        }
      }
      var result = Candidates(
        treated: x.indices.map { $0 % 52 < 12 }, covariates: [Covariate("x", .numbers(x))],
        exact: years == 1
          ? [] : [Covariate("cohort", .factor(codes: cohort, levels: ["a", "b", "c"]))])
      result.owners = owners
      return (result, Covariate("y", .numbers(y)))
    }
    func effect(years: Int, errors: EffectErrors) throws -> DesignEffect {
      let (candidates, outcome) = candidates(years: years)
      let match = try MatchDesign(method: EntropyBalancing()).match(candidates, seed: Seed(1))
      return try DesignEffect.estimate(
        match, outcome: outcome,
        groups: match.errorGroups(nil) ?? candidates.owners, errors: errors
      ).effect
    }
    let once = try effect(years: 1, errors: .cr2)
    let thrice = try effect(years: 3, errors: .cr2)
    #expect(isClose(thrice.estimate, once.estimate, relative: 1e-8))
    #expect(isClose(thrice.standardError, once.standardError, relative: 1e-6))
    #expect(isClose(thrice.degreesOfFreedom, once.degreesOfFreedom, relative: 1e-6))
  }

  @Test("cardinality matching would use a unit twice, and is refused")
  func refused() {
    #expect(throws: MatchingError.self) {
      _ = try MatchDesign(method: CardinalityMatching(), distance: Mahalanobis()).match(
        Cohorts(seed: 4).candidates, seed: Seed(1))
    }
  }
}
