import Counterpart
import Foundation
import StudyFiles
import Tables
import TestSupport
import Testing

/// The crossed study of Fife, against lme4 and pbkrtest (`Data/fife/README.md`).
@Suite struct FifeStudyTests {
  private func numbers(_ folder: String, _ table: String, _ column: String) throws -> [Double] {
    let text = try String(contentsOfFile: "\(folder)/tables/\(table).csv", encoding: .utf8)
    return try #require(try TidyTable(table, csv: text).column(column)).map {
      if case .number(let value) = $0 { value } else { Double.nan }
    }
  }

  @Test func theCrossedModelsAreTheKnownOnes() throws {
    let file = checkoutFolder.appendingPathComponent(
      "Notebooks-as-scripts/04-fife-crossed/study.yaml")
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try Runner(study: Study(reading: file.path), output: folder, threads: 1).run()
    #expect(
      isClose(
        try numbers(folder, "crossed.fit", "deviance")[0], 17150.75891483004, absolute: 1e-7))
    #expect(
      isClose(try numbers(folder, "full.fit", "deviance")[0], 14800.048425804676, absolute: 1e-7))
    let estimates = try numbers(folder, "full.coefficients", "estimate")
    let expected = [5.858268018142, 0.156360790857, 0.028367467411, -0.143175446659]
    #expect(largestDifference(estimates, expected) <= 1e-7)
    // Kenward and Roger's by pbkrtest, at lme4's default optimum, which is 10⁻⁷ away from ours.
    let errors = [0.07294862018689, 0.00278797453276, 0.00336298420603, 0.07098240664836]
    let degrees = [51.2680118934, 3369.0931130239, 3421.3251589458, 3385.24925344]
    #expect(
      largestDifference(try numbers(folder, "full.coefficients", "std_error"), errors) <= 1e-6)
    #expect(largestDifference(try numbers(folder, "full.coefficients", "df"), degrees) <= 1e-6)
    // Left four years before, the primary school still holds more of the variance than the secondary school.
    let shares = try numbers(folder, "crossed.vpc", "full")
    #expect(shares[0] > 3 * shares[1])
  }
}
