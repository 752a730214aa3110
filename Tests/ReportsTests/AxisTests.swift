import Reports
import Testing

@Suite struct AxisTests {
  private func check(_ values: [Double], ticks wanted: Int, whole: Bool, _ comment: Comment) {
    let axis = Axis(covering: values, ticks: wanted, wholeNumbers: whole)
    #expect(axis.low < axis.high, comment)
    #expect(axis.low.isFinite && axis.high.isFinite, comment)
    for value in values where value.isFinite {
      let held = min(max(value, -1e300), 1e300)
      #expect(axis.low <= held && held <= axis.high, comment)
      let place = axis.place(value, from: 10, to: 110)
      #expect(place >= 10 && place <= 110, comment)
    }
    #expect(axis.ticks.count == axis.labels.count, comment)
    #expect(axis.ticks.count <= 2 * wanted + 2, comment)
    #expect(Set(axis.labels).count == axis.labels.count, comment)
    for (a, b) in zip(axis.ticks, axis.ticks.dropFirst()) { #expect(a < b, comment) }
    for tick in axis.ticks { #expect(tick >= axis.low && tick <= axis.high, comment) }
  }

  @Test func lawsOverRandomRanges() {
    var numbers = Numbers(state: 11)
    for _ in 0..<3000 {
      let power = Int.random(in: -250...250, using: &numbers)
      let scale = Double("1e\(power)") ?? 1
      let centre = Double.random(in: -10...10, using: &numbers) * scale
      let spread = Double.random(in: 0...1, using: &numbers) * scale
      let values = [centre - spread, centre, centre + spread, .nan]
      for wanted in [2, 4, 7] { check(values, ticks: wanted, whole: false, "\(values)") }
    }
  }

  @Test func atLeastTwoTicksOnAnOrdinaryAxis() {
    var numbers = Numbers(state: 12)
    for _ in 0..<1000 {
      let a = Double.random(in: -100...100, using: &numbers)
      let b = Double.random(in: -100...100, using: &numbers)
      #expect(Axis(covering: [a, b], ticks: 4).ticks.count >= 2, "\(a) \(b)")
    }
  }

  @Test func yearsHaveWholeTicks() {
    for span in 1...60 {
      let axis = Axis(covering: [2014, 2014 + Double(span)], ticks: 5, wholeNumbers: true)
      #expect(axis.low == 2014 && axis.high == 2014 + Double(span))
      #expect(axis.ticks.allSatisfy { $0.rounded() == $0 })
      #expect(axis.labels.allSatisfy { $0.count == 4 })
      check([2014, 2014 + Double(span)], ticks: 5, whole: true, "\(span)")
    }
  }

  @Test func oneYearStandsBetweenItsNeighbours() {
    let axis = Axis(covering: [2014], wholeNumbers: true)
    #expect(axis.labels == ["2013", "2014", "2015"])
  }

  @Test(arguments: extremeNumbers, extremeNumbers)
  func extremes(_ a: Double, _ b: Double) {
    check([a, b], ticks: 5, whole: false, "\(a) \(b)")
  }

  @Test func nothingGivesAnAxis() {
    check([], ticks: 5, whole: false, "empty")
    #expect(Axis(covering: []).labels == ["0.00", "0.25", "0.50", "0.75", "1.00"])
  }
}
