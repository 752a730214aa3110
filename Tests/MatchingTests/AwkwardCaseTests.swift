import Designs
import Matching
import Probability
import Tables
import TestSupport
import Testing

@Suite("Matching where something is wrong with the data")
struct AwkwardCaseTests {
  private func candidates(
    _ treated: [Bool], _ x: [Double], _ more: [Covariate] = [], exact: [Covariate] = [],
    places: [Place?]? = nil
  ) -> Candidates {
    let covariate = Covariate("x", .numbers(x))
    return Candidates(
      treated: treated, covariates: [covariate] + more, exact: exact, measured: [covariate],
      places: places)
  }

  private let arms = [true, true, false, false, false]
  private let overlapping = [1.0, 3, 0.5, 2, 4]

  @Test("an arm without units")
  func emptyArm() {
    #expect(throws: MatchingError.noTreatedUnit(candidates: 2)) {
      try MatchDesign().match(candidates([false, false], [1, 2]), seed: Seed(1))
    }
    #expect(throws: MatchingError.noComparator(candidates: 2)) {
      try MatchDesign().match(candidates([true, true], [1, 2]), seed: Seed(1))
    }
    #expect(throws: MatchingError.noTreatedUnit(candidates: 0)) {
      try MatchDesign().match(candidates([], []), seed: Seed(1))
    }
  }

  @Test("a covariate that is missing for a whole arm, and for some")
  func missing() throws {
    #expect(throws: MatchingError.allMissing(arm: .treated, column: "x", units: 2)) {
      try MatchDesign().match(candidates(arms, [.nan, .nan, 1, 2, 3]), seed: Seed(1))
    }
    let match = try MatchDesign().match(
      candidates(arms + [false], overlapping + [.infinity]), seed: Seed(1))
    #expect(match.reasons[5] == .missing(column: "x"))
    #expect(match.sample.weights[5] == 0)
  }

  @Test("who leaves before the match is counted by arm and column")
  func leftBefore() throws {
    let match = try MatchDesign(distance: Mahalanobis()).match(
      Candidates(
        treated: arms + [true, false],
        covariates: [
          Covariate("x", .numbers(overlapping + [.nan, 2])),
          Covariate("z", .numbers([1, 2, 3, 4, 1, 2, .nan])),
        ],
        exact: [Covariate("s", .factor(codes: [0, 0, 0, 0, 1, 0, 0], levels: ["p", "q"]))]),
      seed: Seed(1))
    let missing = try #require(match.diagnostics.first { $0.code == "missing-covariates" })
    #expect(missing.message.contains("1 treated unit and 1 comparator lack"))
    #expect(missing.message.contains("`x`: 1, `z`: 1"))
    let strata = try #require(match.diagnostics.first { $0.code == "one-sided-strata" })
    #expect(strata.message.contains("0 treated units and 1 comparator stand"))
  }

  @Test("a variance that is no number is refused by name")
  func tooLarge() {
    #expect(throws: MatchingError.notFiniteSpread(column: "x")) {
      try MatchDesign(distance: Mahalanobis()).match(
        candidates(arms, [1, 1e300, 2, 3, 4]), seed: Seed(1))
    }
  }

  @Test(
    "what is constant in an arm is standardised by both, and balances exactly where it is equal")
  func constantInAnArm() throws {
    let n = 30
    let treated = (0..<n).map { $0 < 10 }
    let x = (0..<n).map { Double(($0 * 7) % 11) }
    // Three tenths and the like are no sums of shares.
    let same = Covariate("same", .numbers([Double](repeating: 0.3, count: n)))
    let apart = Covariate(
      "apart", .factor(codes: treated.map { $0 ? 0 : 1 }, levels: ["p", "q"]))
    let match = try MatchDesign(distance: Mahalanobis()).match(
      Candidates(treated: treated, covariates: [Covariate("x", .numbers(x)), same, apart]),
      seed: Seed(1))
    let rows = BalanceTable(match).rows
    for row in rows where row.covariate == "same" {
      #expect(row.standardisedDifference == 0 && row.meanTreated == 0.3)
    }
    for row in rows where row.covariate == "apart" {
      #expect(row.standardisedDifference.isInfinite)
    }
  }

  @Test("separated arms match by Firth's scores and say so")
  func separation() throws {
    let match = try MatchDesign().match(candidates(arms, [5, 6, 1, 2, 3]), seed: Seed(1))
    #expect(match.diagnostics.map(\.code).contains("separation"))
    #expect(match.sample.pairs.count == 2)
    #expect(throws: MatchingError.self) {
      try MatchDesign(discard: .both).match(candidates(arms, [5, 6, 1, 2, 3]), seed: Seed(1))
    }
  }

  @Test("a caliper that nobody keeps is named with the nearest there is")
  func caliper() {
    let design = MatchDesign(distance: Mahalanobis(), calipers: [("x", CaliperWidth(0.25, .own))])
    #expect(
      throws: MatchingError.caliperExcludesAll(
        caliper: "x", limit: 0.25, nearest: 0.5, treated: 2)
    ) { try design.match(candidates(arms, overlapping), seed: Seed(1)) }
  }

  @Test("a caliper is kept when the difference equals it")
  func exactCaliper() throws {
    let design = MatchDesign(distance: Mahalanobis(), calipers: [("x", CaliperWidth(0.1, .own))])
    // 0.3 − 0.2 is a little below 0.1 in binary, 1.1 − 1.0 a little above.
    let match = try design.match(
      candidates([true, true, false, false], [0.3, 1.1, 0.2, 1.0]), seed: Seed(1))
    #expect(match.sample.pairs.count == 2)
  }

  @Test("strata that hold one arm only")
  func strata() throws {
    let sides = Covariate("la", .factor(codes: [0, 0, 1, 1, 1], levels: ["a", "b"]))
    #expect(throws: MatchingError.oneSidedStrata(strata: 2)) {
      try MatchDesign().match(candidates(arms, overlapping, exact: [sides]), seed: Seed(1))
    }
    let mixed = Covariate("la", .factor(codes: [0, 1, 1, 1, 2], levels: ["a", "b", "c"]))
    let match = try MatchDesign().match(
      candidates(arms, overlapping, exact: [mixed]), seed: Seed(1))
    #expect(match.reasons[0] == .emptyStratum)
    #expect(match.reasons[4] == .emptyStratum)
    #expect(match.sample.pairs.map(\.treated) == [1])
    #expect(match.diagnostics.map(\.code).contains("estimand-restated"))
  }

  @Test("constant covariates are named; when all are, there is nothing to match on")
  func constant() throws {
    let same = Covariate("same", .numbers([2, 2, 2, 2, 2]))
    for distance in [PropensityScore() as any MatchingDistance, Mahalanobis(), RobustMahalanobis()]
    {
      let match = try MatchDesign(distance: distance).match(
        candidates(arms, overlapping, [same]), seed: Seed(1))
      #expect(match.diagnostics.map(\.code).contains("constant-covariate"))
      #expect(throws: MatchingError.nothingVaries(covariates: ["x"])) {
        try MatchDesign(distance: distance).match(
          candidates(arms, [1, 1, 1, 1, 1]), seed: Seed(1))
      }
    }
  }

  @Test("methods that compute no distance name constant covariates too")
  func constantWithoutDistance() throws {
    let same = Covariate("same", .numbers([2, 2, 2, 2, 2]))
    for method in [EntropyBalancing(), CoarsenedExact()] as [any MatchingMethod] {
      let match = try MatchDesign(method: method).match(
        candidates(arms, [1, 3, 1, 2, 3], [same]), seed: Seed(1))
      #expect(match.diagnostics.map(\.code).contains("constant-covariate"))
    }
    #expect(throws: MatchingError.nothingVaries(covariates: ["x"])) {
      try MatchDesign(method: EntropyBalancing()).match(
        candidates(arms, [1, 1, 1, 1, 1]), seed: Seed(1))
    }
  }

  @Test("a singular covariance falls back to its generalised inverse and says so")
  func singular() throws {
    let twice = Covariate("twice", .numbers(overlapping.map { 2 * $0 }))
    let plain = try MatchDesign(distance: Mahalanobis()).match(
      candidates(arms, overlapping), seed: Seed(1))
    let match = try MatchDesign(distance: Mahalanobis()).match(
      candidates(arms, overlapping, [twice]), seed: Seed(1))
    #expect(match.diagnostics.map(\.code) == ["singular-covariance"])
    #expect(plain.diagnostics.isEmpty)
    #expect(plain.sample.pairs.map(\.control) == match.sample.pairs.map(\.control))
    let factor = Covariate("f", .factor(codes: [0, 1, 0, 1, 2], levels: ["a", "b", "c"]))
    let withFactor = try MatchDesign(distance: Mahalanobis()).match(
      candidates(arms, [1, 3, 0.5, 2, 4.5], [factor]), seed: Seed(1))
    #expect(!withFactor.diagnostics.map(\.code).contains("constant-covariate"))
  }

  @Test("more treated than comparators: as many pairs as there are, the rest lose and are counted")
  func moreTreated() throws {
    let treated = arms.map { !$0 }
    let match = try MatchDesign().match(candidates(treated, overlapping), seed: Seed(1))
    #expect(match.sample.pairs.count == 2)
    #expect(match.reasons.count { $0 == .lostToCompetitor } == 1)
    #expect(match.diagnostics.map(\.code).contains("more-focal-units"))
    let reused = try MatchDesign(method: NearestNeighbour(replace: true)).match(
      candidates(treated, overlapping), seed: Seed(1))
    #expect(reused.sample.pairs.count == 3)
  }

  @Test("an estimand that the method does not serve")
  func estimand() {
    #expect(throws: MatchingError.self) {
      try MatchDesign(estimand: .ate).match(candidates(arms, overlapping), seed: Seed(1))
    }
  }

  @Test("comparators near any treated unit leave, whoever their partner would be")
  func apart() throws {
    func at(_ kilometres: Double) -> Place { .grid(easting: 1000 * kilometres, northing: 0) }
    let places: [Place?] = [at(0), at(100), at(5), at(99.9), nil]
    let match = try MatchDesign(apart: 5).match(
      candidates(arms, overlapping, places: places), seed: Seed(1))
    #expect(match.reasons[2] == nil)
    #expect(match.reasons[3] == .tooNear)
    #expect(match.reasons[4] == .missing(column: "location"))
    #expect(throws: MatchingError.noneFarEnough(kilometres: 6, comparators: 2)) {
      try MatchDesign(apart: 6).match(
        candidates(arms, overlapping, places: places), seed: Seed(1))
    }
  }

  @Test("treated units outside the population keep comparators away as well")
  func otherTreated() throws {
    let globe = { (latitude: Double) in Place.globe(latitude: latitude, longitude: -1) }
    let covariate = Covariate("x", .numbers(overlapping))
    let candidates = Candidates(
      treated: arms, covariates: [covariate],
      places: [globe(50), globe(51), globe(52), globe(53), globe(54)],
      otherTreatedPlaces: [globe(53.01)])
    let match = try MatchDesign(apart: 2).match(candidates, seed: Seed(1))
    #expect(match.reasons[3] == .tooNear)
    #expect(match.sample.pairs.count == 2)
  }

  @Test("an outcome that is missing for some, and for an arm")
  func missingOutcome() throws {
    let match = try MatchDesign().match(candidates(arms, overlapping), seed: Seed(1))
    #expect(throws: MatchingError.noOutcome(arm: .treated, outcome: "y")) {
      try DesignEffect.estimate(match, outcome: Covariate("y", .numbers([.nan, .nan, 1, 2, 3])))
    }
    let many = RandomCandidates(seed: 1, ties: false).candidates
    let matched = try MatchDesign().match(many, seed: Seed(1))
    var y = many.numbers(many.covariates[1])
    y[matched.sample.pairs[0].treated] = .nan
    let (_, diagnostics) = try DesignEffect.estimate(matched, outcome: Covariate("y", .numbers(y)))
    #expect(diagnostics.map(\.code).contains("missing-outcome"))
  }

  @Test("reuse of a few comparators is a doubt about the result")
  func concentrated() throws {
    let n = 40
    var x = (0..<n).map { 10 + 0.01 * Double($0) }
    for unit in 20..<n { x[unit] = unit == 20 ? 10 : Double(unit - 20) / 4 }
    let match = try MatchDesign(
      method: NearestNeighbour(replace: true), distance: ScaledEuclidean()
    ).match(candidates((0..<n).map { $0 < 20 }, x), seed: Seed(1))
    #expect(match.sample.pairs.allSatisfy { $0.control == 20 })
    let spread = try MatchDesign(
      method: NearestNeighbour(ratio: 3, replace: true), distance: ScaledEuclidean()
    ).match(candidates((0..<n).map { $0 < 20 }, x), seed: Seed(1))
    #expect(spread.sample.pairs.count == 60)
    for match in [match, spread] {
      let sum = (20..<n).map { match.sample.weights[$0] }.reduce(0, +)
      #expect(isClose(sum, Double((20..<n).count { match.sample.isUsed($0) }), relative: 1e-12))
    }
  }
}
