import Counterpart
import Foundation
import StudyFiles
import Tables
import TestSupport
import Testing

/// The shipped studies, run from their folders as a user would.
@Suite(.serialized) struct ShippedStudyTests {
  static let names: [String] = {
    let folder = checkoutFolder.appendingPathComponent("Notebooks-as-scripts").path
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return found.filter {
      FileManager.default.fileExists(atPath: "\(folder)/\($0)/study.yaml")
    }.sorted()
  }()

  /// Fewer replicates where a study simulates: bytes must not depend on threads for any number of them.
  private static let lighter: [String: [Study.Override]] = [
    "03-supporting-partnership": [
      .init(path: "steps.futures.scenarios.replications", value: "{at-most: 40}")
    ]
  ]

  private func run(_ name: String, threads: Int) throws -> (folder: String, summary: RunSummary) {
    let file = checkoutFolder.appendingPathComponent("Notebooks-as-scripts/\(name)/study.yaml")
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    let study = try Study(reading: file.path, overrides: Self.lighter[name] ?? [])
    let summary = try Runner(study: study, output: folder, threads: threads).run()
    return (folder, summary)
  }

  private func tables(in folder: String) throws -> [String: Data] {
    var result: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/tables") {
      result[name] = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/tables/\(name)"))
    }
    return result
  }

  @Test func threeStudiesShip() { #expect(Self.names.count >= 3) }

  @Test(arguments: names)
  func theSameBytesOnOneAndTwoThreads(name: String) throws {
    let one = try run(name, threads: 1)
    let two = try run(name, threads: 2)
    defer {
      try? FileManager.default.removeItem(atPath: one.folder)
      try? FileManager.default.removeItem(atPath: two.folder)
    }
    let first = try tables(in: one.folder)
    let second = try tables(in: two.folder)
    #expect(!first.isEmpty)
    #expect(first.keys.sorted() == second.keys.sorted())
    for (table, bytes) in first { #expect(second[table] == bytes, "\(name): \(table)") }
    for file in ["report.html", "report.md", "results.json", "run.lock.json"] {
      #expect(
        FileManager.default.contents(atPath: "\(one.folder)/\(file)")
          == FileManager.default.contents(atPath: "\(two.folder)/\(file)"), "\(name): \(file)")
    }
    #expect(!one.summary.answers.isEmpty, "\(name) gives no answer")
    #expect(!FileManager.default.fileExists(atPath: one.folder + ".incomplete"))
  }
}

extension ShippedStudyTests {
  /// The synthetic register's effect of federation is known: 0.12 standard deviations of pupils.
  @Test func theSyntheticStudyCoversItsTruth() throws {
    let (folder, _) = try run("03-supporting-partnership", threads: 2)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let text = try String(
      contentsOfFile: "\(folder)/tables/attainment.coefficients.csv", encoding: .utf8)
    let table = try TidyTable("coefficients", csv: text)
    let terms = try #require(table.column("term"))
    let row = try #require(terms.firstIndex(of: .text("federated")))
    guard case .number(let low) = table.column("ci_low")?[row],
      case .number(let high) = table.column("ci_high")?[row]
    else {
      Issue.record("the interval is missing")
      return
    }
    #expect(low < 0.12 && 0.12 < high, "\(low) to \(high)")
    #expect(high - low < 0.2, "an interval of \(high - low) says too little")
  }
}
