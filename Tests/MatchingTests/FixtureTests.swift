import Foundation
import Matching
import Probability
import Tables
import TestSupport
import Testing

/// Designs of 160 schools computed by R from the full table of distances (`Tests/Fixtures/matching`).
@Suite("Matching against R's fixtures")
struct FixtureTests {
  struct Case: CustomTestStringConvertible {
    let name: String
    let design: MatchDesign
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "nearest_logit", design: MatchDesign()),
    Case(
      name: "nearest_logit_caliper",
      design: MatchDesign(propensityCaliper: CaliperWidth(0.2, .withinArms))),
    Case(
      name: "nearest_logit_replace", design: MatchDesign(method: NearestNeighbour(replace: true))),
    Case(
      name: "nearest_logit_replace_ratio3",
      design: MatchDesign(method: NearestNeighbour(ratio: 3, replace: true))),
    Case(name: "nearest_mahalanobis", design: MatchDesign(distance: Mahalanobis())),
    Case(name: "nearest_scaled_euclidean", design: MatchDesign(distance: ScaledEuclidean())),
  ]

  private static func fixture() throws -> JSON {
    let file = fixturesFolder.appendingPathComponent("matching/schools.json")
    return try JSON(parsing: String(contentsOf: file, encoding: .utf8))
  }

  private static func numbers(_ json: JSON?) throws -> [Double] {
    try #require(json?.array).map { try #require($0.number) }
  }

  static func candidates(_ fixture: JSON) throws -> (Candidates, names: [String]) {
    let data = try #require(fixture["data"])
    let covariates = try ["n", "mean_ses", "sd_ses", "minority_share", "female_share"].map {
      Covariate($0, .numbers(try numbers(data[$0])))
    }
    let names = try #require(data["school"]?.array).compactMap(\.string)
    return (
      Candidates(treated: try numbers(data["treat"]).map { $0 == 1 }, covariates: covariates), names
    )
  }

  @Test("pairs, weights, balance, effects with CR1, CR2 and HC3", arguments: cases)
  func reproduces(_ example: Case) throws {
    let fixture = try Self.fixture()
    let expected = try #require(fixture["designs"]?[example.name])
    let (candidates, names) = try Self.candidates(fixture)
    let match = try example.design.match(candidates, seed: Seed(1))
    let pairs = try #require(expected["pairs"]?.array).map { row in
      "\(row["treated"]?.string ?? "")-\(row["control"]?.string ?? "")"
    }
    #expect(
      pairs.sorted()
        == match.sample.pairs.map { "\(names[$0.treated])-\(names[$0.control])" }.sorted())
    #expect(
      largestDifference(
        match.sample.weights, try Self.numbers(expected["weights"]), scale: 1) < 1e-12)
    if let limit = match.calipers.first?.limit {
      #expect(isClose(limit, try #require(fixture["caliper"]?.number), relative: 1e-9))
    }
    for row in BalanceTable(match).rows where row.stage == .after && row.covariate != "propensity" {
      let reference = try #require(expected["balance"]?[row.covariate])
      for (key, value) in [
        ("mean_treated", row.meanTreated), ("mean_control", row.meanControl),
        ("smd", row.standardisedDifference), ("variance_ratio", row.varianceRatio ?? .nan),
        ("ecdf_mean", row.ecdfMean), ("ecdf_max", row.ecdfMax),
      ] {
        let number = try #require(reference[key]?.number)
        #expect(isClose(value, number, relative: 1e-11, absolute: 1e-12), "\(row.covariate) \(key)")
      }
    }
    let outcome = Covariate("mach", .numbers(try Self.numbers(fixture["data"]?["mach"])))
    let adjust = candidates.covariates.filter {
      ["mean_ses", "minority_share"].contains($0.name)
    }
    for (key, covariates) in [("unadjusted", []), ("adjusted", adjust)] {
      for errors in EffectErrors.allCases {
        guard let reference = expected[key]?[errors.rawValue] else { continue }
        let (effect, _) = try DesignEffect.estimate(
          match, outcome: outcome, adjust: covariates, errors: errors)
        #expect(
          isClose(effect.estimate, try #require(reference["estimate"]?.number), relative: 1e-11))
        #expect(
          isClose(effect.standardError, try #require(reference["se"]?.number), relative: 1e-10))
        #expect(
          isClose(effect.degreesOfFreedom, try #require(reference["df"]?.number), relative: 1e-9))
      }
    }
  }
}
