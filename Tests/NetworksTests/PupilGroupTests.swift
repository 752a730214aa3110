import Designs
import Foundation
import Networks
import Probability
import StudyFiles
import Tables
import Testing

/// Outcomes of groups of pupils beside those of all.
@Suite struct PupilGroupTests {
  private static let effect =
    "partner: {years: {1: 0.1}, source: assumption, pupils: {disadvantaged: 2}}"

  /// The data of the other tests with a fifth or so of pupils disadvantaged, who are half a point lower.
  private static func data() -> (data: DataSet, places: Places, disadvantaged: [Double]) {
    var (data, places) = ScenariosStepTests.data()
    let (fsm, roll, attainment) = (
      ScenariosStepTests.numbers("fsm"), ScenariosStepTests.numbers("roll"),
      ScenariosStepTests.numbers("attainment")
    )
    var poor = zip(fsm, roll).map { ($0 * $1 / 100).rounded() }
    poor[5] = 0
    var low = attainment.map { $0 - 0.5 }
    // A school without such pupils needs no outcome of them.
    low[5] = .nan
    if let schools = data[table: "schools"] {
      data.set(
        Table(
          name: "schools",
          columns: schools.columns + [
            Column("poor", numbers: poor), Column("low", numbers: low),
            Column("rest", numbers: zip(roll, poor).map { $0 - $1 }),
            Column("high", numbers: attainment.map { $0 + 0.1 }),
          ]))
    }
    return (data, places, poor)
  }

  private static func step(
    effects: String = effect, report: String = "\"gap(attainment, disadvantaged)\", coverage",
    pupils: String =
      "{disadvantaged: {attainment: low, count: poor}, others: {attainment: high, count: rest}}"
  ) throws -> ScenariosStep {
    try ScenariosStepTests.step(
      PolicyTests.study("{support: {raise: 0}}", report: report, effects: effects)
        .replacingOccurrences(of: "rate: 2 per year", with: "rate: 0 per year")
        .replacingOccurrences(of: "at-most: 20", with: "at-most: 1")
        .replacingOccurrences(of: "weight: roll}", with: "weight: roll, pupils: \(pupils)}"))
  }

  private static func run(_ step: ScenariosStep) throws -> ScenarioResult {
    let (data, places, _) = data()
    try step.check(in: data)
    return try step.run(in: data, places: places, estimates: [:], seed: Seed(3), threads: 1)
  }

  /// Ties of the start stay, so that all is known: a school with a partner gains 0.2 for its disadvantaged pupils and 0.1 for the
  /// others.
  @Test func eachGroupMovesByItsOwn() throws {
    let result = try Self.run(Self.step())
    let (data, _, poor) = Self.data()
    let roll = ScenariosStepTests.numbers("roll")
    let table = try #require(data[table: "ties"])
    var tied = [Bool](repeating: false, count: 200)
    for name in ["from", "to"] {
      guard case .numbers(let values)? = table[name]?.storage else { continue }
      for value in values { tied[Int(value) - 1000] = true }
    }
    func moved(_ weights: [Double], by gain: (Int) -> Double) -> Double {
      (0..<200).reduce(0) { $0 + (tied[$1] ? weights[$1] * gain($1) : 0) } / weights.reduce(0, +)
    }
    func change(_ outcome: String, _ group: String = "all") -> Double {
      PolicyTests.value(result, outcome, time: 5, group: group)
        - PolicyTests.value(result, outcome, time: 0, group: group)
    }
    let others = zip(roll, poor).map { $0 - $1 }
    let (low, high) = (moved(poor) { _ in 0.2 }, moved(others) { _ in 0.1 })
    #expect(abs(change("mean(attainment)", "disadvantaged") - low) < 1e-12)
    #expect(abs(change("mean(attainment)", "others") - high) < 1e-12)
    #expect(abs(change("gap(attainment, disadvantaged)") - (high - low)) < 1e-12)
    let all = moved(roll) { 0.1 * (1 + poor[$0] / roll[$0]) }
    #expect(abs(change("mean(attainment)") - all) < 1e-12)
    // All pupils together are the two groups together.
    let (p, o) = (poor.reduce(0, +), others.reduce(0, +))
    #expect(abs(all - (p * low + o * high) / (p + o)) < 1e-12)
    #expect(low > 0.01)
  }

  /// Where effects do not tell pupils apart, nothing changes for all of them.
  @Test func groupsAloneChangeNothing() throws {
    let plain = "partner: {years: {1: 0.1}, source: assumption}"
    let with = try Self.run(Self.step(effects: plain, report: "coverage"))
    let without = try ScenariosStepTests.run(
      PolicyTests.study("{support: {raise: 0}}", report: "coverage", effects: plain)
        .replacingOccurrences(of: "rate: 2 per year", with: "rate: 0 per year")
        .replacingOccurrences(of: "at-most: 20", with: "at-most: 1"))
    for group in ["all", "fifth-1", "fifth-5"] {
      #expect(
        PolicyTests.value(with, "mean(attainment)", group: group)
          == PolicyTests.value(without, "mean(attainment)", group: group))
    }
  }

  @Test(arguments: [
    (
      "partner: {years: {1: 0.1}, source: assumption, pupils: {poor: 2}}", "coverage",
      "{disadvantaged: {attainment: low, count: poor}}",
      "unknown group of `outcome.pupils` `poor`"
    ),
    (Self.effect, "coverage", "{disadvantaged: {attainment: lo, count: poor}}", "`lo`"),
    (
      Self.effect, "coverage",
      "{disadvantaged: {attainment: low, count: poor}, all: {attainment: high, count: rest}}",
      "give the pupils another name"
    ),
    (
      Self.effect, "\"gap(attainment, disadvantged)\"",
      "{disadvantaged: {attainment: low, count: poor}}", "`disadvantged`"
    ),
  ])
  func wrongNamesAreFound(
    effects: String, report: String, pupils: String, message: String
  ) throws {
    let errors = #expect(throws: SpecErrors.self) {
      try Self.step(effects: effects, report: report, pupils: pupils).check(in: Self.data().data)
    }
    #expect("\(try #require(errors))".contains(message), "\(String(describing: errors))")
  }

  @Test func schoolsWithSuchPupilsNeedTheirOutcome() throws {
    let (made, places, _) = Self.data()
    var data = made
    if var table = data[table: "schools"] {
      var low = ScenariosStepTests.numbers("attainment")
      low[8] = .nan
      table.set(Column("low", numbers: low))
      data.set(table)
    }
    let step = try Self.step()
    #expect(
      throws: ScenarioError.missingValues(
        column: "low", count: 1, of: 200, at: "table schools, row 9")
    ) {
      _ = try step.run(in: data, places: places, estimates: [:], seed: Seed(3), threads: 1)
    }
  }
}
