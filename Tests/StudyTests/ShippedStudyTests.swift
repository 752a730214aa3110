import Counterpart
import Foundation
import StudyFiles
import Synchronization
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
    ],
    "10-city-challenge-families": few, "11-strong-and-weak": few, "12-mathematics-hubs": few,
    "13-trust-growth": few, "14-incentive": few, "15-improvement-partnerships": few,
    "16-power": [
      .init(path: "steps.small.rehearse.draws", value: "4"),
      .init(path: "steps.nothing.rehearse.draws", value: "2"),
    ],
  ]

  private static let few: [Study.Override] = [
    .init(path: "steps.futures.scenarios.replications", value: "{at-most: 6, per-draw: 2}")
  ]

  private func run(
    _ name: String, threads: Int, keptIn: String? = nil,
    _ notify: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) throws -> (folder: String, summary: RunSummary) {
    let file = checkoutFolder.appendingPathComponent("Notebooks-as-scripts/\(name)/study.yaml")
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    let study = try Study(reading: file.path, overrides: Self.lighter[name] ?? [])
    let kept = keptIn.map { KeptSteps(for: study, in: $0, least: .zero) }
    let summary = try Runner(study: study, output: folder, threads: threads, kept: kept).run(notify)
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
    let parent = FileManager.default.temporaryDirectory.path
    let left = try FileManager.default.contentsOfDirectory(atPath: parent)
    #expect(!left.contains { "\(parent)/\($0)".hasPrefix(one.folder + ".incomplete") })
  }
}

extension ShippedStudyTests {
  /// What a step depends on may not change under what was kept of it.
  @Test func aKeptStepIsNotUsedForAnotherSeed() throws {
    let file = checkoutFolder.appendingPathComponent(
      "Notebooks-as-scripts/02-london-gcse/study.yaml")
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    for (seed, reused) in [("65", 0), ("65", 2), ("66", 0)] {
      let study = try Study(
        reading: file.path, overrides: [Study.Override(path: "seed", value: seed)])
      let count = Mutex(0)
      _ = try Runner(
        study: study, output: "\(scratch)/out", threads: 1,
        kept: KeptSteps(for: study, in: "\(scratch)/kept", least: .zero)
      ).run { event in
        if case .stepKept = event { count.withLock { $0 += 1 } }
      }
      #expect(count.withLock { $0 } == reused, "seed \(seed)")
    }
  }

  @Test(arguments: names)
  func keptStepsGiveTheSameBytes(name: String) throws {
    let kept = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    let fresh = try run(name, threads: 2, keptIn: kept)
    let events = Mutex<[RunEvent]>([])
    let again = try run(name, threads: 2, keptIn: kept) { event in
      events.withLock { $0.append(event) }
    }
    defer {
      for folder in [kept, fresh.folder, again.folder] {
        try? FileManager.default.removeItem(atPath: folder)
      }
    }
    let steps = try #require(try? FileManager.default.contentsOfDirectory(atPath: kept))
    #expect(!steps.isEmpty)
    let reused = events.withLock { events in
      events.count { if case .stepKept = $0 { true } else { false } }
    }
    #expect(reused == steps.count)
    #expect(!events.withLock { $0.contains { if case .stepStarted = $0 { true } else { false } } })
    #expect(try tables(in: again.folder) == tables(in: fresh.folder))
    for file in ["report.html", "report.md", "results.json", "run.lock.json"] {
      #expect(
        FileManager.default.contents(atPath: "\(again.folder)/\(file)")
          == FileManager.default.contents(atPath: "\(fresh.folder)/\(file)"), "\(name): \(file)")
    }
  }

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
