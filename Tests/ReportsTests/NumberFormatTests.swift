import Foundation
import Reports
import Testing

@Suite struct NumberFormatTests {
  @Test(arguments: [
    (0.125, 2, "0.13"), (-0.125, 2, "−0.13"), (1.005, 2, "1.01"), (2.5, 0, "3"), (0.4999, 0, "0"),
    (-0.004, 2, "0.00"), (999.999, 2, "1\u{202F}000.00"),
    (1_234_567.891, 1, "1\u{202F}234\u{202F}567.9"),
    (9.95, 1, "10.0"), (0.05, 1, "0.1"), (0.05, 0, "0"), (0.5, 0, "1"), (1e-9, 3, "0.000"),
    (1e300, 2, "1.00×10³⁰⁰"), (123.0, 0, "123"), (99.5, 0, "100"),
  ])
  func decimals(_ value: Double, _ count: Int, _ expected: String) {
    #expect(NumberFormat.decimals(count).text(value) == expected)
  }

  @Test(arguments: [
    (0.012345, 3, "0.0123"), (12345, 3, "12\u{202F}300"), (0.0999999, 3, "0.100"), (1, 3, "1.00"),
    (0, 3, "0"), (-1e-7, 2, "−1.0×10⁻⁷"), (.leastNonzeroMagnitude, 3, "5.00×10⁻³²⁴"),
    (-2.5e20, 1, "−3×10²⁰"),
  ])
  func significant(_ value: Double, _ count: Int, _ expected: String) {
    #expect(NumberFormat.significant(count).text(value) == expected)
  }

  @Test(arguments: [
    (0.0009999, "<0.001"), (0, "<0.001"), (0.001, "0.001"), (0.0264, "0.026"), (0.9996, ">0.999"),
    (1, "1.000"), (0.5, "0.500"),
  ])
  func pValues(_ value: Double, _ expected: String) {
    #expect(NumberFormat.pValue.text(value) == expected)
  }

  @Test func otherForms() {
    #expect(NumberFormat.percent(decimals: 1).text(0.1804) == "18.0%")
    #expect(NumberFormat.year.text(2014) == "2014")
    #expect(NumberFormat.year.text(2014.0) == "2014")
    #expect(NumberFormat.whole.text(-12_345) == "−12\u{202F}345")
    #expect(
      NumberFormat.whole.text(Int.min)
        == "−9\u{202F}223\u{202F}372\u{202F}036\u{202F}854\u{202F}775\u{202F}808")
    #expect(NumberFormat.decimals(2).interval(-0.1, 0.25) == "−0.10 to 0.25")
    #expect(NumberFormat.decimals(2).interval(-0.1, .infinity) == "–")
  }

  @Test(arguments: extremeNumbers)
  func everyFormatWritesEveryNumber(_ value: Double) {
    let formats: [NumberFormat] = [
      .decimals(0), .decimals(3), .decimals(400), .decimals(-2), .significant(1), .significant(17),
      .significant(0), .whole, .percent(decimals: 1), .pValue, .year,
    ]
    for format in formats {
      let text = format.text(value)
      #expect(!text.isEmpty)
      #expect(value.isFinite || text == NumberFormat.missing)
      #expect(!text.contains("nan") && !text.contains("inf"))
    }
  }

  /// Reading the text back gives the number, to half a unit of its last digit.
  @Test func roundingIsWithinHalfAUnit() {
    var numbers = Numbers(state: 7)
    for _ in 0..<2000 {
      let value = Double.random(in: -1000...1000, using: &numbers)
      for count in 0...6 {
        let text = NumberFormat.decimals(count).text(value)
          .replacingOccurrences(of: "\u{202F}", with: "").replacingOccurrences(of: "−", with: "-")
        let unit = (0..<count).reduce(1.0) { unit, _ in unit / 10 }
        let back = Double(text)
        #expect(back.map { abs($0 - value) <= unit * 0.500_001 } == true, "\(value) as \(text)")
      }
    }
  }
}
