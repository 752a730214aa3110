import Designs
import LinearAlgebra
import Matching
import Probability
import Regression
import StudyFiles
import Tables
import TestSupport
import Testing

/// Who left, at which stage, to whom, and for whom the estimate still speaks.
@Suite("Audit trail")
struct AuditTrailTests {
  private func step(_ yaml: String) throws -> MatchStep {
    let root = try StudyDocument(yaml: yaml, file: "study.yaml").root
    return try MatchStep(from: Section(root, expecting: "a match step"))
  }

  private func result(
    _ settings: String, _ columns: [Column], places: [Place?]? = nil
  ) throws
    -> MatchResult
  {
    var data = DataSet()
    data.set(Table(name: "schools", columns: columns))
    return try step("{data: schools, treated: t, covariates: [x], \(settings)}").run(
      in: data, seed: Seed(1), unitKey: "id", places: places)
  }

  private func columns(_ treated: [Bool], _ x: [Double], _ more: [Column] = []) -> [Column] {
    [
      Column("id", categories: treated.indices.map { "u\($0)" }),
      Column("t", logical: treated), Column("x", numbers: x),
    ] + more
  }

  @Test("a unit that lost its partner: to whom, and by how much")
  func competition() throws {
    // Both treated are near u2; u0 is nearer, so the optimum gives it to u0; u3 is beyond u1's caliper.
    let found = try result(
      "method: optimal, distance: scaled-euclidean, caliper: {x: 1}",
      columns([true, true, false, false], [0, 0.6, 0.1, 50]))
    let table = try #require(found.table("competition"))
    #expect(table.column("unit") == [.text("u1")])
    #expect(table.column("nearest") == [.text("u2")])
    #expect(table.column("taken_by") == [.text("u0")])
    #expect(table.column("possible") == [.count(1)])
    guard case .number(let own)? = table.column("distance")?[0],
      case .number(let theirs)? = table.column("their_distance")?[0],
      case .number(let by)? = table.column("lost_by")?[0]
    else { throw ReferenceFile.MissingColumn(name: "distance") }
    #expect(isClose(own / theirs, 5, relative: 1e-8))
    #expect(isClose(by, own - theirs, relative: 1e-12))
    #expect(found.table("reasons")?.column("stage") == [.text("matching"), .text("calipers")])
  }

  @Test("every unit has a stage or a weight; reasons add up to the units that left")
  func stages() throws {
    for seed in 0..<20 {
      let candidates = RandomCandidates(seed: seed, ties: true, strata: 3, places: true).candidates
      for method in [NearestNeighbour(), OptimalPairs(), OptimalFull()] as [any MatchingMethod] {
        guard
          let match = try? MatchDesign(
            method: method, calipers: [("x", CaliperWidth(1, .own))], apart: 1, discard: .both
          ).match(candidates, seed: Seed(1))
        else { continue }
        let tables = match.tables(names: candidates.treated.indices.map { "\($0)" })
        let units = try #require(tables.first { $0.name == "units" })
        let gone = try #require(units.column("dropped")).count { $0 == .flag(true) }
        let named = try #require(units.column("stage")).count { $0 != .missing }
        let counted = try #require(
          tables.first { $0.name == "reasons" }?.column("units")
        ).reduce(0) { sum, cell in
          if case .count(let count) = cell { sum + count } else { sum }
        }
        #expect(gone == named && gone == counted)
      }
    }
  }

  @Test("whom the estimate speaks about beside those whom it was meant for")
  func representation() throws {
    let found = try result(
      "method: nearest, distance: scaled-euclidean, caliper: {x: 1}",
      columns([true, true, true, false, false], [0, 2, 40, 0.5, 2.5]))
    let table = try #require(found.table("representation"))
    #expect(table.column("meant") == [.count(3)])
    #expect(table.column("represented") == [.count(2)])
    #expect(table.column("mean_meant") == [.number(14)])
    #expect(table.column("mean_represented") == [.number(1)])
    guard case .number(let smd)? = table.column("smd")?[0] else {
      throw ReferenceFile.MissingColumn(name: "smd")
    }
    // Squares of 14, 12 and 26 over two.
    let deviation = 508.0.squareRoot()
    #expect(isClose(smd, -13 / deviation, relative: 1e-12))
  }

  @Test("balance in each exact stratum")
  func strata() throws {
    let found = try result(
      "method: nearest, distance: scaled-euclidean, exact: [kind]",
      columns(
        [true, true, false, false, false], [0, 10, 1, 14, 90],
        [Column("kind", categories: ["a", "b", "a", "b", "b"])]))
    let table = try #require(found.table("stratum_balance"))
    #expect(table.column("stratum") == [.text("a"), .text("b")])
    let deviation = (50.0).squareRoot()
    guard case .number(let first)? = table.column("smd")?[0],
      case .number(let second)? = table.column("smd")?[1]
    else { throw ReferenceFile.MissingColumn(name: "smd") }
    #expect(isClose(first, -1 / deviation, relative: 1e-12))
    #expect(isClose(second, -4 / deviation, relative: 1e-12))
  }

  @Test("partners are at most as far apart on the map as asked, whatever the method")
  func onTheMap() throws {
    let places: [Place?] = [0, 30_000, 1_000, 90_000, 31_000].map {
      .grid(easting: $0, northing: 0)
    }
    let data = columns([true, true, false, false, false], [0, 5, 9, 0, 5])
    for method in ["nearest", "optimal", "full"] {
      let found = try result(
        "method: \(method), distance: scaled-euclidean, apart: {least: 500 m, most: 5 km}", data,
        places: places)
      let used = try #require(found.table("units")?.column("dropped"))
      #expect(used == [false, false, false, true, false].map(Cell.flag), "\(method)")
      let checks = try #require(found.table("checks"))
      let row = try #require(
        checks.rows.first { $0[0] == .text("caliper distance on the map") })
      #expect(row[2] == .number(1) && row[3] == .flag(true))
    }
    #expect(throws: MatchingError.self) {
      try result(
        "method: optimal, distance: scaled-euclidean, apart: {most: 10 m}", data, places: places)
    }
  }

  @Test("missing covariates by an indicator: nobody leaves, the indicator is balanced")
  func indicator() throws {
    let treated = (0..<40).map { $0 % 4 == 0 }
    let x = (0..<40).map { (unit: Int) -> Double in
      unit % 5 == 1 ? .nan : Double((unit * 7) % 11)
    }
    let left = try result("method: nearest", columns(treated, x))
    #expect(left.table("reasons")?.column("reason")?.contains(.text("missing x")) == true)
    let kept = try result("method: nearest, missing: indicator", columns(treated, x))
    #expect(kept.table("reasons")?.column("reason")?.contains(.text("missing x")) == false)
    #expect(
      kept.table("balance")?.column("covariate")?.contains(.text("x_missing")) == true)
    #expect(kept.diagnostics.contains { $0.code == "missing-indicator" })
  }

  @Test("bounds on propensities keep those within")
  func window() throws {
    let treated = (0..<60).map { $0 % 3 == 0 }
    var x: [Double] = []
    for unit in 0..<60 {
      let shift: Double = treated[unit] ? 4 : 0
      x.append(Double((unit * 13) % 17) + shift)
    }
    let found = try result(
      "method: nearest, discard: {below: 0.2, above: 0.6}", columns(treated, x))
    let probabilities = try #require(found.outcome.propensity).model.probabilities
    for unit in treated.indices {
      let isWithin = probabilities[unit] >= 0.2 && probabilities[unit] <= 0.6
      if found.outcome.sample.isUsed(unit) { #expect(isWithin) }
      #expect((found.outcome.reasons[unit] == DropReason.trimmed) != isWithin)
    }
  }
}

/// A score of groups from a fitter that the test makes up.
@Suite("Scores of units in groups")
struct GroupScoreTests {
  private struct Known: MixedPropensityFitter {
    func fit(_ problem: MixedPropensityProblem) throws(MixedPropensityFailure) -> MixedPropensity {
      guard problem.groups.count < 4 else { throw MixedPropensityFailure("too many groups") }
      return MixedPropensity(
        linearPredictor: problem.codes.indices.map {
          problem.columns[0].values[$0] + Double(problem.codes[$0])
        }, deviation: 1)
    }
  }

  private func candidates(_ groups: Int, separated: Bool = false) -> Candidates {
    let treated = (0..<30).map { $0 % 3 == 0 }
    return Candidates(
      treated: treated,
      covariates: [
        Covariate(
          "x",
          .numbers((0..<30).map { Double(($0 * 7) % 13) / 10 + (separated && treated[$0] ? 9 : 0) })
        )
      ],
      scoreGroups: Covariate(
        "la",
        .factor(
          codes: (0..<30).map { Int32($0 % groups) }, levels: (0..<groups).map { "g\($0)" })))
  }

  @Test("the fitter's linear predictor is the score")
  func score() throws {
    let candidates = candidates(2)
    let match = try MatchDesign(distance: PropensityScore(groups: "la")).match(
      candidates, seed: Seed(1), fitter: Known())
    guard case .numbers(let x) = candidates.covariates[0].values else { return }
    for unit in 0..<30 {
      #expect(isClose(try #require(match.score)[unit], x[unit] + Double(unit % 2), absolute: 1e-9))
    }
    #expect(match.diagnostics.contains { $0.code == "multilevel-score" })
    #expect(match.propensity == nil)
  }

  @Test("what a mixed model cannot do is said, and the plain fit stands in", arguments: [3, 4, 2])
  func fallbacks(_ groups: Int) throws {
    // Three groups hold one arm each; four are too many for the fitter; two with separated covariates.
    let match = try MatchDesign(distance: PropensityScore(groups: "la")).match(
      candidates(groups, separated: groups == 2), seed: Seed(1), fitter: Known())
    let doubt = try #require(match.diagnostics.first { $0.code == "multilevel-score-left-out" })
    let words = [3: "one arm only", 4: "too many groups", 2: "Firth"]
    #expect(doubt.message.contains(try #require(words[groups])))
    #expect(match.propensity != nil)
  }

  @Test("without a fitter the match says what it needs")
  func nobody() {
    #expect(throws: MatchingError.noMixedPropensity(groups: "la")) {
      try MatchDesign(distance: PropensityScore(groups: "la")).match(candidates(2), seed: Seed(1))
    }
  }
}

@Suite("Rows that stand twice")
struct DuplicatedRowTests {
  private func codes(_ copies: Int) throws -> [Diagnostic] {
    let x = (0..<24).map { Double(($0 * 7) % 23) + 0.5 }
    let rows = Array(0..<24) + Array(0..<copies)
    var data = DataSet()
    data.set(
      Table(
        name: "schools",
        columns: [
          Column("id", categories: rows.indices.map { "u\($0)" }),
          Column("t", logical: rows.map { $0 % 3 == 0 }), Column("x", numbers: rows.map { x[$0] }),
          Column("y", numbers: rows.map { x[$0] * 2 + Double($0 % 5) }),
        ]))
    let yaml = "{data: schools, treated: t, covariates: [x], outcome: y}"
    let root = try StudyDocument(yaml: yaml, file: "study.yaml").root
    return try MatchStep(from: Section(root, expecting: "a match step")).run(
      in: data, seed: Seed(1), unitKey: "id"
    ).diagnostics
  }

  @Test("copies are counted and told; distinct rows are not")
  func told() throws {
    #expect(try !codes(0).contains { $0.code == "duplicated-rows" })
    let doubt = try #require(try codes(4).first { $0.code == "duplicated-rows" })
    #expect(doubt.message.hasPrefix("4 candidates"))
  }
}
