import Designs
import Matching
import Probability
import Tables
import Testing

/// Units that are candidates at several base years, and are used at one of them.
@Suite("each unit once over base years") struct OwnedPairsTests {
  /// Treated units in two cohorts, and comparators that stand at both with other values.
  private struct Cohorts {
    let candidates: Candidates
    let value: [Double]
    let cohort: [Int32]
    let owners: [Int32]
    /// Differs between the years of a unit.
    let kind: [Int32]
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
      kind = value.indices.map { _ in Int32(stream.index(below: 2)) }
      var candidates = Candidates(
        treated: value.indices.map { $0 < treated },
        covariates: [
          Covariate("x", .numbers(value)),
          Covariate("kind", .factor(codes: kind, levels: ["p", "q"])),
          Covariate("half", .factor(codes: owners.map { $0 % 2 }, levels: ["even", "odd"])),
        ],
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

    /// How many choices have the least total distance.
    var choices: Int {
      let least = least
      func count(_ unit: Int, _ taken: Set<Int32>, _ total: Double) -> Int {
        guard unit < treatedCount else { return total <= least + 1e-9 ? 1 : 0 }
        var sum = 0
        for other in treatedCount..<value.count
        where cohort[other] == cohort[unit] && !taken.contains(owners[other]) {
          sum += count(
            unit + 1, taken.union([owners[other]]), total + abs(value[unit] - value[other]))
        }
        return sum
      }
      return count(0, [], 0)
    }

    /// The fewest pairs of unlike kind and then the least total distance, by trying every choice in which each
    /// treated unit has one comparator; and how many choices have that.
    var leastUnlike: (unlike: Int, total: Double, choices: Int) {
      var best = (unlike: Int.max, total: Double.infinity, choices: 0)
      func search(_ unit: Int, _ taken: Set<Int32>, _ unlike: Int, _ total: Double) {
        guard unit < treatedCount else {
          if unlike < best.unlike || unlike == best.unlike && total < best.total - 1e-9 {
            best = (unlike, total, 1)
          } else if unlike == best.unlike, abs(total - best.total) <= 1e-9 {
            best.choices += 1
          }
          return
        }
        for other in treatedCount..<value.count
        where cohort[other] == cohort[unit] && !taken.contains(owners[other]) {
          search(
            unit + 1, taken.union([owners[other]]),
            unlike + (kind[other] == kind[unit] ? 0 : 1),
            total + abs(value[unit] - value[other]))
        }
      }
      search(0, [], 0, 0)
      return best
    }

    func unlike(_ sample: MatchedSample) -> Int {
      sample.pairs.count { kind[$0.treated] != kind[$0.control] }
    }

    func total(_ sample: MatchedSample) -> Double {
      sample.pairs.reduce(0) { $0 + abs(value[$1.treated] - value[$1.control]) }
    }
  }

  private func match(
    _ cohorts: Cohorts, _ method: any MatchingMethod
  ) throws -> MatchedSample {
    // One covariate decides, so that the distance is that of `value` up to its standard deviation.
    try MatchDesign(
      method: method, distance: ScaledEuclidean(), within: (ScaledEuclidean(), ["x"])
    ).match(
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
    #expect(optimum.isUnique == (cohorts.choices == 1))
  }

  @Test(arguments: 0..<25)
  func anEqualPartnerComesBeforeANearerOne(seed: Int) throws {
    let cohorts = Cohorts(seed: 50 + seed, treated: 4, units: 6)
    let best = cohorts.leastUnlike
    let sample = try match(
      cohorts, OptimalPairs(ratio: .fixed(1), nearExact: ["kind"]))
    #expect(sample.pairs.count == 4)
    #expect(isOnce(sample, cohorts.owners))
    #expect(cohorts.unlike(sample) == best.unlike)
    #expect(abs(cohorts.total(sample) - best.total) < 1e-9)
    #expect(sample.optimum?.isUnique == (best.choices == 1))
    #expect(sample.diagnostics.contains { $0.code == "near-exact" })
    // In turn each treated unit takes an equal partner where one is left.
    for order in NearestNeighbour.Order.allCases {
      let greedy = try match(cohorts, NearestNeighbour(order: order, nearExact: ["kind"]))
      #expect(isOnce(greedy, cohorts.owners))
      #expect(cohorts.unlike(greedy) >= best.unlike)
      #expect(greedy.diagnostics.contains { $0.code == "near-exact" })
      if order == .data {
        var taken: Set<Int32> = []
        for unit in 0..<cohorts.treatedCount {
          let possible = (cohorts.treatedCount..<cohorts.value.count).filter {
            cohorts.cohort[$0] == cohorts.cohort[unit] && !taken.contains(cohorts.owners[$0])
          }
          let chosen = possible.min { a, b in
            let keys = [a, b].map { other in
              (
                cohorts.kind[other] == cohorts.kind[unit] ? 0 : 1,
                abs(cohorts.value[unit] - cohorts.value[other])
              )
            }
            return keys[0] < keys[1]
          }
          let pair = greedy.pairs.first { $0.treated == unit }
          #expect(pair?.control == chosen)
          if let chosen { taken.insert(cohorts.owners[chosen]) }
        }
      }
    }
  }

  @Test(arguments: 0..<15)
  func tiesBetweenYearsAreToldAsTies(seed: Int) throws {
    // Both years of a unit in one stratum, at the same place: whichever is taken, the total is the same.
    var stream = RandomStream(Seed(UInt64(seed))["tied"])
    let value =
      (0..<4).map { _ in stream.normal() }
      + (0..<6).flatMap { _ in
        let place = stream.normal()
        return [place, place]
      }
    var candidates = Candidates(
      treated: value.indices.map { $0 < 4 }, covariates: [Covariate("x", .numbers(value))])
    candidates.owners = value.indices.map { $0 < 4 ? Int32($0) : Int32(4 + ($0 - 4) / 2) }
    for method in [OptimalPairs(), OptimalPairs(ratio: .variable(least: 1, most: 2, mean: 1))] {
      let sample = try MatchDesign(method: method, distance: ScaledEuclidean()).match(
        candidates, seed: Seed(1)
      ).sample
      #expect(sample.optimum?.isUnique == false)
      #expect(sample.pairs.count == 4)
    }
  }

  @Test(arguments: 0..<10)
  func ratiosThatVaryAndFineBalanceUseEachUnitOnce(seed: Int) throws {
    let cohorts = Cohorts(seed: 80 + seed, treated: 4, units: 9)
    let varying = MatchRatio.variable(least: 1, most: 3, mean: 2)
    for method in [
      OptimalPairs(ratio: varying), OptimalPairs(ratio: .fixed(1), fine: ["half"]),
      NearestNeighbour(ratio: varying), NearestNeighbour(ratio: 2, order: .closest),
      NearestNeighbour(order: .farthest),
    ] as [any MatchingMethod] {
      let sample = try match(cohorts, method)
      #expect(isOnce(sample, cohorts.owners))
      for pair in sample.pairs {
        #expect(cohorts.cohort[pair.treated] == cohorts.cohort[pair.control])
      }
      if method.ratio == 3 { #expect(sample.pairs.count == 8) }
    }
    // Of a cohort without treated units nobody is asked, and then each unit stands at one year.
    if Set(cohorts.cohort.prefix(cohorts.treatedCount)).count == 2 {
      #expect(throws: MatchingError.self) {
        _ = try match(cohorts, OptimalPairs(ratio: .fixed(1), fine: ["kind"]))
      }
    }
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
    for method in [OverlapWeights(), InverseProbabilityWeights(), CardinalityMatching()]
      as [any MatchingMethod]
    {
      #expect(throws: MatchingError.self) {
        _ = try MatchDesign(
          estimand: type(of: method).estimands[0], method: method
        ).match(cohorts.candidates, seed: Seed(1))
      }
    }
  }
}
