import Counterpart
import Foundation
import StudyFiles
import TestSupport
import Testing

/// Federated schools in England by a register of one year: its counts and effects, and what the run itself says that
/// such a register cannot give.
@Suite(
  .serialized,
  .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
struct EnglandRegisterTests {
  private func withStudy<Value>(
    _ change: (String) -> String = { $0 }, _ body: (_ folder: String) throws -> Value
  ) throws -> Value {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let name = "england_ks2_2019.csv"
    try FileManager.default.createSymbolicLink(
      at: folder.appendingPathComponent(name),
      withDestinationURL: try #require(SharedReference.folder).appendingPathComponent(
        "england/\(name)"))
    let study = checkoutFolder.appendingPathComponent(
      "Notebooks-as-scripts/06-england-register/register.yaml")
    try change(try String(contentsOf: study, encoding: .utf8)).write(
      to: folder.appendingPathComponent("study.yaml"), atomically: true, encoding: .utf8)
    return try body(folder.path)
  }

  @Test func countsEffectsAndDoubts() throws {
    try withStudy { folder in
      let study = try Study(reading: "\(folder)/study.yaml")
      let summary = try Runner(
        study: study, output: "\(folder)/out", threads: 2, only: "one-year-progress"
      ).run()
      func rows(_ name: String) throws -> [[String: String]] {
        FederationStudyTests.Scratch.rows(
          try String(contentsOfFile: "\(folder)/out/tables/\(name).csv", encoding: .utf8))
      }
      // 416 federated schools; of 8,324 others 51 are of other faiths.
      let last = try #require(try rows("data.population").last { $0["table"] == "candidates" })
      #expect(last["treated"] == "416" && last["control"] == "8273")
      let used = try #require(try rows("one-year.summary").first { $0["arm"] == "treated" })
      #expect(used["used"] == "416")
      // lme4 on the same pairs.
      let expected = [
        "mat_prog": (-0.1243810, 0.1734046), "read_prog": (-0.0419125, 0.1815263),
        "writ_prog": (0.0202615, 0.1704014),
      ]
      for row in try rows("one-year-progress.coefficients") where row["term"] == "early" {
        let (estimate, error) = try #require(expected[row["outcome"] ?? ""])
        #expect(isClose(Double(row["estimate"] ?? "") ?? 9, estimate, absolute: 1e-6))
        #expect(isClose(Double(row["std_error"] ?? "") ?? 9, error, absolute: 1e-6))
        // No effect that could be told from none, as the reference finds with other pairs.
        #expect(abs(estimate) < error)
      }
      let warnings = summary.warnings.map(\.message)
      #expect(
        warnings.contains {
          $0.contains("`membership` is as of 2022") && $0.contains("survivors")
            && $0.contains("no date of leaving")
        })
      #expect(
        warnings.contains {
          $0.contains("`schools` is as of 2019 and the first base year is 2002")
        })
      #expect(
        warnings.contains {
          $0.contains("as of 2019, after the base year of the cohorts of 2002 to 2016")
            && $0.contains("because: the register has one year of values")
        })
    }
  }

  /// The arms as they are, against the reference's plain differences.
  @Test func theDifferenceBeforeMatching() throws {
    try withStudy { folder in
      _ = try Runner(
        study: try Study(reading: "\(folder)/study.yaml"), output: "\(folder)/out", threads: 2,
        only: "unmatched"
      ).run()
      let rows = FederationStudyTests.Scratch.rows(
        try String(contentsOfFile: "\(folder)/out/tables/unmatched.effect.csv", encoding: .utf8))
      let expected = ["mat_prog": -0.6056232, "read_prog": -0.1790688, "writ_prog": -0.1836439]
      for (outcome, difference) in expected {
        let row = try #require(rows.first { $0["outcome"] == outcome })
        #expect(isClose(Double(row["estimate"] ?? "") ?? 9, difference, absolute: 1e-7))
      }
    }
  }

  @Test("the same schools by other methods", arguments: ["optimal", "full", "entropy"])
  func otherMethods(_ method: String) throws {
    try withStudy({ $0.replacingOccurrences(of: "method: nearest", with: "method: \(method)") }) {
      folder in
      let study = try Study(reading: "\(folder)/study.yaml")
      _ = try Runner(study: study, output: "\(folder)/out", threads: 2, only: "one-year").run()
      func rows(_ name: String) throws -> [[String: String]] {
        FederationStudyTests.Scratch.rows(
          try String(contentsOfFile: "\(folder)/out/tables/one-year.\(name).csv", encoding: .utf8))
      }
      for check in try rows("checks") { #expect(check["holds"] == "true") }
      let summary = try rows("summary")
      #expect(summary.first { $0["arm"] == "treated" }?["used"] == "416")
      let comparators = summary.first { $0["arm"] == "control" }
      #expect(comparators?["used"] == (method == "optimal" ? "416" : "8273"))
      let largest = Double(try rows("overall").first?["max_abs_smd"] ?? "") ?? 9
      #expect(largest < (method == "entropy" ? 1e-8 : 0.2))
      if method != "entropy" {
        let optimum = try #require(try rows("optimum").first)
        #expect(
          isClose(
            Double(optimum["objective"] ?? "") ?? 0, Double(optimum["dual"] ?? "") ?? 1,
            relative: 1e-9))
      }
    }
  }

  @Test func unitsAtSeveralBaseYearsHaveBalanceButNoModel() throws {
    try withStudy({ $0.replacingOccurrences(of: "method: nearest", with: "method: full") }) {
      folder in
      let study = try Study(reading: "\(folder)/study.yaml")
      _ = try Runner(
        study: study, output: "\(folder)/out", threads: 2, only: "comparators"
      ).run()
      let checks = FederationStudyTests.Scratch.rows(
        try String(
          contentsOfFile: "\(folder)/out/tables/comparators.checks.csv", encoding: .utf8))
      #expect(checks.contains { $0["constraint"] == "exact cohort" })
      for check in checks { #expect(check["holds"] == "true") }
      let error = #expect(throws: RunError.self) {
        _ = try Runner(study: study, output: "\(folder)/out", threads: 2, only: "progress").run()
      }
      #expect("\(error.map { "\($0)" } ?? "")".contains("units at several base years"))
    }
  }

  @Test func withoutAReasonEveryLateCovariateIsRefused() throws {
    let message = try withStudy(
      {
        $0.replacingOccurrences(
          of: "      allow-post-treatment: the register has one year of values\n", with: "")
      },
      { folder in
        let error = #expect(throws: RunError.self) {
          _ = try StudyCheck(try Study(reading: "\(folder)/study.yaml"))
        }
        return "\(try #require(error))"
      })
    // Both matches, of candidates and of the register's own rows.
    for step in ["comparators", "one-year"] {
      for name in ["log_roll", "fsm6", "absence"] {
        #expect(message.contains("steps.\(step).match.covariates: `\(name)` is as of 2019"))
      }
    }
  }
}
