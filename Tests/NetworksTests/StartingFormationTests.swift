import Designs
import Foundation
import LinearAlgebra
import Networks
import Probability
import StudyFiles
import Tables
import Testing

/// A scenario that starts from an estimated formation.
@Suite struct StartingFormationTests {
  static let name = LocatedText(
    "partnering", at: SourceLocation(file: "study.yaml", line: 1, column: 1))

  static let formation = """
    actors: schools
    waves: [before, ties]
    consent: confirm
    effects: [density, log-distance, same(la), transitivity]
    """

  static let terms = ["rate 1", "density", "log-distance", "same(la)", "transitivity"]
  static let values = [4.0, -2.2, -0.5, 0.4, 0.2]

  static func estimates(sd: Double) -> CarriedEstimate {
    var covariance = Matrix(rows: 5, columns: 5)
    for k in 0..<5 { covariance[k, k] = sd * sd }
    return CarriedEstimate(
      terms: terms, estimates: values, covariance: covariance, unit: "log odds")
  }

  static let scenario = """
    actors: schools
    start: partnering
    formation: {years: 2}
    outcome: {attainment: attainment, poverty: fsm, weight: roll}
    horizon: 3 years
    effects:
      partner: {years: {1: 0, 2: 0.02, 3: 0.04}, unit: sd, sd: 0.02, source: assumption}
    policies:
      none: []
      support: [{support: {eligible: fsm > 30, raise: 1}}]
    report: [mean(attainment), degree, coverage]
    replications: {at-most: 40}
    """

  static func data() -> (DataSet, Places) {
    var (data, places) = ScenariosStepTests.data()
    if let ties = data[table: "ties"] {
      data.set(Table(name: "before", columns: ties.columns))
    }
    return (data, places)
  }

  static func run(
    _ yaml: String = scenario, sd: Double, formation: String = formation, threads: Int = 2
  ) throws -> ScenarioResult {
    let (data, places) = data()
    let step = try ScenariosStepTests.step(yaml)
    try step.check(in: data)
    let start = try FormationStepTests.step(formation)
    #expect(StartingFormation.problems(step, from: start).isEmpty)
    return try step.run(
      in: data, places: places, estimates: [:],
      starting: StartingFormation(name, start, estimates: estimates(sd: sd)),
      seed: Seed(11)["futures"], threads: threads)
  }

  static func value(
    _ result: ScenarioResult, _ column: String, _ outcome: String, _ time: Int
  )
    -> Double
  {
    ScenariosStepTests.value(result, 0, column, policy: "none", outcome: outcome, time: time)
  }

  /// With estimates that are all but certain, it is the scenario that has them written out and the last wave as its ties.
  @Test func itIsTheModelOfTheStepFromItsLastWave() throws {
    let started = try Self.run(sd: 1e-12)
    let written = try ScenariosStepTests.run(
      Self.scenario.replacingOccurrences(of: "start: partnering", with: "ties: ties")
        .replacingOccurrences(
          of: "formation: {years: 2}",
          with:
            "formation: {rate: 2 per year, effects: {density: -2.2, log-distance: -0.5, same(la): 0.4, transitivity: 0.2}}"
        ))
    for outcome in ["mean(attainment)", "degree", "coverage"] {
      for time in 0...3 {
        #expect(
          abs(
            Self.value(started, "mean", outcome, time) - Self.value(written, "mean", outcome, time))
            < 1e-9, "\(outcome) in year \(time)")
      }
    }
    #expect(abs(Self.value(started, "mean", "degree", 0) - 0.2) < 1e-12)
  }

  /// Every coefficient is drawn, all together, and the spread of what follows is wider for it.
  @Test func coefficientsAreDrawnWithTheirCovariance() throws {
    let (sure, unsure) = (try Self.run(sd: 1e-12), try Self.run(sd: 0.15))
    func width(_ result: ScenarioResult) -> Double {
      Self.value(result, "high", "degree", 3) - Self.value(result, "low", "degree", 3)
    }
    #expect(width(unsure) > 1.5 * width(sure))
    let unknowns = try #require(unsure.tables.first { $0.name == "unknowns" })
    let names = unknowns.column("parameter") ?? []
    for term in Self.terms { #expect(names.contains(.text("formation.\(term)")), "\(term)") }
    #expect(
      unknowns.column("source")?.count { $0 == .text("estimate") } == Self.terms.count)
    let again = try Self.run(sd: 0.15, threads: 1)
    #expect(again.tables.map(\.rows) == unsure.tables.map(\.rows))
  }

  /// One coefficient may be drawn from the step alone, a prior or a written spread.
  @Test func aCoefficientMayBeUnsure() throws {
    let result = try ScenariosStepTests.run(
      ScenariosStepTests.study.replacingOccurrences(
        of: "density: -2.2", with: "density: {normal: [-2.2, 0.3], source: assumption}"))
    let unknowns = try #require(result.tables.first { $0.name == "unknowns" })
    #expect(unknowns.column("parameter")?.contains(.text("formation.density")) ?? false)
  }

  @Test(arguments: [
    ("actors: schools\nwaves", "actors: pupils\nwaves", "is of `pupils`"),
    ("consent: confirm", "conditional: true", "estimates no rate"),
    (
      "consent: confirm",
      "behaviour: {attainment: {columns: [attainment, attainment], effects: [linear]}}",
      "give another outcome"
    ),
  ])
  func whatAScenarioCannotKeepIsRefused(old: String, new: String, text: String) throws {
    let step = try FormationStepTests.step(
      Self.formation.replacingOccurrences(of: old, with: new))
    let problems = StartingFormation.problems(
      try ScenariosStepTests.step(Self.scenario), from: step)
    #expect(problems.contains { "\($0)".contains(text) }, "\(problems)")
  }

  @Test func aBoundThatIsLostIsSaid() throws {
    let result = try Self.run(sd: 0.1, formation: Self.formation + "\njoins: fsm")
    #expect(result.diagnostics.contains { $0.code == "constraint-not-kept" })
  }

  /// A bound that the step was estimated under binds the scenario too.
  @Test func aBoundIsKept() throws {
    let free = try Self.run(sd: 1e-12)
    let bound = try Self.run(sd: 1e-12, formation: Self.formation + "\nmaximum-degree: 1")
    #expect(!bound.diagnostics.contains { $0.code == "constraint-not-kept" })
    #expect(
      Self.value(bound, "mean", "degree", 3) < Self.value(free, "mean", "degree", 3))
    #expect(Self.value(bound, "high", "degree", 3) <= 1)
  }

  @Test func directedTiesHaveNoConsent() throws {
    let step = try FormationStepTests.step(
      Self.formation.replacingOccurrences(of: "consent: confirm", with: "directed: true"))
    let problems = StartingFormation.problems(
      try ScenariosStepTests.step(
        Self.scenario.replacingOccurrences(of: "{years: 2}", with: "{years: 2, consent: both}")),
      from: step)
    #expect(problems.contains { "\($0)".contains("`consent` is for undirected ties") })
  }

  @Test(arguments: [
    ("formation: {years: 2}", "ties: ties", "leave `ties` out"),
    ("formation: {years: 2}", "directed: true", "leave `directed` out"),
    ("{years: 2}", "{effects: {density: 1}}", "has estimated the effects"),
    (
      "start: partnering\nformation: {years: 2}", "horizon: 3 years", "give `formation`, or `start`"
    ),
    ("start: partnering\n", "", "`rate` is missing"),
    ("start: partnering\n", "", "`years` goes with `start`"),
  ])
  func slipsAreLocated(old: String, new: String, text: String) {
    var yaml = Self.scenario.replacingOccurrences(of: old, with: new)
    if new.hasPrefix("horizon") {
      yaml = yaml.replacingOccurrences(of: "\nhorizon: 3 years\neffects", with: "\neffects")
    }
    #expect { try ScenariosStepTests.step(yaml) } throws: { "\($0)".contains(text) }
  }
}
