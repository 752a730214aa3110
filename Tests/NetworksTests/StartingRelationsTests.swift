import Designs
import Foundation
import LinearAlgebra
import Networks
import Probability
import StudyFiles
import Tables
import Testing

/// A scenario that starts from an estimated formation of several relations.
@Suite struct StartingRelationsTests {
  static let formation = """
    actors: schools
    waves: [before, ties]
    relation: partnership
    consent: impose
    effects: [density, log-distance, same(la), transitivity, tied-in(practice), similar(level)]
    behaviour: {level: {columns: [level, level], effects: [linear, average-similarity]}}
    relations:
      practice:
        waves: [links_before, links]
        directed: true
        effects: [density, log-distance, endowment(reciprocity), tied-in(partnership), closed-in(visits), similar(level)]
        rates: [outdegree]
        maximum-degree: 4
      visits:
        waves: [before, ties]
        consent: both
        effects: [density, log-distance, closed-in(partnership), returned-in(practice)]
        disjoint: links_before
    """

  /// What the step leaves, in the order of its model.
  static let parameters: [(term: String, value: Double)] = [
    ("rate 1", 8), ("density", -3.2), ("log-distance", -0.5), ("same(la)", 0.4),
    ("transitivity", 0.2), ("tied-in(practice)", 1.2), ("similar(level)", 1),
    ("practice: rate 1", 6), ("practice: density", -3.4), ("practice: log-distance", -0.3),
    ("practice: endowment(reciprocity)", 1), ("practice: tied-in(partnership)", 3),
    ("practice: closed-in(visits)", 0.4), ("practice: similar(level)", 0.6),
    ("practice: rate: outdegree", 0.1), ("visits: rate 1", 0.3), ("visits: density", -1.5),
    ("visits: log-distance", -0.4), ("visits: closed-in(partnership)", 0.5),
    ("visits: returned-in(practice)", 0.7), ("level: rate 1", 10), ("level: linear", 0.3),
    ("level: average-similarity", 2),
  ]

  /// Estimates that vary together across relations, but for the rates of periods.
  ///
  /// - Parameters:
  ///   - sd: of each coefficient.
  ///   - unsure: rates of periods that have a standard deviation too, by their name.
  static func estimates(
    sd: Double, together: Bool = true, unsure: [String: Double] = [:], without left: String? = nil
  ) -> CarriedEstimate {
    let kept = parameters.filter { $0.term != left }
    var covariance = Matrix(rows: kept.count, columns: kept.count)
    func spread(_ term: String) -> Double {
      unsure[term] ?? (term.hasSuffix("rate 1") ? 1e-12 : sd)
    }
    for (i, a) in kept.enumerated() {
      for (j, b) in kept.enumerated() {
        let isRate = a.term.hasSuffix("rate 1") || b.term.hasSuffix("rate 1")
        // A correlation that grows weaker with how far apart they stand, of either sign.
        let correlation =
          i == j ? 1 : isRate || !together ? 0 : Foundation.pow(-0.8, Double(abs(i - j)))
        covariance[i, j] = correlation * spread(a.term) * spread(b.term)
      }
    }
    return CarriedEstimate(
      terms: kept.map(\.term), estimates: kept.map(\.value), covariance: covariance,
      unit: "log odds")
  }

  static let scenario = """
    actors: schools
    start: partnering
    formation: {years: 4}
    outcome: {attainment: attainment, poverty: fsm, weight: roll}
    diffusion: {rate: 0.05, relation: practice}
    trust: {years: {1: 0.5, 2: 1}, relation: visits}
    horizon: 3 years
    effects:
      partner: {years: {1: 0, 2: 0.02, 3: 0.04}, unit: sd, sd: 0.02, source: assumption, relation: practice}
    policies:
      none: []
      support: [{support: {eligible: fsm > 30, raise: 1}}]
    report:
      - mean(attainment)
      - mean(level)
      - degree
      - degree(partnership)
      - degree(practice)
      - degree(visits)
      - overlap(practice)
      - coverage(visits)
      - sustained(practice)
      - trust
    replications: {at-most: 6}
    """

  /// The same, with everything that the step says written out: coefficients carried one by one.
  static let written = scenario.replacingOccurrences(
    of: "start: partnering\nformation: {years: 4}",
    with: """
      ties: ties
      relation: partnership
      formation:
        rate: 2 per year
        consent: impose
        effects: {\(carried("", ["density", "log-distance", "same(la)", "transitivity", "tied-in(practice)", "similar(level)"]))}
      behaviour:
        level: {rate: 2.5 per year, effects: {\(carried("level: ", ["linear", "average-similarity"]))}}
      relations:
        practice:
          ties: links
          directed: true
          formation:
            rate: 1.5 per year
            rates: {outdegree: {from: partnering, term: \"practice: rate: outdegree\"}}
            maximum-degree: 4
            effects: {\(carried("practice: ", ["density", "log-distance", "endowment(reciprocity)", "tied-in(partnership)", "closed-in(visits)", "similar(level)"]))}
        visits:
          ties: ties
          formation:
            rate: 0.15 per year
            consent: both
            disjoint: links_before
            effects: {\(carried("visits: ", ["density", "log-distance", "closed-in(partnership)", "returned-in(practice)"]))}
      """)

  private static func carried(_ prefix: String, _ terms: [String]) -> String {
    terms.map { "\($0): {from: partnering, term: \"\(prefix)\($0)\"}" }.joined(separator: ", ")
  }

  static func data() -> (DataSet, Places) {
    var (data, places) = RelationScenarioTests.data()
    let behaviours = ScenarioBehaviourTests.data().0
    for name in ["schools", "before"] {
      if let table = behaviours[table: name] { data.set(table) }
    }
    data.set(
      Table(
        name: "links_before",
        columns: [
          Column("from", numbers: (0..<60).map { Double(1000 + $0) }),
          Column("to", numbers: (0..<60).map { Double(1000 + ($0 * 3 + 101) % 200) }),
        ]))
    return (data, places)
  }

  /// - Parameter estimates: of the step; the scenario starts from it where it says so.
  static func run(
    _ estimates: CarriedEstimate, _ yaml: String = scenario, formation: String = formation,
    threads: Int = 2, data: (DataSet, Places) = data(), isPlaced: Bool = true
  ) throws -> ScenarioResult {
    let step = try ScenariosStepTests.step(yaml)
    try step.check(in: data.0)
    let observed = try FormationStepTests.step(formation)
    try observed.check(in: data.0)
    #expect(StartingFormation.problems(step, from: observed).isEmpty)
    let starting = step.start.map { StartingFormation($0, observed, estimates: estimates) }
    return try step.run(
      in: data.0, places: isPlaced ? data.1 : nil, estimates: ["partnering": estimates],
      starting: starting,
      seed: Seed(11)["futures"], threads: threads)
  }

  static func value(
    _ result: ScenarioResult, _ outcome: String, _ time: Int, _ column: String = "mean"
  ) -> Double {
    ScenariosStepTests.value(result, 0, column, policy: "none", outcome: outcome, time: time)
  }

  /// The scenario is that which has everything written out, with every coefficient carried from the step: the same
  /// numbers, draw by draw, in every relation and behaviour.
  @Test func itIsTheScenarioWrittenOut() throws {
    let estimates = Self.estimates(sd: 0.15)
    let started = try Self.run(estimates)
    let written = try Self.run(estimates, Self.written)
    #expect(started.tables[0] == written.tables[0] && started.tables[0].name == "outcomes")
    #expect(started.tables[1] == written.tables[1] && started.tables[1].name == "contrasts")
    // Every relation and the behaviour move, and begin where the last waves leave off.
    #expect(abs(Self.value(started, "degree", 0) - 0.2) < 1e-12)
    #expect(abs(Self.value(started, "degree(practice)", 0) - 4) < 0.1)
    for outcome in ["degree", "degree(practice)", "degree(visits)", "mean(level)"] {
      #expect(
        abs(Self.value(started, outcome, 3) - Self.value(started, outcome, 0)) > 0.02, "\(outcome)")
    }
    #expect(Self.value(started, "degree(partnership)", 3) == Self.value(started, "degree", 3))
    #expect(!started.diagnostics.contains { $0.code == "constraint-not-kept" })
    // Estimates that vary apart are other draws: what varies together across relations counts.
    let apart = try Self.run(Self.estimates(sd: 0.15, together: false))
    #expect(apart.tables[0] != started.tables[0])
  }

  /// With estimates that are all but certain it is the scenario with their numbers.
  @Test func itIsTheScenarioOfItsNumbers() throws {
    var yaml = Self.written
    for (term, value) in Self.parameters {
      yaml = yaml.replacingOccurrences(
        of: "{from: partnering, term: \"\(term)\"}", with: "\(value)")
    }
    #expect(!yaml.contains("partnering"))
    let (sure, numbers) = (
      try Self.run(Self.estimates(sd: 1e-12)), try Self.run(Self.estimates(sd: 1e-12), yaml)
    )
    #expect(sure.tables[0] == numbers.tables[0])
    #expect(sure.tables[1] == numbers.tables[1])
  }

  @Test func everyParameterIsDrawn() throws {
    let result = try Self.run(Self.estimates(sd: 0.1))
    let unknowns = try #require(result.tables.first { $0.name == "unknowns" })
    let names = unknowns.column("parameter") ?? []
    for name in [
      "formation.rate 1", "formation.tied-in(practice)", "formation.similar(level)",
      "relations.practice.formation.rate 1", "relations.practice.formation.density",
      "relations.practice.formation.tied-in(partnership)",
      "relations.practice.formation.rate: outdegree", "relations.visits.formation.rate 1",
      "relations.visits.formation.closed-in(partnership)", "behaviour.level: linear",
    ] {
      #expect(names.contains(.text(name)), "\(name)")
    }
    #expect(
      unknowns.column("source")?.count { $0 == .text("estimate") } == Self.parameters.count)
    // Rates too: what is not known of one is in the ties of its relation.
    func width(_ unsure: [String: Double]) throws -> Double {
      let result = try Self.run(
        Self.estimates(sd: 1e-12, unsure: unsure),
        Self.scenario.replacingOccurrences(of: "at-most: 6", with: "at-most: 12"))
      return Self.value(result, "degree(visits)", 3, "high")
        - Self.value(result, "degree(visits)", 3, "low")
    }
    #expect(try width(["visits: rate 1": 0.1]) > 1.5 * width([:]))
  }

  @Test func threadsChangeNothing() throws {
    let yaml = Self.scenario + "\nreplay: 2"
    let (one, two, three) = (
      try Self.run(Self.estimates(sd: 0.1), yaml, threads: 1),
      try Self.run(Self.estimates(sd: 0.1), yaml, threads: 2),
      try Self.run(Self.estimates(sd: 0.1), yaml, threads: 3)
    )
    #expect(one.tables == two.tables && one.tables == three.tables)
    let relations = try #require(one.tables.first { $0.name == "replay-relations" })
    for name in ["practice", "visits"] {
      #expect(relations.column("relation")?.contains(.text(name)) ?? false)
    }
  }

  /// Limits of each relation go on: practice has four at most, and no visit is between those of the earlier links.
  @Test func limitsOfEachRelationGoOn() throws {
    let (data, _) = Self.data()
    let yaml =
      Self.scenario.replacingOccurrences(of: "at-most: 6", with: "at-most: 1") + "\nreplay: 1"
    var much = Self.estimates(sd: 1e-12)
    much = CarriedEstimate(
      terms: much.terms,
      estimates: zip(much.terms, much.estimates).map {
        ["practice: density": -2, "visits: density": 0][$0.0] ?? $0.1
      }, covariance: much.covariance, unit: much.unit)
    func ends(_ formation: String) throws -> (practice: Network, visits: Network) {
      let result = try Self.run(much, yaml, formation: formation)
      let events = try #require(result.tables.first { $0.name == "replay-relations" })
      var practice = Network(actors: 200, directed: true)
      var visits = Network(actors: 200, directed: false)
      for row in events.rows where row[0] == .text("support") {
        guard case .count(let from) = row[3], case .count(let to) = row[4] else { continue }
        if row[1] == .text("practice") { practice.toggle(from - 1, to - 1) }
        if row[1] == .text("visits") { visits.toggle(from - 1, to - 1) }
      }
      return (practice, visits)
    }
    let (practice, visits) = try ends(Self.formation)
    let free = try ends(
      Self.formation.replacingOccurrences(of: "maximum-degree: 4", with: "maximum-degree: 40"))
    #expect((0..<200).contains { free.practice.degree($0) > 4 })
    #expect((0..<200).contains { practice.degree($0) == 4 })
    #expect((0..<200).allSatisfy { practice.degree($0) <= 4 })
    #expect(visits.tieCount > 100)
    let links = try #require(data[table: "links_before"])
    guard case .numbers(let from)? = links["from"]?.storage,
      case .numbers(let to)? = links["to"]?.storage
    else { return }
    #expect(zip(from, to).allSatisfy { !visits.hasTie(Int($0) - 1000, Int($1) - 1000) })
  }

  /// A mark of the last wave holds for what follows: a tie that cannot end does not.
  @Test func marksOfTheLastWaveHold() throws {
    var (data, places) = Self.data()
    data.set(
      Table(
        name: "links",
        columns: [
          Column("from", numbers: [1000, 1001]), Column("to", numbers: [1002, 1003]),
          Column("value", numbers: [11, 1]),
        ]))
    let ending = Self.formation.replacingOccurrences(of: "endowment(reciprocity), ", with: "")
    let result = try Self.run(
      Self.estimates(sd: 1e-12, without: "practice: endowment(reciprocity)"),
      Self.scenario.replacingOccurrences(of: "at-most: 6", with: "at-most: 1")
        .replacingOccurrences(of: "3 years", with: "6 years") + "\nreplay: 1",
      formation: ending, data: (data, places))
    let events = try #require(result.tables.first { $0.name == "replay-relations" })
    func ends(_ from: Int, _ to: Int) -> Bool {
      events.rows.contains {
        $0[1] == .text("practice") && $0[3] == .count(from + 1) && $0[4] == .count(to + 1)
          && $0[5] == .text("ends")
      }
    }
    #expect(!ends(0, 2) && ends(1, 3))
  }

  @Test(arguments: ["rate 1", "practice: rate 1", "level: rate 1"])
  func ratesWithoutEstimateAreRefused(_ rate: String) {
    let name = rate.hasPrefix("rate") ? "partnership" : String(rate.prefix { $0 != ":" })
    let error = #expect(throws: ScenarioError.self) {
      try Self.run(Self.estimates(sd: 0.1, without: rate))
    }
    #expect(error == .noRate(of: name, step: "partnering"))
    #expect("\(error.map { "\($0)" } ?? "")".contains("no finite estimate of how often `\(name)`"))
  }

  /// What a scenario says otherwise than the step, and names of relations that the step does not have, at their place.
  @Test(arguments: [
    (
      "horizon: 3 years", "relations: {practice: {ties: links}}\nhorizon: 3 years",
      "`start` takes all relations of step `partnering`, `partnership`, `practice`, `visits`: leave `relations` out"
    ),
    (
      "horizon: 3 years", "relations: {past: {ties: links}}\nhorizon: 3 years",
      "leave `relations` out"
    ),
    (
      "horizon: 3 years", "relation: ties\nhorizon: 3 years",
      "calls its own relation `partnership`: leave `relation` out"
    ),
    ("0.05, relation: practice", "0.05, relation: practise", "did you mean `practice`?"),
    ("2: 1}, relation: visits", "2: 1}, relation: visit", "unknown relation `visit`"),
    ("assumption, relation: practice", "assumption, relation: pst", "unknown relation `pst`"),
    (
      "assumption, relation: practice", "assumption, trust: true, relation: practice",
      "give both the same `relation`"
    ),
    (
      "assumption, relation: practice", "assumption, kind: trust, relation: practice",
      "`relation` goes with effects of ties"
    ),
    ("  - degree(visits)", "  - degree(visitors)", "unknown relation `visitors`"),
    ("  - overlap(practice)", "  - overlap(partnership)", "with themselves"),
    ("  - degree(partnership)", "  - degree(ties)", "unknown relation `ties`"),
    ("  - mean(level)", "  - mean(lvel)", "neither the outcome nor a behaviour"),
  ])
  func contradictionsAreLocated(_ old: String, _ new: String, text: String) throws {
    #expect(Self.scenario.contains(old), "\(old)")
    let yaml = Self.scenario.replacingOccurrences(of: old, with: new)
    let problems = StartingFormation.problems(
      try ScenariosStepTests.step(yaml), from: try FormationStepTests.step(Self.formation))
    let first = new.components(separatedBy: "\n")[0]
    let line = yaml.components(separatedBy: "\n").firstIndex { $0.contains(first) } ?? -2
    #expect(
      problems.contains { "\($0)".contains(text) && $0.location.line == line + 1 },
      "\(problems.map(\.description))")
    #expect(problems.count == 1, "\(problems.map(\.description))")
  }

  /// The relation's own name may be said again, and a step of one relation gives its name too.
  @Test func namesMayBeRepeated() throws {
    let observed = try FormationStepTests.step(Self.formation)
    let named = try ScenariosStepTests.step(
      Self.scenario.replacingOccurrences(
        of: "horizon", with: "relation: partnership\nhorizon"))
    #expect(StartingFormation.problems(named, from: observed).isEmpty)
    let alone = try FormationStepTests.step(
      StartingFormationTests.formation + "\nrelation: partnership")
    func problems(_ report: String, _ more: String = "") throws -> [SpecError] {
      StartingFormation.problems(
        try ScenariosStepTests.step(
          StartingFormationTests.scenario.replacingOccurrences(
            of: "degree, coverage]", with: "degree(\(report))]") + more), from: alone)
    }
    #expect(try problems("partnership").isEmpty)
    #expect(try problems("ties").contains { "\($0)".contains("unknown relation `ties`") })
    // Where a scenario gives relations of its own beside a step of one.
    let beside = "\nrelations: {past: {ties: ties}}"
    #expect(try problems("past", beside).isEmpty)
    #expect(try problems("pst", beside).contains { "\($0)".contains("did you mean `past`") })
  }

  /// A replay tells what every school's behaviour was at the start and at the end, and what it changed to between, so that
  /// its mean is the one that is reported.
  @Test func replaysTellBehaviours() throws {
    let result = try Self.run(
      Self.estimates(sd: 0.1),
      Self.scenario.replacingOccurrences(of: "at-most: 6", with: "at-most: 1")
        .replacingOccurrences(of: ", weight: roll", with: "") + "\nreplay: 1")
    let table = try #require(result.tables.first { $0.name == "replay-behaviours" })
    #expect(table.column("behaviour")?.allSatisfy { $0 == .text("level") } ?? false)
    var values = [Double](repeating: .nan, count: 200)
    var rows: [Int: Int] = [:]
    for time in 0...3 {
      for row in table.rows where row[0] == .text("support") && row[2] == .count(time) {
        guard case .count(let school) = row[3], case .number(let value) = row[4] else { continue }
        // Between the start and the end there are changes alone.
        if time == 1 || time == 2 { #expect(values[school - 1] != value) }
        values[school - 1] = value
        rows[time, default: 0] += 1
      }
      let mean = ScenariosStepTests.value(
        result, 0, "mean", policy: "support", outcome: "mean(level)", time: time)
      #expect(abs(values.reduce(0, +) / 200 - mean) < 1e-12, "year \(time)")
    }
    #expect(rows[0] == 200 && rows[3] == 200)
    #expect(rows[1].map { $0 > 10 && $0 < 200 } ?? false)
  }

  /// A back-cast from a wave of the step begins all its relations and behaviours with that wave; one from elsewhere says
  /// what it does not know, and may be told.
  @Test func backCastsBeginWithTheWaveBeside() throws {
    var (data, places) = Self.data()
    // The behaviour and the links of the start differ from those of the earlier wave.
    if let schools = data[table: "schools"], let level = schools["level"],
      case .numbers(let values) = level.storage
    {
      data.set(
        Table(
          name: "schools",
          columns: schools.columns + [Column("level_0", numbers: values.map { 3 - $0 })]))
    }
    if let before = data[table: "before"] {
      data.set(Table(name: "elsewhere", columns: before.columns))
    }
    let formation = Self.formation.replacingOccurrences(
      of: "columns: [level, level]", with: "columns: [level_0, level]")
    func back(_ text: String) throws -> ScenarioResult {
      try Self.run(
        Self.estimates(sd: 0.1),
        Self.scenario.replacingOccurrences(of: "at-most: 6", with: "at-most: 1")
          + "\nback-cast: {years: 2, replicates: 20, to: ties, \(text)}",
        formation: formation, data: (data, places))
    }
    func table(_ result: ScenarioResult) -> TidyTable? {
      result.tables.first { $0.name == "back-cast" }
    }
    func doubt(_ result: ScenarioResult) -> String {
      result.diagnostics.first { $0.code == "relations-not-back-cast" }?.message ?? ""
    }
    let beside = try back("from: before")
    #expect(doubt(beside) == "")
    let elsewhere = try back("from: elsewhere")
    #expect(doubt(elsewhere).contains("(`practice`, `visits`, `level`)"))
    #expect(table(elsewhere) != nil && table(elsewhere) != table(beside))
    // Told the same, it is the same; told a part, the rest is in doubt.
    let told = try back(
      "from: elsewhere, relations: {practice: links_before, visits: before}, behaviour: {level: level_0}"
    )
    #expect(table(told) == table(beside) && doubt(told) == "")
    let part = try back("from: elsewhere, relations: {practice: links_before}")
    #expect(doubt(part).contains("(`visits`, `level`)"))
    // What is given counts over what the step has.
    let other = try back("from: before, relations: {practice: links}")
    #expect(table(other) != table(beside) && doubt(other) == "")
    let step = try FormationStepTests.step(formation)
    for (text, says) in [
      ("relations: {practise: links}", "did you mean `practice`"),
      ("relations: {partnership: links}", "unknown relation `partnership`"),
      ("behaviour: {levle: level}", "did you mean `level`"),
    ] {
      let problems = StartingFormation.problems(
        try ScenariosStepTests.step(
          Self.scenario + "\nback-cast: {from: before, to: ties, years: 2, \(text)}"), from: step)
      #expect(problems.contains { "\($0)".contains(says) }, "\(problems)")
    }
    for text in ["relations: {practice: lnks}", "behaviour: {level: levl}"] {
      #expect(throws: SpecErrors.self) { try back("from: before, \(text)") }
    }
    #expect(throws: ScenarioError.self) { try back("from: before, behaviour: {level: fsm}") }
  }

  /// A back-cast reads the values of a wave: rows that mark an absent tie are none.
  @Test func backCastsReadMarks() throws {
    var (data, places) = Self.data()
    for name in ["before", "ties"] {
      guard let table = data[table: name] else { continue }
      let values = (0..<table.rowCount).map { $0 % 2 == 0 ? 1.0 : 0 }
      data.set(
        Table(name: "\(name)_marked", columns: table.columns + [Column("value", numbers: values)]))
    }
    let result = try Self.run(
      Self.estimates(sd: 0.1),
      Self.scenario.replacingOccurrences(of: "at-most: 6", with: "at-most: 1")
        + "\nback-cast: {years: 1, replicates: 20, from: before_marked, to: ties_marked}",
      data: (data, places))
    let table = try #require(result.tables.first { $0.name == "back-cast" })
    #expect(table.column("start")?.first == .number(10))
    #expect(table.column("observed")?.first == .number(10))
  }

  /// Where a study says itself which relations it has, a back-cast may be told what they were.
  @Test func backCastsOfWrittenRelations() throws {
    let more = RelationScenarioTests.relations + "\n" + ScenarioBehaviourTests.behaviour
    func doubt(_ text: String) throws -> String? {
      let yaml = RelationScenarioTests.study(
        more: more + "\nback-cast: {from: ties, to: before, years: 2, replicates: 20\(text)}")
      return try RelationScenarioTests.run(yaml, data: Self.data()).diagnostics
        .first { $0.code == "relations-not-back-cast" }?.message
    }
    #expect(try doubt("")?.contains("(`practice`, `past`, `level`)") ?? false)
    #expect(
      try doubt(", relations: {practice: links_before}, behaviour: {level: level}")?
        .contains("(`past`)") ?? false)
    #expect(throws: SpecErrors.self) { _ = try doubt(", relations: {pst: ties}") }
    #expect(throws: SpecErrors.self) { _ = try doubt(", behaviour: {lvl: level}") }
  }

  /// What estimation has found of two relations, under the names that it gives it, starts a scenario: all of it is drawn, and
  /// both relations begin with their last waves.
  @Test func whatWasEstimatedStartsAScenario() throws {
    let formation = RelationsStepTests.study.replacingOccurrences(of: "200", with: "110")
    let found = try RelationsStepTests.run(formation)
    let data = RelationsStepTests.data()
    let result = try Self.run(
      CarriedEstimate(
        terms: found.names, estimates: found.values, covariance: found.covariance,
        unit: "log odds"),
      """
      actors: people
      start: partnering
      horizon: 2 years
      policies: {none: [], support: [{support: {raise: 1}}]}
      report: [degree, degree(advice), degree(support), overlap(support)]
      replications: {at-most: 20}
      """, formation: formation, data: (data, Self.data().1), isPlaced: false)
    let unknowns = try #require(result.tables.first { $0.name == "unknowns" })
    #expect(
      unknowns.column("source")?.count { $0 == .text("estimate") } == found.names.count)
    for (outcome, wave) in [("degree(advice)", "advice_3"), ("degree(support)", "support_3")] {
      let ties = try #require(data[table: wave]?.rowCount)
      let mean = 2 * Double(ties) / Double(RelationsStepTests.count)
      #expect(abs(Self.value(result, outcome, 0) - mean) < 1e-9, "\(outcome)")
      // The process that was simulated for the waves keeps the number of ties where it was.
      #expect(abs(Self.value(result, outcome, 2) / mean - 1) < 0.4, "\(outcome)")
    }
    #expect(
      ScenariosStepTests.value(
        result, 1, "difference", policy: "support", outcome: "degree(advice)", time: 2) > 0.5)
  }
}
