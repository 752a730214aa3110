import Counterpart
import Foundation
import StudyFiles
import Tables
import TestSupport
import Testing

/// The step `event-study`, from the study file to tables and report, on schools with a known effect.
@Suite struct EventStudyStepTests {
  private func run(_ step: String, threads: Int = 2) throws -> (summary: RunSummary, output: String)
  {
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    let data = checkoutFolder.appendingPathComponent("Data/synthetic-years/results.csv").path
    let yaml = """
      counterpart: 1
      title: Federations over years
      seed: 5
      data:
        results: {file: \(data), key: [urn, year]}
      steps:
        over-time:
          event-study: \(step)
      """
    try yaml.write(toFile: "\(scratch)/study.yaml", atomically: true, encoding: .utf8)
    let study = try Study(yaml: yaml, file: "\(scratch)/study.yaml")
    let summary = try Runner(study: study, output: "\(scratch)/out", threads: threads).run()
    return (summary, "\(scratch)/out")
  }

  private func table(_ output: String, _ name: String) throws -> Table {
    try DelimitedFile("\(output)/tables/over-time.\(name).csv").read(as: name)
  }

  private func values(_ table: Table, _ column: String) throws -> [Double] {
    guard case .numbers(let values) = try #require(table[column]).storage else { return [] }
    return values
  }

  @Test func knownEffectsAreFoundAndTold() throws {
    let (summary, output) = try run(
      "{data: results, unit: urn, year: year, joined: joined, outcome: reading, covariates: [prior], "
        + "cluster: federation, comparators: not-yet, missing-years: [2020, 2021], draws: 499, "
        + "bounds: {relative-magnitudes: [0.5, 1], smoothness: [0, 0.01]}, two-way: true}")
    defer {
      try? FileManager.default.removeItem(
        at: URL(fileURLWithPath: output).deletingLastPathComponent())
    }
    let times = try table(output, "event_time")
    let (at, estimates) = (try values(times, "at"), try values(times, "estimate"))
    let (low, high) = (try values(times, "band_low"), try values(times, "band_high"))
    for (k, time) in at.enumerated() {
      let truth = time < 0 ? 0 : 0.06 + 0.03 * min(time, 3)
      #expect(abs(estimates[k] - truth) < 0.1)
      // A band of 95 % leaves a year before joining out in this one draw; those after it are all held.
      if time >= 0 { #expect(low[k] < truth && truth < high[k], "event time \(time)") }
    }
    #expect(at.contains(-2) && at.contains(4))
    for name in ["group_time", "overall", "cohorts", "calendar", "pre_trends", "bounds", "two_way"]
    {
      #expect(try table(output, name).rowCount > 0)
    }
    let twoWay = try table(output, "two_way")
    #expect(twoWay["label"].map { $0.text(at: 0).hasPrefix("contrast only") } == true)
    #expect(summary.warnings.contains { $0.message.contains("cohort 2022 is measured from 2019") })
    let report = try String(contentsOfFile: "\(output)/report.md", encoding: .utf8)
    #expect(report.contains("Effects by years since joining"))
    #expect(report.contains("for contrast only"))
    #expect(FileManager.default.fileExists(atPath: "\(output)/figures/over-time.event_time.svg"))
    #expect(summary.answers.count == 1)
  }

  @Test func undeclaredMissingYearsAreRefused() throws {
    let error = #expect(throws: RunError.self) {
      _ = try run("{data: results, unit: urn, year: year, joined: joined, outcome: reading}")
    }
    #expect(try #require(error).description.contains("2020, 2021"))
  }

  @Test func wrongNamesAreFoundTogether() throws {
    let error = #expect(throws: RunError.self) {
      _ = try run(
        "{data: results, unit: urm, year: year, joined: federation, outcome: readng, "
          + "missing-years: [2020, 2021]}")
    }
    let text = try #require(error).description
    #expect(text.contains("`urm`") && text.contains("`readng`"))
    #expect(text.contains("expected a column of numbers"))
  }

  @Test func theSameBytesOnAnyNumberOfThreads() throws {
    let step =
      "{data: results, unit: urn, year: year, joined: joined, outcome: reading, "
      + "missing-years: [2020, 2021], draws: 199}"
    let (first, second) = (try run(step, threads: 1), try run(step, threads: 4))
    defer {
      for output in [first.output, second.output] {
        try? FileManager.default.removeItem(
          at: URL(fileURLWithPath: output).deletingLastPathComponent())
      }
    }
    for name in ["event_time", "group_time", "bounds"] {
      let path = "tables/over-time.\(name).csv"
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: "\(first.output)/\(path)"))
          == Data(contentsOf: URL(fileURLWithPath: "\(second.output)/\(path)")))
    }
  }
}
