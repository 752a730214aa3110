import Designs
import Foundation
import LinearAlgebra
import Networks
import Probability
import StudyFiles
import Tables
import Testing

/// Behaviours that change with ties in scenarios.
@Suite struct ScenarioBehaviourTests {
  /// Ties and a behaviour against the exact law of their joint chain: |z| < 4 for five statistics, with a fixed seed.
  @Test func tiesAndBehaviourFollowTheirLaw() {
    let p = PeriodSimulatorTests.coevolutionParameters
    let (chain, law) = PeriodSimulatorTests.coevolutionLaw(p)
    let formation = FormationSimulator(
      FormationModel(
        rate: p[0],
        effects: [
          WeightedEffect("density", Density(), weight: p[1]),
          WeightedEffect("reciprocity", Reciprocity(), weight: p[2]),
        ]), actors: 3, directed: true, feedback: nil,
      around: [SurroundingEffect(PeriodSimulatorTests.likeness, ofBehaviour: 0, weight: p[3])])
    let behaviour = BehaviourProcess(
      "level", range: 1...3, rate: p[4],
      PeriodSimulatorTests.shape.enumerated().map { ($1.effect, p[5 + $0]) })
    let simulator = RelationsSimulator([("ties", formation)], behaviours: [behaviour])
    let start = PeriodSimulatorTests.coevolutionStart
    let runs = 100_000
    let ends = replicate(20, threads: 2) { block in
      (0..<(runs / 20)).map { run in
        let end = simulator.run(
          from: [start.network], start.behaviours, years: 1, seed: Seed(77),
          replicate: UInt32(block * (runs / 20) + run))
        return PeriodSimulatorTests.coevolutionStatistics.map {
          $0.1(end.networks[0], end.behaviours[0])
        }
      }
    }.joined()
    for (k, statistic) in PeriodSimulatorTests.coevolutionStatistics.enumerated() {
      let (mean, sd) = chain.moments(law, statistic.1)
      let found = ends.reduce(0) { $0 + $1[k] } / Double(runs)
      let z = (found - mean) / (sd / Double(runs).squareRoot())
      #expect(abs(z) < 4, "\(statistic.0): \(found) against \(mean), z \(z)")
    }
  }

  static func data() -> (DataSet, Places) {
    var (data, places) = StartingFormationTests.data()
    if let schools = data[table: "schools"] {
      var random = RandomStream(Seed(91))
      let levels = (0..<200).map { _ in Double(random.index(below: 4)) }
      data.set(
        Table(
          name: "schools",
          columns: schools.columns + [
            Column("level", numbers: levels), Column("half", numbers: levels.map { $0 / 2 }),
          ]))
    }
    return (data, places)
  }

  static let behaviour =
    "behaviour: {level: {rate: 2 per year, effects: {linear: 0.2, average-similarity: 3}}}"

  static func study(
    _ policy: String = "{support: {eligible: fsm > 30, raise: 1.5}}", report: String = "degree",
    more: String = behaviour, similar: String = "similar(attainment)"
  ) -> String {
    PolicyTests.study(policy, report: report, more: more)
      .replacingOccurrences(of: "similar(attainment): 0.3", with: "\(similar): 1")
  }

  static func run(_ yaml: String, threads: Int = 2) throws -> ScenarioResult {
    let (data, places) = data()
    let step = try ScenariosStepTests.step(yaml)
    try step.check(in: data)
    return try step.run(
      in: data, places: places, estimates: [:], seed: Seed(11)["futures"], threads: threads)
  }

  private static func differences(_ result: ScenarioResult, _ outcome: String) -> [Cell] {
    zip(result.tables[1].column("outcome") ?? [], result.tables[1].column("difference") ?? [])
      .filter { $0.0 == .text(outcome) }.map(\.1)
  }

  /// A behaviour that nothing looks at changes no other number; what looks at it does.
  @Test func behavioursChangeNoDraw() throws {
    let alone = try Self.run(Self.study(report: "degree, coverage", more: ""))
    let beside = try Self.run(Self.study(report: "degree, coverage"))
    #expect(alone.tables == beside.tables)
    let still = try Self.run(
      Self.study(report: "degree, coverage", more: "", similar: "similar(level)"))
    let moving = try Self.run(Self.study(report: "degree, coverage", similar: "similar(level)"))
    #expect(still.tables[0] != moving.tables[0])
    // The first year's first draws are from the same values: a behaviour without opportunities is the column.
    let idle = try Self.run(
      Self.study(
        report: "degree, coverage",
        more: Self.behaviour.replacingOccurrences(of: "2 per", with: "0 per"),
        similar: "similar(level)"))
    for outcome in ["degree", "coverage"] {
      let (a, b) = (
        PolicyTests.value(idle, outcome, time: 5), PolicyTests.value(still, outcome, time: 5)
      )
      #expect(abs(a - b) < 0.05, "\(outcome): \(a), \(b)")
    }
  }

  @Test func threadsAndEmptyPoliciesChangeNothing() throws {
    let yaml = Self.study(
      "{support: {raise: 0}}", report: "degree, mean(level)", similar: "similar(level)"
    ).replacingOccurrences(
      of: "linear: 0.2", with: "linear: {normal: [0.2, 0.1], source: assumption}")
    let (one, two) = (try Self.run(yaml, threads: 1), try Self.run(yaml, threads: 2))
    #expect(one.tables == two.tables)
    for outcome in ["degree", "mean(level)"] {
      let found = Self.differences(one, outcome)
      #expect(!found.isEmpty && found.allSatisfy { $0 == .number(0) })
    }
    let unknowns = try #require(one.tables.first { $0.name == "unknowns" })
    #expect(unknowns.rows.contains { $0[0] == .text("behaviour.level.linear") })
  }

  /// Its mean at the start is that of pupils; a policy that makes partners moves it where partners matter.
  @Test func meansAndInfluence() throws {
    let result = try Self.run(
      Self.study(
        report: "mean(level)",
        more: "behaviour: {level: {rate: 4 per year, effects: {linear: -0.5, outdegree: 0.4}}}"))
    let (levels, rolls) = (
      try #require(Self.data().0[table: "schools"]?["level"]), ScenariosStepTests.numbers("roll")
    )
    guard case .numbers(let values) = levels.storage else { return }
    let mean =
      zip(values, rolls).reduce(0) { $0 + $1.0 * $1.1 } / rolls.reduce(0, +)
    #expect(abs(PolicyTests.value(result, "mean(level)", time: 0) - mean) < 1e-12)
    let gain = ScenariosStepTests.value(
      result, 1, "difference", policy: "tried", outcome: "mean(level)", time: 5)
    #expect(gain > 0.02)
    // Values stay within the range: with a strong tendency all are at its end.
    let driven = try Self.run(
      Self.study(
        report: "mean(level)",
        more: "behaviour: {level: {rate: 10 per year, effects: {linear: 8}, range: [0, 5]}}"))
    #expect(abs(PolicyTests.value(driven, "mean(level)", time: 5) - 5) < 0.01)
  }

  /// A scenario that starts from a step with a behaviour is the scenario that has its estimates written out.
  @Test func stepsWithBehavioursAreStartedFrom() throws {
    let formation =
      StartingFormationTests.formation.replacingOccurrences(
        of: "transitivity]", with: "transitivity, similar(level)]")
      + "\nbehaviour: {level: {columns: [level, level], effects: [linear, average-similarity]}}"
    let terms =
      StartingFormationTests.terms + [
        "similar(level)", "level: rate 1", "level: linear", "level: average-similarity",
      ]
    let values = StartingFormationTests.values + [1, 5, 0.3, 2]
    func estimates(_ sd: Double) -> CarriedEstimate {
      var covariance = Matrix(rows: terms.count, columns: terms.count)
      for k in terms.indices { covariance[k, k] = sd * sd }
      return CarriedEstimate(
        terms: terms, estimates: values, covariance: covariance, unit: "log odds")
    }
    let (data, places) = Self.data()
    let reported = StartingFormationTests.scenario.replacingOccurrences(
      of: "degree, coverage]", with: "degree, coverage, mean(level)]")
    func started(_ sd: Double, _ yaml: String = reported) throws -> ScenarioResult {
      let scenario = try ScenariosStepTests.step(yaml)
      try scenario.check(in: data)
      let step = try FormationStepTests.step(formation)
      #expect(StartingFormation.problems(scenario, from: step).isEmpty)
      return try scenario.run(
        in: data, places: places, estimates: [:],
        starting: StartingFormation(
          StartingFormationTests.name, step, estimates: estimates(sd)),
        seed: Seed(11)["futures"], threads: 2)
    }
    let sure = try started(1e-12)
    let written = try Self.run(
      reported.replacingOccurrences(of: "start: partnering", with: "ties: ties")
        .replacingOccurrences(
          of: "formation: {years: 2}",
          with:
            "formation: {rate: 2 per year, effects: {density: -2.2, log-distance: -0.5, same(la): 0.4, transitivity: 0.2, similar(level): 1}}\n"
            + "behaviour: {level: {rate: 2.5 per year, effects: {linear: 0.3, average-similarity: 2}}}"
        ))
    for outcome in ["mean(attainment)", "degree", "coverage", "mean(level)"] {
      for time in 0...3 {
        let (a, b) = (
          StartingFormationTests.value(sure, "mean", outcome, time),
          StartingFormationTests.value(written, "mean", outcome, time)
        )
        #expect(abs(a - b) < 1e-9, "\(outcome) in year \(time): \(a), \(b)")
      }
    }
    let unknowns = try #require(try started(0.1).tables.first { $0.name == "unknowns" })
    let names = unknowns.column("parameter") ?? []
    for name in ["formation.similar(level)", "behaviour.level: linear", "formation.density"] {
      #expect(names.contains(.text(name)), "\(name)")
    }
    // What is reported must be the outcome or a behaviour of the step.
    let problems = StartingFormation.problems(
      try ScenariosStepTests.step(
        reported.replacingOccurrences(of: "mean(level)", with: "mean(lvel)")),
      from: try FormationStepTests.step(formation))
    #expect(problems.contains { "\($0)".contains("`lvel` is neither the outcome nor a behaviour") })
    #expect {
      try ScenariosStepTests.step(reported + "\n" + Self.behaviour)
    } throws: {
      "\($0)".contains("leave `behaviour` out")
    }
  }

  @Test(arguments: [
    ("level: {rate", "lvel: {rate", "unknown column `lvel`"),
    ("linear: 0.2", "liner: 0.2", "unknown behaviour effect `liner`"),
    ("linear: 0.2", "from(lvel): 0.2", "unknown column `lvel`"),
    ("rate: 2 per year, effects: {linear", "effects: {linear", "missing key `rate`"),
    ("level: {rate", "attainment: {rate", "is the outcome"),
    (
      "level: {rate: 2 per year", "level: {relation: practice, rate: 2 per year",
      "unknown relation `practice`"
    ),
    (
      "level: {rate: 2 per year", "level: {range: [4, 1], rate: 2 per year",
      "the least and the greatest"
    ),
    ("report: [mean(attainment), degree]", "report: [mean(half)]", "not the outcome"),
    ("linear: 0.2", "linear: {prior: nothing}", "unknown prior `nothing`"),
  ])
  func slipsAreLocated(_ old: String, _ new: String, text: String) {
    let yaml = Self.study()
    #expect(yaml.contains(old), "\(old)")
    do {
      try ScenariosStepTests.step(yaml.replacingOccurrences(of: old, with: new))
        .check(in: Self.data().0)
      Issue.record("nothing is said of \(new)")
    } catch let errors as SpecErrors {
      #expect(
        errors.problems.contains { "\($0)".contains(text) && $0.location.line > 1 },
        "\(errors.problems.map(\.description))")
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test(arguments: [
    ("level: {rate", "level: {column: half, rate", "is not a whole number of steps"),
    ("level: {rate", "level: {range: [1, 4], rate", "lies outside the range"),
  ])
  func valuesMustBeSteps(_ old: String, _ new: String, text: String) {
    #expect {
      try Self.run(Self.study().replacingOccurrences(of: old, with: new))
    } throws: {
      "\($0)".contains(text)
    }
  }
}
