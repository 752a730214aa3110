import Counterpart
import Foundation
import StudyFiles
import Testing

/// A gate of a match that is made anew in every completed data set.
@Suite struct ImputedGateTests {
  private func summary(gate: String) throws -> RunSummary {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var state: UInt64 = 11
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) * 0x1p-53
    }
    func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
    var text = "school,joined,intake,size,score\n"
    for school in 0..<80 {
      let joined = school % 4 == 0
      let intake = normal() + (joined ? 1.5 : 0)
      text += "\(school),\(joined ? 1 : 0),\(school % 5 == 2 ? "" : "\(intake)"),\(normal()),"
      text += "\(intake + normal())\n"
    }
    try text.write(toFile: "\(folder)/schools.csv", atomically: true, encoding: .utf8)
    try """
    counterpart: 1
    title: Completed
    seed: 5
    data:
      schools: {file: schools.csv, key: school, missing: [""]}
    steps:
      complete:
        impute: {data: schools, columns: {intake: normal}, using: [size, joined, score], imputations: 3, iterations: 3}
      comparators:
        match: {data: schools, imputed: complete, treated: joined, covariates: [intake, size], outcome: score, gate: \(gate)}
    """.write(toFile: "\(folder)/study.yaml", atomically: true, encoding: .utf8)
    let study = try Study(reading: "\(folder)/study.yaml")
    return try Runner(study: study, output: "\(folder)/out", threads: 1).run()
  }

  @Test func aDemandThatACompletedDataSetDoesNotMeetFailsTheRun() throws {
    let failed = try summary(gate: "{max-smd: 0.001}")
    #expect(!failed.failures.isEmpty)
    #expect(failed.failures.allSatisfy { $0.step == "comparators" })
    #expect(failed.failures.first?.message.hasPrefix("completed data set 1: ") == true)
    #expect(try summary(gate: "{max-smd: 9}").failures.isEmpty)
  }
}
