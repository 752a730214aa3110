import Designs
import Foundation
import Networks
import Probability
import StudyFiles
import Tables
import TestSupport
import Testing

/// The worked examples of several relations and of a behaviour, as the guide prints them, on the synthetic register.
@Suite struct RelationGuideTests {
  /// The guide's first block that begins with a line and has another text.
  private static func block(_ first: String, with text: String) throws -> String {
    let guide = try String(
      contentsOf: checkoutFolder.appendingPathComponent("Documentation/Guides/Scenarios.md"),
      encoding: .utf8)
    return try #require(
      guide.components(separatedBy: "```").first {
        $0.hasPrefix("yaml\n\(first)") && $0.contains(text)
      })
  }

  /// The guide's block that has a line, with few replicates.
  private static func study(with line: String) throws -> String {
    let block = try block("actors", with: "\n\(line)")
    return String(block.dropFirst("yaml\n".count))
      .replacingOccurrences(of: "at-most: 100", with: "at-most: 10")
  }

  private static func run(_ yaml: String) throws -> ScenarioResult {
    var data = DataSet()
    for table in SyntheticRegisterTests.register.tables { data.set(table) }
    let schools = SyntheticRegisterTests.register.tables[0]
    let places = Places(
      easting: try #require(schools["easting"]), northing: try #require(schools["northing"]))
    let step = try ScenariosStepTests.step(yaml)
    try step.check(in: data)
    return try step.run(
      in: data, places: places, estimates: [:], seed: Seed(11)["futures"], threads: 2)
  }

  private static func mean(
    _ result: ScenarioResult, _ outcome: String, _ policy: String, _ time: Int
  ) -> Double {
    ScenariosStepTests.value(result, 0, "mean", policy: policy, outcome: outcome, time: time)
  }

  /// Support for partnership spreads practice, which has no policy of its own.
  @Test func relationsOnTheRegister() throws {
    let result = try Self.run(Self.study(with: "relations:"))
    func difference(_ outcome: String, _ column: String = "difference") -> Double {
      ScenariosStepTests.value(result, 1, column, policy: "support", outcome: outcome, time: 3)
    }
    for outcome in ["degree", "degree(practice)"] {
      #expect(
        difference(outcome) > 4 * difference(outcome, "mcse"),
        "\(outcome): \(difference(outcome)) ± \(difference(outcome, "mcse"))")
    }
    #expect(Self.mean(result, "overlap(known)", "none", 0) == 1)
    #expect(Self.mean(result, "degree(practice)", "none", 0) == 0)
    #expect(Self.mean(result, "overlap(practice)", "none", 5) > 0.02)
    #expect(Self.mean(result, "overlap(known)", "none", 5) < 1)
  }

  /// Every name of the example of a behaviour is in the register.
  @Test func behaviourOfTheRegister() throws {
    var data = DataSet()
    for table in SyntheticRegisterTests.register.tables { data.set(table) }
    try ScenariosStepTests.step(Self.study(with: "behaviour:")).check(in: data)
  }

  /// The scenario that starts from two relations and a behaviour is read, and agrees with the step that it starts from.
  @Test func startingFromSeveralRelations() throws {
    let block = try Self.block("steps:", with: "start: form\n")
    /// What stands under a line, without its indent.
    func part(under line: String, until end: String?) throws -> String {
      let after = try #require(block.components(separatedBy: "    \(line):\n").dropFirst().first)
      let text = end.map { after.components(separatedBy: $0)[0] } ?? after
      return text.components(separatedBy: "\n").map { String($0.dropFirst(6)) }
        .joined(separator: "\n")
    }
    let step = try FormationStepTests.step(part(under: "formation", until: "\n  futures:"))
    let scenario = try ScenariosStepTests.step(part(under: "scenarios", until: nil))
    #expect(StartingFormation.problems(scenario, from: step).isEmpty)
    // Its names are those of the step, not any.
    let alone = try FormationStepTests.step(
      "actors: schools\nwaves: [partners_2016, partners_2018]\neffects: [density]")
    #expect(StartingFormation.problems(scenario, from: alone).count >= 4)
  }
}
