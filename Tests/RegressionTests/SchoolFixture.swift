import Foundation
import Regression
import Tables
import TestSupport
import Testing

/// The 160 schools and what R computed from them (`Tests/Fixtures/matching`).
struct SchoolFixture {
  let schools: JSON
  let regression: JSON

  init() throws {
    let folder = fixturesFolder.appendingPathComponent("matching")
    func read(_ name: String) throws -> JSON {
      try JSON(
        parsing: String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8))
    }
    schools = try read("schools.json")
    regression = try read("regression.json")
  }

  func column(_ name: String) throws -> [Double] {
    try Self.numbers(schools["data"]?[name])
  }

  static func numbers(_ json: JSON?) throws -> [Double] {
    try #require(json?.array).map { try #require($0.number) }
  }

  func design(_ names: [String]) throws -> Design {
    var design = Design(interceptFor: try column("treat").count)
    for name in names { design.add(name, try column(name)) }
    return design
  }

  static let covariates = ["n", "mean_ses", "sd_ses", "minority_share", "female_share"]
}
