import Foundation
import Matching
import Tables
import TestSupport
import Testing

/// The table of the guide on methods: each line is what its settings give, to the digits that are printed.
@Suite("The guide's table of methods")
struct MethodGuideTests {
  /// Lines that begin with settings in backquotes, with their other cells.
  static let lines: [(settings: String, cells: [String])] = {
    let file = checkoutFolder.appendingPathComponent("Documentation/Guides/Matching-methods.md")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("| `method: ") else { return nil }
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      return (cells[0].replacingOccurrences(of: "`", with: ""), Array(cells.dropFirst()))
    }
  }()

  private func shown(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  @Test("every line", arguments: lines.map(\.settings))
  func line(_ settings: String) throws {
    let written = settings.contains("distance") ? settings : settings + ", distance: mahalanobis"
    let (_, result) = try GuideExampleTests.match(written)
    let effect = try #require(result.effect)
    let found = [
      "\(result.arm(.treated).used)", "\(result.arm(.control).used)",
      shown(result.arm(.control).effectiveSize, 1),
      shown(BalanceTable(result.outcome).largestDifference, 2), shown(effect.estimate, 2),
      shown(effect.standardError, 2),
    ]
    if ProcessInfo.processInfo.environment["SHOW_GUIDE"] != nil {
      print("| `\(settings)` | " + found.joined(separator: " | ") + " |")
    }
    #expect(Self.lines.first { $0.settings == settings }?.cells == found)
  }

  @Test("the guide has a line for every method that these data allow")
  func complete() {
    let methods = Set(Self.lines.map { $0.settings.split(separator: ",")[0].dropFirst(8) })
    #expect(methods.count >= 9)
  }
}
