import Counterpart
import Foundation
import StudyFiles
import Tables
import TestSupport
import Testing

/// A match whose score has an intercept for each authority, in the study language, against lme4.
@Suite struct MultilevelScoreTests {
  private func run(
    _ settings: String, population: String = "roll > 0"
  ) throws -> (
    folder: String, summary: RunSummary
  ) {
    let data = checkoutFolder.appendingPathComponent("Data/synthetic-register").path
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    try "".write(toFile: "\(scratch)/study.yaml", atomically: true, encoding: .utf8)
    let study = try Study(
      yaml: """
        counterpart: 1
        title: Schools in authorities
        seed: 5
        data:
          schools: {file: \(data)/schools.csv, key: urn, columns: {la: category}}
        prepare:
          schools: {l_roll: log(roll), big: federated == 1 or roll > 100000}
        population:
          schools: \(population)
        steps:
          comparators:
            match: {data: schools, treated: federated, covariates: [l_roll, fsm, prior], \(settings)}
        """, file: "\(scratch)/study.yaml")
    let summary = try Runner(study: study, output: "\(scratch)/out", threads: 1).run()
    return ("\(scratch)/out", summary)
  }

  private func table(_ name: String, in folder: String) throws -> TidyTable {
    let path = "\(folder)/tables/comparators.\(name).csv"
    return try TidyTable(name, csv: String(contentsOfFile: path, encoding: .utf8))
  }

  @Test func theScoreIsTheMixedModels() throws {
    let fixture = try JSON(
      parsing: String(
        contentsOf: checkoutFolder.appendingPathComponent(
          "Tests/Fixtures/matching/multilevel_score.json"), encoding: .utf8))
    let found = try run("distance: {propensity: {groups: la}}")
    defer { try? FileManager.default.removeItem(atPath: found.folder) }
    let units = try table("units", in: found.folder)
    var scores: [String: Double] = [:]
    for (unit, score) in zip(
      try #require(units.column("unit")), try #require(units.column("score")))
    {
      guard case .number(let value) = score else { continue }
      switch unit {
      case .text(let name): scores[name] = value
      case .number(let number): scores["\(Int(number))"] = value
      case .count(let number): scores["\(number)"] = value
      default: break
      }
    }
    #expect(scores.count == 3264)
    var worst = 0.0
    for place in 0..<25 {
      let urn = try #require(fixture["urn"]?[place]?.number)
      let eta = try #require(fixture["eta"]?[place]?.number)
      worst = max(worst, abs(try #require(scores["\(Int(urn))"]) - eta))
    }
    // lme4 stops its search at about this distance from the optimum.
    #expect(worst < 1e-4, "largest difference \(worst)")
    if ProcessInfo.processInfo.environment["SHOW_ERRORS"] != nil { print("ERR multilevel", worst) }
  }

  @Test func separationFallsBackAndSaysSo() throws {
    let found = try run(
      "distance: {propensity: {groups: la}}",
      population: "(federated == 1 and prior > 0.2) or (federated == 0 and prior < 0.1)")
    defer { try? FileManager.default.removeItem(atPath: found.folder) }
    let words = found.summary.warnings.map(\.message).joined(separator: "\n")
    #expect(words.contains("Firth"))
    #expect(words.contains("takes no account of `la`"))
  }

  @Test func aMissingGroupColumnIsNamedWhereItStands() throws {
    #expect(throws: (any Error).self) {
      _ = try run("distance: {propensity: {groups: authority}}")
    }
  }
}
