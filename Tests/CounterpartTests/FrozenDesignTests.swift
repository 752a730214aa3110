import Counterpart
import Foundation
import StudyFiles
import TestSupport
import Testing

/// A frozen design is tied to its data and has seen no outcome.
@Suite(.serialized) struct FrozenDesignTests {
  private typealias Scratch = FederationStudyTests.Scratch

  /// Schools of one year with an outcome that stands in the table of the match itself.
  private static func study(_ match: String, prepare: String = "") -> String {
    """
    counterpart: 1
    title: One year
    seed: 3
    data:
      schools: {file: schools.csv, key: urn}
      pupils: {file: pupils.csv, key: pupil, link: {urn: schools.urn}}
    prepare:
      schools:
        mean_score: mean(pupils.score, by = urn)
        better: mean_score - prior
    steps:
      comparators:
        match: {data: schools, treated: federated, method: optimal, \(match)}
      model:
        multilevel:
          data: pupils
          sample: comparators
          formula: score ~ federated + prior + (1 | urn)
          effect: {of: federated}
    """
  }

  private static func folder(_ study: String, scores: (Int) -> Double) throws -> String {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("frozen-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var schools = "urn,federated,prior\n"
    var pupils = "pupil,urn,score\n"
    for urn in 1...24 {
      schools += "\(urn),\(urn % 3 == 0 ? 1 : 0),\(Double((urn * 7) % 11) / 10)\n"
      for pupil in 0..<4 {
        pupils += "\(urn * 10 + pupil),\(urn),\(scores(urn * 10 + pupil))\n"
      }
    }
    try schools.write(toFile: "\(folder)/schools.csv", atomically: true, encoding: .utf8)
    try pupils.write(toFile: "\(folder)/pupils.csv", atomically: true, encoding: .utf8)
    try study.write(toFile: "\(folder)/study.yaml", atomically: true, encoding: .utf8)
    return folder
  }

  private func frozen(
    _ study: String, scores: (Int) -> Double = { Double($0 % 13) }
  ) throws -> String {
    let folder = try Self.folder(study, scores: scores)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let plan = try FrozenPlan(
      freezing: try Study(reading: "\(folder)/study.yaml"), threads: 1)
    let text = try String(contentsOfFile: plan.file, encoding: .utf8)
    return String(text[try #require(text.range(of: "\"designs\"")).lowerBound...])
      .components(separatedBy: "\"inputs\"")[0]
  }

  @Test func theDesignKnowsNoOutcome() throws {
    let study = Self.study("covariates: [prior], outcome: mean_score")
    #expect(try frozen(study) == frozen(study, scores: { Double(($0 * 31) % 17) }))
  }

  @Test(arguments: [
    ("covariates: [prior, mean_score]", "`mean_score` is made from `score`"),
    ("covariates: [better]", "`better` is made from `score`"),
    ("covariates: [prior], caliper: {mean_score: 1}", "`mean_score` is made from `score`"),
  ])
  func aMatchOnOutcomesCannotBeFrozen(match: String, says: String) throws {
    let error = #expect(throws: RunError.self) { try frozen(Self.study(match)) }
    #expect("\(try #require(error))".contains(says))
    // A run says it beside the result.
    let folder = try Self.folder(Self.study(match), scores: { Double($0 % 13) })
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let summary = try Runner(
      study: try Study(reading: "\(folder)/study.yaml"), output: "\(folder)/out", threads: 1
    ).run()
    #expect(summary.warnings.contains { $0.message.contains(says) })
  }

  @Test func matchesInALoopAreSealedToo() throws {
    let loop = Self.study("covariates: [prior], outcome: mean_score")
      .replacingOccurrences(of: "method: optimal", with: "method: WAY")
      .replacingOccurrences(
        of: "  comparators:\n", with: "  comparators:\n    for: {WAY: [optimal, nearest]}\n"
      )
      .replacingOccurrences(of: "      sample: comparators\n", with: "")
    let design = try frozen(loop)
    #expect(design.contains("\"comparators\""))
    #expect(try design == frozen(loop, scores: { Double(($0 * 31) % 17) }))
    let error = #expect(throws: RunError.self) {
      try frozen(loop.replacingOccurrences(of: "[prior]", with: "[prior, mean_score]"))
    }
    #expect("\(try #require(error))".contains("`mean_score` is made from `score`"))
  }

  @Test func dataThatChangedAreTold() throws {
    let scratch = try Scratch(FederationStudyTests.study())
    defer { scratch.remove() }
    _ = try FrozenPlan(freezing: try Study(reading: "\(scratch.folder)/study.yaml"), threads: 1)
    // One outcome of one pupil comes in later.
    let file = "\(scratch.folder)/data/pupils.csv"
    var lines = try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "\n")
    let place = try #require(lines[0].components(separatedBy: ",").firstIndex(of: "reading"))
    var cells = lines[1].components(separatedBy: ",")
    cells[place] = "0.25"
    lines[1] = cells.joined(separator: ",")
    try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
    let deviations = try #require(try scratch.run()["study.deviations"])
    #expect(deviations.map { $0["kind"] } == ["data"])
    #expect(deviations[0]["setting"] == "contents of data/pupils.csv")
    #expect(deviations[0]["planned"] != deviations[0]["run"])
    let report = try String(contentsOfFile: "\(scratch.folder)/out/report.md", encoding: .utf8)
    #expect(
      report.contains("the same settings, and the same units matched. 1 data file has changed"))
  }
}
