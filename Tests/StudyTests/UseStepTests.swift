import Counterpart
import Foundation
import StudyFiles
import Tables
import TestSupport
import Testing

/// Estimates brought from a file, as they reach the report and later steps.
@Suite struct UseStepTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("use-\(UUID().uuidString)").path

  private func run(_ use: String, files: [String: String], scenario: String = "") throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in files {
      try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }
    let register = checkoutFolder.appendingPathComponent("Data/synthetic-register").path
    let data =
      scenario.isEmpty
      ? "schools: {file: schools.csv}"
      : "schools: {file: \(register)/schools.csv, key: urn, location: {easting: easting, northing: northing}}\n"
        + "  ties: {file: \(register)/ties.csv}"
    try "urn\n1\n".write(toFile: "\(folder)/schools.csv", atomically: true, encoding: .utf8)
    let yaml = """
      counterpart: 1
      title: Cleared estimates
      seed: 3
      data:
        \(data)
      steps:
        cleared:
          use: \(use)
      \(scenario)
      """
    try yaml.write(toFile: "\(folder)/study.yaml", atomically: true, encoding: .utf8)
    let study = try Study(yaml: yaml, file: "\(folder)/study.yaml")
    _ = try Runner(study: study, output: "\(folder)/out", threads: 2).run()
    return "\(folder)/out"
  }

  private func text(_ output: String, _ name: String) throws -> String {
    try String(contentsOfFile: "\(output)/\(name)", encoding: .utf8)
  }

  private let estimates = "term,estimate,std_error\n(Intercept),0.1,0.02\nfederation,0.12,0.03\n"
  private let long =
    "term,other,covariance\n(Intercept),(Intercept),0.0004\n(Intercept),federation,-0.0001\n"
    + "federation,federation,0.0009\n"

  @Test func tablesHoldWhatWasBroughtAndWhereFrom() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let output = try run(
      "{estimates: b.csv, covariance: v.csv, source: \"Cleared on 3 May, project 17\"}",
      files: ["b.csv": estimates, "v.csv": long])
    #expect(
      try text(output, "tables/cleared.coefficients.csv")
        == "term,estimate,std_error,unit\n(Intercept),0.1,0.02,outcome\nfederation,0.12,0.03,outcome\n"
    )
    #expect(
      try text(output, "tables/cleared.covariance.csv").contains("federation,(Intercept),-0.0001\n")
    )
    let provenance = try text(output, "tables/cleared.provenance.csv")
    #expect(provenance.contains("\"Cleared on 3 May, project 17\""))
    let report = try text(output, "report.md")
    #expect(report.contains("Cleared on 3 May, project 17"))
    let lock = try text(output, "run.lock.json")
    for line in provenance.split(separator: "\n").dropFirst() {
      let hash = try #require(line.split(separator: ",").first { $0.count == 64 })
      #expect(lock.contains(hash) && report.contains(hash))
    }
  }

  @Test func matricesOfRAndDocumentsAreReadAlike() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let wide =
      "\"\",\"(Intercept)\",\"federation\"\n\"(Intercept)\",4e-04,-1e-04\n\"federation\",-1e-04,9e-04\n"
    let document =
      "{\"terms\": [\"(Intercept)\", \"federation\"], \"estimates\": [0.1, 0.12], "
      + "\"covariance\": [[4e-4, -1e-4], [-1e-4, 9e-4]]}"
    let first = try text(
      try run(
        "{estimates: b.csv, covariance: v.csv, source: x}",
        files: ["b.csv": estimates, "v.csv": wide]),
      "tables/cleared.covariance.csv")
    let second = try text(
      try run("{estimates: b.json, source: x}", files: ["b.json": document]),
      "tables/cleared.covariance.csv")
    #expect(first == second)
    #expect(first.contains("federation,federation,0.0009"))
  }

  @Test func oneTermNeedsItsStandardErrorOnly() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let output = try run(
      "{estimates: b.csv, for: federation, unit: sd, source: x}", files: ["b.csv": estimates])
    #expect(
      try text(output, "tables/cleared.covariance.csv").contains("federation,federation,0.0009"))
    #expect(throws: RunError.self) {
      try run("{estimates: b.csv, source: x}", files: ["b.csv": estimates])
    }
  }

  @Test func scenariosRunOnWhatWasBrought() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let output = try run(
      "{estimates: b.csv, for: federation, unit: sd, source: x}", files: ["b.csv": estimates],
      scenario: """
          futures:
            scenarios:
              actors: schools
              ties: ties
              outcome: {attainment: attainment, poverty: fsm, weight: roll}
              formation: {rate: 1 per year, consent: confirm, effects: {density: -3.2, log-distance: -0.9}, choice: {nearest: 20}}
              horizon: 2 years
              effects: {partner: {from: cleared}}
              policies: {none: []}
              report: [mean(attainment)]
              replications: {at-most: 4}
        """)
    #expect(try text(output, "tables/futures.outcomes.csv").contains("mean(attainment)"))
  }

  @Test(arguments: [
    ("term,estimate,std_error\na,1,0.1\na,2,0.1\n", "", "b.csv: term `a` stands twice"),
    ("name,estimate\na,1\n", "", "b.csv: expected a column `term`, found `name`, `estimate`"),
    ("term,estimate,std_error\na,,0.1\n", "", "b.csv:2: column `estimate`"),
    ("term,estimate,std_error\na,1,-0.1\n", "", "b.csv:2: column `std_error`"),
    ("term,estimate\na,1\nb,2\n", "term,a,b\na,1,0.5\nb,0.4,1\n", "expected a symmetric matrix"),
    ("term,estimate\na,1\nb,2\n", "term,a,b\na,1,2\nb,2,1\n", "negative eigenvalue"),
    ("term,estimate\na,1\nb,2\n", "term,a\na,1\n", "no covariance of `a` with `b`"),
    ("term,estimate,std_error\na,1,0.5\n", "term,a\na,1\n", "do they belong together?"),
  ])
  func wrongFilesAreRefusedWithTheirPlace(
    estimates: String, covariance: String, message: String
  ) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var files = ["b.csv": estimates]
    if !covariance.isEmpty { files["v.csv"] = covariance }
    let error = #expect(throws: RunError.self) {
      try run(
        "{estimates: b.csv, \(covariance.isEmpty ? "" : "covariance: v.csv, ")source: x}",
        files: files)
    }
    #expect(try #require(error).description.contains(message), "\(String(describing: error))")
  }

  @Test func missingFilesAndTermsAreTheStudysFault() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let missing = #expect(throws: RunError.self) {
      try run("{estimates: none.csv, source: x}", files: [:])
    }
    #expect(missing?.exitCode == 2)
    let unknown = #expect(throws: RunError.self) {
      try run("{estimates: b.csv, for: federatoin, source: x}", files: ["b.csv": estimates])
    }
    #expect(try #require(unknown).description.contains("did you mean `federation`?"))
  }
}
