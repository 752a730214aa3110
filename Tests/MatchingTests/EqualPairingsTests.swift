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

  @Test("a comparator at another base year is no other comparator")
  func owners() throws {
    // The second comparator and the last are one school, and the last is as near the second treated unit as the third.
    var candidates = Candidates(
      treated: [true, true, false, false, false, false],
      covariates: [Covariate("x", .numbers([0, 10, 1, -1, 10, 10]))])
    candidates.owners = [0, 1, 2, 3, 4, 3]
    let match = try MatchDesign(method: OptimalPairs(), distance: ScaledEuclidean()).match(
      candidates, seed: Seed(1))
    #expect(match.sample.optimum?.isUnique == false)
    let found = try #require(
      try match.equalPairings(
        outcome: Covariate("y", .numbers([5, 6, 1, 3, 2, 90])), adjustments: [[]], groups: nil,
        errors: .hc3
      ).first)
    // With that school twice the least would be ((5 − 3) + (6 − 90)) / 2.
    #expect(found.estimates.lowerBound >= ((5 - 1) + (6 - 90)) / 2.0 - 1e-9)
    #expect(isClose(found.estimates.upperBound, ((5 - 1) + (6 - 2)) / 2.0, relative: 1e-12))
  }

  /// Every set of links that touches all units with the least total, as weights of a full match.
  private func fullMatches(
    _ x: [Double], treated n: Int
  ) -> [[Int32]] {
    let controls = x.count - n
    var best = Double.infinity
    var found: [[Int32]] = []
    for links in 0..<(1 << (n * controls)) {
      var total = 0.0
      var touched = [Int](repeating: 0, count: x.count)
      for i in 0..<n {
        for j in 0..<controls where links & (1 << (i * controls + j)) != 0 {
          total += abs(x[i] - x[n + j])
          touched[i] += 1
          touched[n + j] += 1
        }
      }
      guard touched.allSatisfy({ $0 > 0 }), total <= best + 1e-9 else { continue }
      if total < best - 1e-9 { found = [] }
      best = min(best, total)
      // In stars every link has an end of its own.
      var sets = [Int32](repeating: -1, count: x.count)
      var isStars = true
      for i in 0..<n {
        for j in 0..<controls where links & (1 << (i * controls + j)) != 0 {
          if touched[i] > 1, touched[n + j] > 1 { isStars = false }
          let centre = touched[n + j] > 1 ? n + j : i
          sets[i] = Int32(centre)
          sets[n + j] = Int32(centre)
        }
      }
      if isStars { found.append(sets) }
    }
    return found
  }

  @Test(
    "full matches of the same total: the range lies within that of all of them", arguments: 0..<30)
  func full(seed: Int) throws {
    var stream = RandomStream(Seed(UInt64(seed))["full"])
    let x = (0..<7).map { _ in (stream.normal() * 2).rounded() }
    let y = x.map { $0 + stream.normal() }
    let outcome = Covariate("y", .numbers(y))
    let candidates = Candidates(
      treated: (0..<7).map { $0 < 3 }, covariates: [Covariate("x", .numbers(x))])
    guard Set(x).count > 1 else { return }
    for estimand in [Estimand.att, .atc, .ate] {
      let match = try MatchDesign(
        estimand: estimand, method: OptimalFull(), distance: ScaledEuclidean()
      ).match(candidates, seed: Seed(1))
      let all = fullMatches(x, treated: 3).map { sets -> Double in
        let weights = MatchedSample.setWeights(
          sets, treated: candidates.treated, estimand: estimand)
        func mean(_ arm: Range<Int>) -> Double {
          var sum = 0.0
          var weight = 0.0
          for unit in arm {
            sum += weights[unit] * y[unit]
            weight += weights[unit]
          }
          return sum / weight
        }
        return mean(0..<3) - mean(3..<7)
      }
      let (least, largest) = try (#require(all.min()), #require(all.max()))
      guard
        let found = try? match.equalPairings(
          outcome: outcome, adjustments: [[]], groups: nil, errors: .hc3
        ).first
      else { continue }
      #expect(found.estimates.lowerBound >= least - 1e-9)
      #expect(found.estimates.upperBound <= largest + 1e-9)
    }
  }

  @Test("a comparator midway between two treated units may stand with either")
  func midway() throws {
    let candidates = Candidates(
      treated: [true, true, false, false, false],
      covariates: [Covariate("x", .numbers([0, 10, 1, 5, 9]))])
    let match = try MatchDesign(method: OptimalFull(), distance: ScaledEuclidean()).match(
      candidates, seed: Seed(1))
    #expect(match.sample.optimum?.isUnique == false)
    let found = try #require(
      try match.equalPairings(
        outcome: Covariate("y", .numbers([5, 6, 1, 8, 2])), adjustments: [[]], groups: nil,
        errors: .hc3
      ).first)
    // With the first treated unit the one midway has a mean of (1 + 8) / 2 there, else of (8 + 2) / 2 at the second.
    let ends: [Double] = [2.25, 2.5]
    #expect(isClose(found.estimates.lowerBound, ends[0], relative: 1e-12))
    #expect(isClose(found.estimates.upperBound, ends[1], relative: 1e-12))
  }
}
