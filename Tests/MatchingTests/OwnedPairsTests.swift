import Designs
import Matching
import Probability
import Testing

/// Units that are candidates at several base years, and are used at one of them.
@Suite("each unit once over base years") struct OwnedPairsTests {
  /// Treated units in two cohorts, and comparators that stand at both with other values.
  private struct Cohorts {
    let candidates: Candidates
    let value: [Double]
    let cohort: [Int32]
    let owners: [Int32]
    let treatedCount: Int

    init(seed: Int, treated: Int, units: Int) {
      var stream = RandomStream(Seed(UInt64(seed))["cohorts"])
      var value: [Double] = []
      var cohort: [Int32] = []
      var owners: [Int32] = []
      for unit in 0..<treated {
        value.append(stream.normal() + 0.5)
        cohort.append(Int32(stream.index(below: 2)))
        owners.append(Int32(unit))
      }
      for unit in 0..<units {
        for year in 0..<2 {
          value.append(stream.normal())
          cohort.append(Int32(year))
          owners.append(Int32(treated + unit))
        }
      }
      var candidates = Candidates(
        treated: value.indices.map { $0 < treated },
        covariates: [Covariate("x", .numbers(value))],
        exact: [Covariate("cohort", .factor(codes: cohort, levels: ["a", "b"]))])
      candidates.owners = owners
      self.candidates = candidates
      self.value = value
      self.cohort = cohort
      self.owners = owners
      treatedCount = treated
    }

    /// The least total distance by trying every choice.
    var least: Double {
      func search(_ unit: Int, _ taken: Set<Int32>) -> Double {
        guard unit < treatedCount else { return 0 }
        var best = Double.infinity
        for other in treatedCount..<value.count
        where cohort[other] == cohort[unit] && !taken.contains(owners[other]) {
          let rest = search(unit + 1, taken.union([owners[other]]))
          best = min(best, abs(value[unit] - value[other]) + rest)
        }
        return best
      }
      return search(0, [])
    }

    func total(_ sample: MatchedSample) -> Double {
      sample.pairs.reduce(0) { $0 + abs(value[$1.treated] - value[$1.control]) }
    }
  }

  private func match(
    _ cohorts: Cohorts, _ method: any MatchingMethod
  ) throws -> MatchedSample {
    try MatchDesign(method: method, distance: ScaledEuclidean()).match(
      cohorts.candidates, seed: Seed(1)
    ).sample
  }

  private func isOnce(_ sample: MatchedSample, _ owners: [Int32]) -> Bool {
    let used = owners.indices.filter { sample.isUsed($0) }.map { owners[$0] }
    return Set(used).count == used.count
  }

  @Test(arguments: 0..<25)
  func optimalPairsHaveTheLeastTotalOfAllThatUseEachUnitOnce(seed: Int) throws {
    let cohorts = Cohorts(seed: seed, treated: 4, units: 6)
    let sample = try match(cohorts, OptimalPairs())
    #expect(sample.pairs.count == 4)
    #expect(isOnce(sample, cohorts.owners))
    #expect(abs(cohorts.total(sample) - cohorts.least) < 1e-9)
    let optimum = try #require(sample.optimum)
    #expect(abs(optimum.objective - optimum.dual) < 1e-7)
  }

  @Test(arguments: 0..<10)
  func greedyPairsUseEachUnitOnceAndAreNeverBetter(seed: Int) throws {
    let cohorts = Cohorts(seed: seed, treated: 6, units: 9)
    let greedy = try match(cohorts, NearestNeighbour())
    #expect(isOnce(greedy, cohorts.owners))
    #expect(greedy.pairs.count == 6)
    #expect(cohorts.total(greedy) >= cohorts.total(try match(cohorts, OptimalPairs())) - 1e-9)
    for pair in greedy.pairs {
      #expect(cohorts.cohort[pair.treated] == cohorts.cohort[pair.control])
    }
  }

  @Test func moreTreatedThanUnitsLeavesSomeAlone() throws {
    let cohorts = Cohorts(seed: 3, treated: 5, units: 3)
    let sample = try match(cohorts, OptimalPairs())
    #expect(sample.pairs.count == 3)
    #expect(isOnce(sample, cohorts.owners))
  }

  @Test func aRatioTakesSeveralUnitsEachOnce() throws {
    let cohorts = Cohorts(seed: 5, treated: 3, units: 8)
    let sample = try match(cohorts, OptimalPairs(ratio: 2))
    #expect(sample.pairs.count == 6)
    #expect(isOnce(sample, cohorts.owners))
    #expect(Set(sample.pairs.map(\.k)) == [1, 2])
  }

  @Test func methodsThatCannotKeepItAreRefused() throws {
    let cohorts = Cohorts(seed: 1, treated: 3, units: 5)
    for method in [OverlapWeights(), OptimalFull()] as [any MatchingMethod] {
      #expect(throws: MatchingError.self) {
        _ = try MatchDesign(
          estimand: type(of: method).estimands[0], method: method
        ).match(cohorts.candidates, seed: Seed(1))
      }
    }
  }
}
