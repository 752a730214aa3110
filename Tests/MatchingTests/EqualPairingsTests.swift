import LinearAlgebra
import Matching
import Probability
import Tables
import TestSupport
import Testing

/// The range of an effect over equally good pairings, through the step, against going through all of them.
@Suite("Equally good pairings")
struct EqualPairingsTests {
  /// Four treated and four comparators on a line whose pairings in any order cost the same.
  @Test("the least and the largest standard error of all pairings of least total are found")
  func extremes() throws {
    let treated = [10.0, 11, 12, 13]
    let controls = [1.0, 2, 3, 4]
    let outcomes = [3.0, 9, 4, 8, 1, 7, 2, 5]
    let candidates = Candidates(
      treated: (0..<8).map { $0 < 4 },
      covariates: [Covariate("x", .numbers(treated + controls))])
    let match = try MatchDesign(method: OptimalPairs(), distance: ScaledEuclidean()).match(
      candidates, seed: Seed(1))
    let optimum = try #require(match.sample.optimum)
    #expect(optimum.isUnique == false)
    let found = try #require(
      try match.equalPairings(
        outcome: Covariate("y", .numbers(outcomes)), adjustments: [[]], groups: nil, errors: .cr1
      ).first)
    // All 24 pairings have the same total: CR1 of a difference in pairs is a multiple of s/√n.
    var spreads: [Double] = []
    func go(_ chosen: [Int]) {
      guard chosen.count < 4 else {
        let differences = zip(0..<4, chosen).map { outcomes[$0] - outcomes[4 + $1] }
        let mean = differences.reduce(0, +) / 4
        let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        spreads.append((squares / 3 / 4).squareRoot())
        return
      }
      for other in 0..<4 where !chosen.contains(other) { go(chosen + [other]) }
    }
    go([])
    let (least, largest) = try (#require(spreads.min()), #require(spreads.max()))
    let ends = found.standardErrors
    #expect(isClose(ends.upperBound / ends.lowerBound, largest / least, relative: 1e-9))
    // CR1's factor for four pairs.
    #expect(isClose(ends.lowerBound / least, ends.upperBound / largest, relative: 1e-9))
    #expect(isClose(found.estimates.lowerBound, found.estimates.upperBound, relative: 1e-12))
    #expect(found.pairings >= 2 && found.matters)
  }

  @Test("a comparator that is as near as the chosen one changes the estimate")
  func replacement() throws {
    let candidates = Candidates(
      treated: [true, true, false, false, false],
      covariates: [Covariate("x", .numbers([0, 10, 1, -1, 10]))])
    let match = try MatchDesign(method: OptimalPairs(), distance: ScaledEuclidean()).match(
      candidates, seed: Seed(1))
    let found = try #require(
      try match.equalPairings(
        outcome: Covariate("y", .numbers([5, 6, 1, 3, 2])), adjustments: [[]], groups: nil,
        errors: .hc3
      ).first)
    #expect(isClose(found.estimates.lowerBound, ((5 - 3) + (6 - 2)) / 2.0, relative: 1e-12))
    #expect(isClose(found.estimates.upperBound, ((5 - 1) + (6 - 2)) / 2.0, relative: 1e-12))
  }

  @Test("a unique optimum has no range")
  func unique() throws {
    let candidates = Candidates(
      treated: [true, true, false, false, false],
      covariates: [
        Covariate("x", .numbers([0, 10, 1, -2, 10])), Covariate("z", .numbers([0, 1, 3, 2, 7])),
      ])
    let match = try MatchDesign(method: OptimalPairs(), distance: Mahalanobis()).match(
      candidates, seed: Seed(1))
    #expect(match.sample.optimum?.isUnique == true)
    #expect(
      try match.equalPairings(
        outcome: Covariate("y", .numbers([5, 6, 1, 3, 2])), adjustments: [[]], groups: nil,
        errors: .hc3
      ).isEmpty)
  }
}
