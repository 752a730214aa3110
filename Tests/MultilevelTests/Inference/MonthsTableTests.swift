import Foundation
import Multilevel
import TestSupport
import Testing

@Suite("Months of progress")
struct MonthsTableTests {
  private let table = MonthsTable.eefToolkit

  @Test("has the bands of the file that comes with the data")
  func agreesWithFile() throws {
    let file = checkoutFolder.appendingPathComponent("Data/months/eef-toolkit.csv")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.first == "months,low,high")
    let rows = lines.dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
    let ours = table.bands.map { [Double($0.months), Double($0.low) / 100, Double($0.high) / 100] }
    #expect(rows == ours)
  }

  @Test("covers every hundredth once, and mirrors below zero")
  func covers() throws {
    for hundredths in 0...100 {
      let effect = Double(hundredths) / 100
      let matches = table.bands.filter { $0.low <= hundredths && hundredths <= $0.high }
      #expect(matches.count == 1)
      let months = try #require(table.months(effect))
      #expect(months == matches.first?.months)
      #expect(table.months(-effect) == -months)
    }
  }

  @Test("rounds to hundredths first, halves away from zero")
  func rounds() {
    #expect(table.months(0.0149) == 0)
    #expect(table.months(0.015) == 1)
    #expect(table.months(0.095) == 2)
    #expect(table.months(-0.095) == -2)
    #expect(table.months(0.1 + 0.085) == 3)
    #expect(table.months(1.004) == 12)
  }

  @Test("converts nothing beyond its last band")
  func beyond() {
    for effect in [1.005, 2, 1e300, .infinity, -.infinity, .nan, -1.01] {
      #expect(table.months(effect) == nil)
    }
  }
}
