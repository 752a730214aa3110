import Counterpart
import Foundation
import StudyFiles
import Tables
import TestSupport
import Testing

/// The page that maps other programs' models to ours: each of its lines is a model that is fitted.
@Suite struct SyntaxPageTests {
  private static let page = "Documentation/Guides/From-lme4-Stata-MLwiN.md"

  private struct Line {
    let section: String
    let name: String
    /// Settings of a `multilevel` step, one each.
    let settings: [String]
  }

  private static func text() throws -> String {
    try String(contentsOf: checkoutFolder.appendingPathComponent(page), encoding: .utf8)
  }

  /// Cells of a row; `\|` is a bar within one.
  private static func cells(_ row: Substring) -> [String] {
    row.replacing("\\|", with: "\u{1}").split(separator: "|").map {
      $0.replacing("\u{1}", with: "|").trimmingCharacters(in: .whitespaces)
    }
  }

  private static func lines() throws -> [Line] {
    var lines: [Line] = []
    var (section, ours) = ("", false)
    for row in try text().split(separator: "\n") {
      if row.hasPrefix("## ") { (section, ours) = (String(row.dropFirst(3)), false) }
      guard row.hasPrefix("| ") else { continue }
      let cells = cells(row)
      if cells.last == "Counterpart" {
        ours = true
      } else if ours, let last = cells.last {
        // Every second piece stands between backquotes.
        let pieces = last.split(separator: "`", omittingEmptySubsequences: false)
        lines.append(
          Line(
            section: section, name: cells[0],
            settings: pieces.indices.filter { $0 % 2 == 1 }.map { String(pieces[$0]) }))
      }
    }
    return lines
  }

  /// The page's own study with a step for each line in place of its steps.
  private static func study(_ lines: [Line]) throws -> Study {
    let text = try text()
    let start = try #require(text.range(of: "```yaml\n")).upperBound
    let end = try #require(text.range(of: "\nsteps:\n", range: start..<text.endIndex)).lowerBound
    var yaml = text[start..<end] + "\nsteps:\n"
    for (number, line) in lines.enumerated() {
      yaml += "  line\(number):\n    multilevel:\n"
      for setting in line.settings { yaml += "      \(setting)\n" }
    }
    return try Study(
      yaml: String(yaml), file: checkoutFolder.appendingPathComponent(page).path)
  }

  @Test func everyLineIsFitted() throws {
    let lines = try Self.lines()
    #expect(lines.count >= 40)
    for line in lines {
      #expect(line.settings.contains { $0.hasPrefix("formula: ") }, "\(line.section): \(line.name)")
    }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try Runner(study: try Self.study(lines), output: folder, threads: 2).run()
    for (number, line) in lines.enumerated() {
      let table = try TidyTable(
        "coefficients",
        csv: String(
          contentsOfFile: "\(folder)/tables/line\(number).coefficients.csv", encoding: .utf8))
      let estimates = table.column("estimate") ?? []
      let errors = table.column("std_error") ?? []
      #expect(!estimates.isEmpty, "\(line.section): \(line.name)")
      for (estimate, error) in zip(estimates, errors) {
        guard case .number(let value) = estimate, case .number(let deviation) = error else {
          Issue.record("\(line.section): \(line.name) leaves \(estimate) with error \(error)")
          continue
        }
        #expect(value.isFinite && deviation > 0, "\(line.section): \(line.name)")
      }
    }
  }
}
