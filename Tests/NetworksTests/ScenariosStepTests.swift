import Designs
import Foundation
import Networks
import Probability
import StudyFiles
import Tables
import Testing

/// A `scenarios` step from its text to its tables.
@Suite struct ScenariosStepTests {
  static let study = """
    actors: schools
    ties: ties
    outcome: {attainment: attainment, poverty: fsm, weight: roll}
    formation:
      rate: 2 per year
      consent: confirm
      effects: {density: -2.2, log-distance: -0.5, same(la): 0.4, similar(attainment): 0.3, transitivity: 0.2}
      choice: exact
    horizon: 5 years
    effects:
      partner: {years: {1: 0, 2: 0.02, 3: 0.04}, unit: sd, sd: 0.02, source: assumption}
    policies:
      none: []
      support: [{support: {eligible: fsm > 30, raise: 1.0, from: 1, until: 4, cost: {GBP: 5000, per: school-year}}}]
    report: [mean(attainment), "gap(attainment, fsm)", variance(attainment), coverage, cost]
    replications: {at-most: 40}
    """

  static func step(_ yaml: String = study) throws -> ScenariosStep {
    let document = try StudyDocument(yaml: yaml, file: "study.yaml")
    let section = try Section(document.root, expecting: "a step")
    try section.check(ScenariosStep.keys)
    return try ScenariosStep(from: section)
  }

  static func data(schools count: Int = 200) -> (DataSet, Places) {
    var random = RandomStream(Seed(17))
    var (x, y, fsm, attainment, roll): ([Double], [Double], [Double], [Double], [Double]) =
      ([], [], [], [], [])
    for _ in 0..<count {
      x.append(60 * random.uniform())
      y.append(60 * random.uniform())
      fsm.append(5 + 45 * random.uniform())
      attainment.append(-0.02 * (fsm[fsm.count - 1] - 25) + 0.3 * random.normal())
      roll.append((100 + 300 * random.uniform()).rounded())
    }
    var data = DataSet()
    data.set(
      Table(
        name: "schools",
        columns: [
          Column("urn", type: .integer, storage: .numbers((0..<count).map { Double(1000 + $0) })),
          Column("la", categories: x.map { $0 < 30 ? "west" : "east" }),
          Column("fsm", numbers: fsm), Column("attainment", numbers: attainment),
          Column("roll", numbers: roll),
        ]))
    data.set(
      Table(
        name: "ties",
        columns: [
          Column("from", numbers: (0..<20).map { Double(1000 + $0) }),
          Column("to", numbers: (0..<20).map { Double(1000 + (($0 + 7) * 5) % count) }),
        ]))
    return (
      data,
      Places(zip(x, y).map { .grid(easting: 1000 * $0, northing: 1000 * $1) })
    )
  }

  static func run(
    _ yaml: String = study, threads: Int = 2, seed: UInt64 = 11,
    estimates: [String: CarriedEstimate] = [:]
  ) throws -> ScenarioResult {
    let (data, places) = data()
    let step = try step(yaml)
    try step.check(in: data)
    return try step.run(
      in: data, places: places, estimates: estimates, seed: Seed(seed)["futures"], threads: threads)
  }

  static func value(
    _ result: ScenarioResult, _ table: Int, _ column: String, policy: String, outcome: String,
    group: String = "all", time: Int
  ) -> Double {
    let table = result.tables[table]
    for (row, cells) in table.rows.enumerated()
    where cells[0] == .text(policy) && table.column("outcome")?[row] == .text(outcome)
      && table.column("group")?[row] == .text(group) && table.column("time")?[row] == .count(time)
    {
      if case .number(let value)? = table.column(column)?[row] { return value }
    }
    return .nan
  }

  @Test func tablesAreAsPromised() throws {
    let result = try Self.run()
    #expect(result.tables.map(\.name) == ["outcomes", "contrasts", "unknowns"])
    #expect(
      result.tables[0].fields.map(\.name) == [
        "policy", "outcome", "group", "time", "mean", "mcse", "low", "high", "replicates",
      ])
    #expect(
      result.tables[1].fields.map(\.name) == [
        "policy", "against", "outcome", "group", "time", "difference", "mcse", "low", "high",
      ])
    // Mean and coverage of all and five fifths, three others of all; six points of time.
    #expect(result.tables[0].rows.count == 2 * 15 * 6)
    #expect(result.tables[1].rows.count == 15 * 6)
    #expect(result.fans.count == result.tables[0].rows.count)
    #expect(result.replicates == 40)
  }

  /// A contrast is the difference of means, and starts at nothing.
  @Test func contrastsAreDifferences() throws {
    let result = try Self.run()
    for outcome in ["mean(attainment)", "gap(attainment, fsm)", "coverage", "cost"] {
      for time in 0...5 {
        let (a, b, difference) = (
          Self.value(result, 0, "mean", policy: "support", outcome: outcome, time: time),
          Self.value(result, 0, "mean", policy: "none", outcome: outcome, time: time),
          Self.value(result, 1, "difference", policy: "support", outcome: outcome, time: time)
        )
        #expect(abs(a - b - difference) < 1e-9 * max(1, abs(a)))
        if time == 0 { #expect(difference == 0) }
      }
    }
  }

  /// Support raises coverage where it is given, costs what it says, and ends with its last year.
  @Test func supportDoesWhatItSays() throws {
    let result = try Self.run()
    let eligible = Self.numbers("fsm").count { $0 > 30 }
    for time in 0...5 {
      #expect(
        Self.value(result, 0, "mean", policy: "support", outcome: "cost", time: time)
          == 5000 * Double(eligible) * Double(min(time, 4)))
      #expect(Self.value(result, 0, "mean", policy: "none", outcome: "cost", time: time) == 0)
    }
    func coverage(_ group: String, _ time: Int) -> Double {
      Self.value(
        result, 1, "difference", policy: "support", outcome: "coverage", group: group, time: time)
    }
    #expect(coverage("fifth-5", 4) > 0.1)
    #expect(coverage("fifth-5", 4) > coverage("fifth-1", 4))
    #expect(coverage("all", 5) < coverage("all", 4) / 2)
  }

  @Test func threadsChangeNothing() throws {
    let (one, two, three) = (
      try Self.run(threads: 1), try Self.run(threads: 2), try Self.run(threads: 3)
    )
    #expect(one.tables == two.tables)
    #expect(one.tables == three.tables)
    #expect(one.fans == two.fans)
    #expect(try Self.run(seed: 12).tables != one.tables)
  }

  /// The first replicates are the same however many follow.
  @Test func replicatesDoNotDependOnTheirNumber() throws {
    let few = try Self.run(Self.study.replacingOccurrences(of: "40", with: "20"))
    let other = try Self.run(
      Self.study.replacingOccurrences(
        of: "{at-most: 40}", with: "{until: {mcse: 1000, of: [coverage]}, at-most: 40}"))
    #expect(other.replicates == 20)
    #expect(few.tables == other.tables)
  }

  /// With common random numbers a contrast varies much less than the difference of independent runs.
  @Test func commonRandomNumbersHelp() throws {
    let result = try Self.run(
      Self.study.replacingOccurrences(of: "40", with: "200")
        .replacingOccurrences(of: "raise: 1.0", with: "raise: 0.3"))
    func ratio(_ outcome: String) -> Double {
      func variance(_ table: Int, _ policy: String) -> Double {
        let error = Self.value(result, table, "mcse", policy: policy, outcome: outcome, time: 5)
        return error * error
      }
      return (variance(0, "support") + variance(0, "none")) / variance(1, "support")
    }
    #expect(ratio("mean(attainment)") > 50)
    #expect(ratio("gap(attainment, fsm)") > 2)
    #expect(ratio("variance(attainment)") > 2)
    #expect(ratio("coverage") > 3)
  }

  /// A policy that does nothing differs in nothing, number by number.
  @Test func emptyPoliciesAreIdentical() throws {
    let yaml = Self.study.replacingOccurrences(of: "raise: 1.0", with: "raise: 0")
    let result = try Self.run(yaml)
    for outcome in ["mean(attainment)", "coverage"] {
      let row = (
        Self.value(result, 1, "difference", policy: "support", outcome: outcome, time: 5),
        Self.value(result, 1, "high", policy: "support", outcome: outcome, time: 5)
      )
      #expect(row.0 == 0 && row.1 == 0)
    }
  }

  @Test func targetThatIsNotReachedIsSaid() throws {
    let result = try Self.run(
      Self.study.replacingOccurrences(
        of: "{at-most: 40}", with: "{until: {mcse: 1e-9 sd, of: [mean(attainment)]}, at-most: 40}"))
    #expect(result.replicates == 40)
    #expect(result.diagnostics.contains { $0.code == "mcse-not-reached" })
  }

  @Test func progressCountsBlocks() throws {
    let (data, places) = Self.data()
    var seen: [[Int]] = []
    _ = try Self.step().run(
      in: data, places: places, estimates: [:], seed: Seed(1), threads: 2,
      progress: { seen.append([$0, $1]) })
    #expect(seen == [[1, 2], [2, 2]])
  }

  static func numbers(_ column: String) -> [Double] {
    guard case .numbers(let values)? = data().0[table: "schools"]?[column]?.storage else {
      return []
    }
    return values
  }
}
