import Designs
import LinearAlgebra
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

  static func data(schools count: Int = 200) -> (DataSet, Locations) {
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
    return (data, Locations(eastings: x, northings: y))
  }

  static func run(
    _ yaml: String = study, threads: Int = 2, seed: UInt64 = 11
  ) throws -> ScenarioResult {
    let (data, locations) = data()
    let step = try step(yaml)
    try step.check(in: data)
    return try step.run(
      in: data, locations: locations, estimates: [:], seed: Seed(seed)["futures"], threads: threads)
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

  @Test func probe() throws {
    let result = try Self.run()
    for policy in ["none", "support"] {
      for outcome in ["mean(attainment)", "gap(attainment, fsm)", "coverage", "cost"] {
        print(
          policy, outcome,
          (0...5).map {
            Self.value(result, 0, "mean", policy: policy, outcome: outcome, time: $0)
          })
      }
    }
    for diagnostic in result.diagnostics { print(diagnostic.message) }
  }
}
