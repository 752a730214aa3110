import Counterpart
import Foundation
import StudyFiles
import TestSupport
import Testing

/// What a gate of a match asks of the run and of later models.
@Suite struct GateTests {
  private func summary(formula: String, gate: String, caliper: String) throws -> RunSummary {
    let data = checkoutFolder.appendingPathComponent("Data/high-school-and-beyond").path
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let study = try Study(
      yaml: """
        counterpart: 1
        title: A gate
        seed: 82
        data:
          schools: {file: \(data)/schools.csv, key: school}
          pupils: {file: \(data)/pupils.csv, key: pupil, link: {school: schools.school}}
        prepare:
          schools:
            catholic: sector == "Catholic"
            mean_ses: mean(pupils.ses, by = school)
        steps:
          comparators:
            match: {data: schools, treated: catholic, covariates: [mean_ses, size], distance: mahalanobis, caliper: {mean_ses: \(caliper)}, gate: \(gate)}
          attainment:
            multilevel: {data: pupils, sample: comparators, formula: \(formula)}
        """, file: "\(scratch)/study.yaml")
    // The study's own file is hashed, so it has to be there.
    try FileManager.default.createDirectory(
      atPath: scratch, withIntermediateDirectories: true)
    try "".write(toFile: "\(scratch)/study.yaml", atomically: true, encoding: .utf8)
    return try Runner(study: study, output: "\(scratch)/out", threads: 1).run()
  }

  @Test func aModelThatDoesNotAdjustIsToldTo() throws {
    let without = try summary(
      formula: "mathach ~ catholic + (1 | school)", gate: "{wwc: [pupils.ses]}", caliper: "1 sd")
    #expect(without.failures.isEmpty)
    #expect(
      without.warnings.contains { $0.step == "attainment" && $0.message.contains("`pupils.ses`") })
    let with = try summary(
      formula: "mathach ~ catholic + ses + (1 | school)", gate: "{wwc: [pupils.ses]}",
      caliper: "1 sd")
    #expect(!with.warnings.contains { $0.message.contains("and this model does not") })
  }

  @Test func aDemandThatIsNotMetFailsTheRunAndLeavesItsResults() throws {
    let summary = try summary(
      formula: "mathach ~ catholic + (1 | school)", gate: "{max-smd: 0.01}", caliper: "0.25 sd")
    #expect(summary.failures.map(\.step) == ["comparators"])
    #expect(summary.failures.first?.message.contains("`size`") == true)
    #expect(!summary.answers.isEmpty || !summary.warnings.isEmpty)
  }
}
