import Designs
import Foundation
import Networks
import Probability
import Tables
import TestSupport
import Testing

/// The scenario of the small study on the synthetic register, as it is printed in the guide.
@Suite struct RegisterScenarioTests {
  /// The study that the guide prints, with fewer replicates.
  static func study() throws -> String {
    let guide = try String(
      contentsOf: checkoutFolder.appendingPathComponent("Documentation/Guides/Scenarios.md"),
      encoding: .utf8)
    let blocks = guide.components(separatedBy: "```")
    let block = try #require(blocks.first { $0.hasPrefix("yaml\nactors") })
    return String(block.dropFirst("yaml\n".count))
      .replacingOccurrences(of: "at-most: 400", with: "at-most: 20")
  }

  @Test func supportOnTheRegister() throws {
    var data = DataSet()
    for table in SyntheticRegisterTests.register.tables { data.set(table) }
    let schools = SyntheticRegisterTests.register.tables[0]
    let places = Places(
      easting: try #require(schools["easting"]), northing: try #require(schools["northing"]))
    let step = try ScenariosStepTests.step(Self.study())
    try step.check(in: data)
    let result = try step.run(
      in: data, places: places, estimates: [:], seed: Seed(11)["futures"], threads: 2)
    #expect(result.replicates == 20)
    func contrast(_ outcome: String, _ column: String) -> Double {
      ScenariosStepTests.value(result, 1, column, policy: "support", outcome: outcome, time: 4)
    }
    for outcome in ["mean(attainment)", "coverage"] {
      #expect(contrast(outcome, "difference") > 4 * contrast(outcome, "mcse"), "\(outcome)")
    }
    let gap = "gap(attainment, fsm)"
    #expect(contrast(gap, "difference") < -4 * contrast(gap, "mcse"))
    #expect(contrast("cost", "difference") == 4 * 5000 * 655)
    for policy in ["none", "support"] {
      let coverage = ScenariosStepTests.value(
        result, 0, "mean", policy: policy, outcome: "coverage", time: 10)
      #expect(0.2...0.5 ~= coverage)
    }
  }
}
