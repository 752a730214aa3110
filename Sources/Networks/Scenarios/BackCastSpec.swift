internal import Designs
internal import Probability
internal import StudyFiles
internal import Tables

/// `back-cast: {from: ties_2016, to: ties_2018, years: 2, start: attainment_2016, outcome: attainment_2018}`
struct BackCastSpec: Sendable {
  static let from = Key("from", .text("the name of a table"), "the ties of an earlier wave")
  static let to = Key("to", .text("the name of a table"), "the ties of a later wave")
  static let years = Key(
    "years", .integer("a whole number of years of at least 1", atLeast: 1, atMost: 100),
    "from the one to the other")
  static let start = Key.optional(
    "start", .text("the name of a column"), "the outcome at the earlier wave")
  static let outcome = Key.optional(
    "outcome", .text("the name of a column"), "the outcome at the later wave")
  static let replicates = Key(
    "replicates", .integer("a whole number from 20 to 100000", atLeast: 20, atMost: 100_000),
    default: 200, shown: "200", "how many replicates are run")

  static let relations = Key(
    "relations", .named(.text("the name of a table")), default: [],
    shown: "the waves beside `from` where it is one of `start`, else as now",
    "ties of other relations in the earlier wave, by the name of the relation")
  static let behaviour = Key(
    "behaviour", .named(.text("the name of a column")), default: [],
    shown: "the values beside `from` where it is a wave of `start`, else as now",
    "values of behaviours in the earlier wave, by the name of the behaviour")

  let from: LocatedText
  let to: LocatedText
  let years: Int
  let start: LocatedText?
  let outcome: LocatedText?
  let replicates: Int
  let relations: [Named<LocatedText>]
  let behaviours: [Named<LocatedText>]
  let path: String

  static let format = ValueFormat<BackCastSpec>.section(
    "`{from: ties_2016, to: ties_2018, years: 2}`",
    keys: [
      AnyKey(from), AnyKey(to), AnyKey(years), AnyKey(start), AnyKey(outcome), AnyKey(replicates),
      AnyKey(relations), AnyKey(behaviour),
    ]
  ) { (section) throws(SpecErrors) in
    let spec = BackCastSpec(
      from: try section.read(from), to: try section.read(to), years: try section.read(years),
      start: try section.read(start), outcome: try section.read(outcome),
      replicates: try section.read(replicates),
      relations: try section.read(relations), behaviours: try section.read(behaviour),
      path: section.path)
    guard (spec.start == nil) == (spec.outcome == nil) else {
      throw section.error(
        .rule("`start` and `outcome` go together: the outcome at either wave"))
    }
    return spec
  }

  func problems(in data: DataSet, actors: String) -> [SpecError] {
    var problems: [SpecError] = []
    let tables =
      [(from, "from"), (to, "to")]
      + relations.map { ($0.value, "relations.\($0.name.text)") }
    for (name, key) in tables where data[table: name.text] == nil {
      problems.append(
        SpecError(
          .unknownName(name.text, kind: "table", known: data.tableNames), path: "\(path).\(key)",
          at: name.location))
    }
    for name in [start, outcome].compactMap({ $0 }) + behaviours.map(\.value) {
      if let problem = columnProblem(name, path: path, in: data, actors: actors) {
        problems.append(problem)
      }
    }
    return problems
  }

  /// Runs the first policy from the earlier wave and compares.
  ///
  /// - Parameter beside: what other relations and behaviours were in the earlier wave.
  func run(
    _ scenario: Scenario, _ actors: ActorData, in data: DataSet, beside: EarlierWave, seed: Seed,
    threads: Int
  ) throws(ScenarioError) -> (table: TidyTable, diagnostics: [Diagnostic]) {
    let setting = scenario.setting
    let directed = setting.start.isDirected
    func network(_ table: LocatedText) throws(ScenarioError) -> Network {
      Network(
        actors: actors.count, directed: directed,
        ties: try WaveTies(table.text, of: actors, in: data).ties)
    }
    let (earlier, later) = (try network(from), try network(to))
    let before = try start.map { (column) throws(ScenarioError) in
      try actors.numbers(column.text)
    }
    let after = try outcome.map { (column) throws(ScenarioError) in
      try actors.numbers(column.text)
    }
    let statistics = BackCastStatistics(
      start: earlier, locations: setting.grid == nil ? nil : setting.locations,
      hasOutcome: before != nil)
    let past = Scenario(
      WorldSetting(
        start: earlier, formation: setting.formation, horizon: years,
        outcome: before ?? setting.outcome, locations: setting.locations, rules: setting.rules,
        uncertain: setting.uncertain, relations: beside.relations(of: setting),
        behaviours: beside.behaviours(of: setting)),
      model: scenario.model, parameters: scenario.parameters,
      policies: Array(scenario.policies.prefix(1)), measures: [statistics])
    let runs = replicate(replicates, threads: threads) { index in
      past.simulate(replicate: UInt32(index), seed: seed["back-cast"])
    }
    if let runaway = runs.compactMap(\.runaway).first {
      throw runaway.error
    }
    let observed = statistics.values(later, outcome: after ?? setting.outcome)
    let began = statistics.values(earlier, outcome: before ?? setting.outcome)
    let rows = statistics.groups.enumerated().map { column, name in
      let place = past.position(policy: 0, year: years, column: column)
      return BackCastRow(
        statistic: name, time: years, start: began[column], observed: observed[column],
        summary: ReplicateSummary(runs.map { $0.values[place] }))
    }
    let missed = rows.filter { !$0.isInside }.map { "`\($0.statistic)`" }
    var diagnostics = [
      missed.isEmpty
        ? Diagnostic(
          .note, code: "back-cast-agrees",
          "from the wave `\(from.text)`, \(years) simulated years cover what was observed in `\(to.text)` in "
            + "every statistic")
        : Diagnostic(
          .warning, code: "back-cast-missed",
          "from the wave `\(from.text)`, \(years) simulated years do not cover what was observed in "
            + "`\(to.text)` in \(missed.joined(separator: ", ")): the forecast has the same fault")
    ]
    if !setting.groups.isEmpty {
      diagnostics.append(
        Diagnostic(
          .note, code: "groups-not-back-cast",
          "groups are known as they are at the start alone, survivors that say nothing of those that have "
            + "ended: the back-cast is of ties and outcomes"))
    }
    let unknown = beside.unknown(of: setting)
    if !unknown.isEmpty {
      diagnostics.append(
        Diagnostic(
          .warning, code: "relations-not-back-cast",
          "other relations and behaviours (\(unknown.map { "`\($0)`" }.joined(separator: ", "))) begin the "
            + "back-cast as they are at the start of the scenario, since what they were earlier is not given: "
            + "say it under `relations` and `behaviour` of `back-cast`"))
    }
    return (TidyTable("back-cast", rows), diagnostics)
  }
}
