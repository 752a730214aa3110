import Foundation
import Matching
import Probability
import Tables
import TestSupport
import Testing

/// Strata of 160 schools for every estimand (`Tests/Fixtures/matching/strata.R`).
@Suite("Strata against R's fixtures")
struct StrataFixtureTests {
  struct Case: CustomTestStringConvertible {
    let name: String
    let method: any MatchingMethod
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "subclass_6", method: PropensitySubclasses()),
    Case(name: "subclass_25", method: PropensitySubclasses(subclasses: 25)),
    Case(
      name: "cem_bins",
      method: CoarsenedExact([
        .init("n", .bins(3)), .init("mean_ses", .bins(4)), .init("sd_ses", .bins(1)),
        .init("minority_share", .bins(3)), .init("female_share", .bins(1)),
      ])),
    Case(
      name: "cem_cutpoints",
      method: CoarsenedExact([
        .init("n", .cutpoints([60, 40])), .init("mean_ses", .cutpoints([-0.2, 0.3])),
        .init("sd_ses", .bins(1)), .init("minority_share", .cutpoints([0.1, 0.5])),
        .init("female_share", .bins(1)),
      ])),
  ]

  static func fixture(_ name: String) throws -> JSON {
    let file = fixturesFolder.appendingPathComponent("matching/\(name).json")
    return try JSON(parsing: String(contentsOf: file, encoding: .utf8))
  }

  @Test(
    "strata and weights for each estimand", arguments: cases, [Estimand.att, .atc, .ate])
  func reproduces(_ example: Case, estimand: Estimand) throws {
    let expected = try #require(
      try Self.fixture("strata")[example.name]?[estimand.rawValue])
    let (candidates, _) = try FixtureTests.candidates(try Self.fixture("schools"))
    let match = try MatchDesign(estimand: estimand, method: example.method).match(
      candidates, seed: Seed(1))
    let weights = try #require(expected["weights"]?.array).compactMap(\.number)
    #expect(largestDifference(match.sample.weights, weights, scale: 1) < 1e-12)
    let sets = try #require(expected["sets"]?.array).compactMap(\.number)
    let units = candidates.treated.indices
    #expect(
      Set(Dictionary(grouping: units.filter { sets[$0] >= 0 }) { sets[$0] }.values)
        == Set(
          Dictionary(grouping: units.filter { match.sample.sets[$0] >= 0 }) {
            match.sample.sets[$0]
          }.values))
    // Six strata may need it or not; 25 do, and bins never do.
    let moves = match.diagnostics.contains { $0.code == "filled-subclasses" }
    #expect(moves == (example.name == "subclass_25") || example.name == "subclass_6")
  }
}
