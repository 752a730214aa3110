import Matching
import Probability
import Tables
import TestSupport
import Testing

@Suite("Randomisation inference within matched sets")
struct RandomisationTests {
  /// A design of exact strata: the sets are the values of the covariate.
  private func match(
    treated: [Bool], sets: [Double], estimand: Estimand = .att
  ) throws -> MatchOutcome {
    try MatchDesign(estimand: estimand, method: ExactStrata()).match(
      Candidates(treated: treated, covariates: [Covariate("set", .numbers(sets))]), seed: Seed(1))
  }

  @Test("five pairs: all 32 assignments, by hand")
  func pairs() throws {
    // Differences 5, 4, 3, 2 and −1: 3 of the 32 signings give a sum of 13 or more (15, 13; 13 = 5+4+3+2−1).
    let differences = [5.0, 4, 3, 2, -1]
    let treated = (0..<10).map { $0 % 2 == 0 }
    let sets = (0..<10).map { Double($0 / 2) }
    let y = (0..<10).map { $0 % 2 == 0 ? differences[$0 / 2] : 0 }
    let test = try RandomisationTest.of(
      try match(treated: treated, sets: sets), outcome: Covariate("y", .numbers(y)), seed: Seed(1))
    #expect(test.isExact)
    #expect(test.assignments == 32)
    #expect(test.draws == 32)
    #expect(isClose(test.estimate, 2.6, relative: 1e-12))
    #expect(test.upperTail == 2.0 / 32)
    #expect(test.lowerTail == 31.0 / 32)
    #expect(test.pValue == 4.0 / 32)
    // 1/32 is above 2.5 %: no assignment can reject.
    #expect(test.interval == -.infinity ... .infinity)
  }

  @Test("the interval holds just the effects that are not rejected")
  func inversion() throws {
    var stream = RandomStream(Seed(8)["inversion"])
    let treated = (0..<16).map { $0 % 2 == 0 }
    let sets = (0..<16).map { Double($0 / 2) }
    let y = treated.map { stream.normal() + ($0 ? 1 : 0) }
    let match = try match(treated: treated, sets: sets)
    func test(shift: Double) throws -> RandomisationTest {
      let shifted = zip(y, treated).map { $0 - ($1 ? shift : 0) }
      return try RandomisationTest.of(
        match, outcome: Covariate("y", .numbers(shifted)), seed: Seed(1))
    }
    let interval = try test(shift: 0).interval
    #expect(interval.lowerBound.isFinite)
    for step in [1e-6, 0.1, 1] {
      #expect(try test(shift: interval.lowerBound - step).upperTail <= 0.025)
      #expect(try test(shift: interval.lowerBound + step).upperTail > 0.025)
      #expect(try test(shift: interval.upperBound + step).lowerTail <= 0.025)
      #expect(try test(shift: interval.upperBound - step).lowerTail > 0.025)
    }
  }

  @Test("larger sets: all combinations, in whatever order they are gone through")
  func sets() throws {
    // One of three, and two of four: 3 × 6 assignments.
    let treated = [true, false, false, true, true, false, false]
    let sets = [0.0, 0, 0, 1, 1, 1, 1]
    let y = [4.0, 1, 2, 9, 3, 5, 2]
    let test = try RandomisationTest.of(
      try match(treated: treated, sets: sets), outcome: Covariate("y", .numbers(y)), seed: Seed(1))
    #expect(test.assignments == 18)
    var statistics: [Double] = []
    for a in 0..<3 {
      for b in 3..<7 {
        for c in (b + 1)..<7 {
          let first = y[a] - (y[0] + y[1] + y[2] - y[a]) / 2
          let second = (y[b] + y[c]) / 2 - (19 - y[b] - y[c]) / 2
          statistics.append(first / 3 + 2 * second / 3)
        }
      }
    }
    let actual = (4 - 1.5) / 3 + 2 * (6 - 3.5) / 3
    #expect(isClose(test.estimate, actual, relative: 1e-12))
    #expect(test.upperTail == Double(statistics.count { $0 >= actual - 1e-9 }) / 18)
    #expect(test.lowerTail == Double(statistics.count { $0 <= actual + 1e-9 }) / 18)
  }

  @Test("groups move whole: two federations of three pairs have four assignments")
  func groups() throws {
    let treated = (0..<12).map { $0 % 2 == 0 }
    let sets = (0..<12).map { Double($0 / 2) }
    let groups = (0..<12).map { unit in unit % 2 == 0 ? Int32(unit / 6) : -1 }
    let y = treated.enumerated().map { $1 ? Double($0) : 0 }
    let test = try RandomisationTest.of(
      try match(treated: treated, sets: sets), outcome: Covariate("y", .numbers(y)),
      groups: groups, seed: Seed(1))
    #expect(test.assignments == 4)
    #expect(test.upperTail == 0.25)
    let three = try match(
      treated: [true, false, false, true, false, false], sets: [0, 0, 0, 1, 1, 1])
    #expect(throws: MatchingError.groupsInLargerSets) {
      _ = try RandomisationTest.of(
        three, outcome: Covariate("y", .numbers([1, 2, 3, 4, 5, 6])),
        groups: [0, -1, -1, 0, -1, -1], seed: Seed(1))
    }
  }

  @Test("drawn assignments repeat by seed and come near all of them")
  func draws() throws {
    var stream = RandomStream(Seed(9)["draws"])
    let treated = (0..<60).map { $0 % 2 == 0 }
    let sets = (0..<60).map { Double($0 / 2) }
    let y = treated.map { stream.normal() + ($0 ? 0.4 : 0) }
    let match = try match(treated: treated, sets: sets)
    let outcome = Covariate("y", .numbers(y))
    let test = try RandomisationTest.of(match, outcome: outcome, seed: Seed(1))
    #expect(!test.isExact)
    #expect(test.draws == 10_000)
    #expect(try RandomisationTest.of(match, outcome: outcome, seed: Seed(1)) == test)
    // 30 pairs: the paired t test is a good approximation.
    let effect = try DesignEffect.estimate(match, outcome: outcome, errors: .cr1).effect
    #expect(abs(test.pValue - effect.pValue) < 0.02)
    #expect(abs(test.interval.lowerBound - effect.interval.lowerBound) < 0.1)
    #expect(abs(test.interval.upperBound - effect.interval.upperBound) < 0.1)
  }

  @Test("weights and reused comparators have no sets to draw in")
  func refusals() throws {
    let candidates = RandomCandidates(seed: 3, ties: false).candidates
    for method in [OverlapWeights(), NearestNeighbour(replace: true)] as [any MatchingMethod] {
      let match = try MatchDesign(
        estimand: type(of: method).estimands[0], method: method
      ).match(candidates, seed: Seed(1))
      #expect(throws: MatchingError.noMatchedSets) {
        _ = try RandomisationTest.of(match, outcome: candidates.covariates[0], seed: Seed(1))
      }
    }
  }

  @Test(
    "the joint test: χ² where there is one covariate, and a rejection where sets hide a difference")
  func joint() throws {
    var stream = RandomStream(Seed(12)["joint"])
    let treated = (0..<80).map { $0 % 2 == 0 }
    let sets = Covariate("set", .numbers((0..<80).map { Double($0 / 2) }))
    func test(shift: Double) throws -> JointBalanceTest {
      let x = treated.map { stream.normal() + ($0 ? shift : 0) }
      let candidates = Candidates(
        treated: treated, covariates: [Covariate("x", .numbers(x))], exact: [sets])
      let match = try MatchDesign(distance: Mahalanobis()).match(candidates, seed: Seed(1))
      let found = try JointBalanceTest(match, seed: Seed(2))
      let differences = match.sample.pairs.map { x[$0.treated] - x[$0.control] }
      let sum = differences.reduce(0, +)
      let squares = differences.map { $0 * $0 }.reduce(0, +)
      #expect(isClose(found.statistic, sum * sum / squares, relative: 1e-9))
      #expect(found.rank == 1)
      #expect(abs(found.pValue - found.chiSquaredPValue) < 0.06)
      return found
    }
    #expect(try test(shift: 0).pValue > 0.05)
    #expect(try test(shift: 1).pValue < 0.01)
  }

  @Test("equivalence: both one-sided tests, and the interval says the same")
  func equivalence() throws {
    var stream = RandomStream(Seed(11)["equivalence"])
    let treated = (0..<200).map { $0 % 2 == 0 }
    let sets = (0..<200).map { Double($0 / 2) }
    let y = treated.map { _ in stream.normal() }
    let effect = try DesignEffect.estimate(
      try match(treated: treated, sets: sets), outcome: Covariate("y", .numbers(y))
    ).effect
    for bound in [0.05, 0.2, 0.3, 0.5, 1] {
      let test = EquivalenceTest(effect, within: .deviations(bound))
      let limit = bound * effect.deviation
      let isInside = test.interval.lowerBound > -limit && test.interval.upperBound < limit
      #expect(test.isEquivalent == isInside)
      #expect(isClose(test.bound, limit, relative: 1e-12))
    }
    #expect(!EquivalenceTest(effect, within: .deviations(0.05)).isEquivalent)
    #expect(EquivalenceTest(effect, within: .outcome(5)).isEquivalent)
  }
}
