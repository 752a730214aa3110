/// A linear axis that holds all its data, with ticks at round numbers.
package struct Axis: Sendable, Hashable {
  package let low: Double
  package let high: Double
  /// Increasing, within `low`…`high`.
  package let ticks: [Double]
  package let labels: [String]

  /// - Parameters:
  ///   - values: What must fit; numbers that are not finite are left out, and none gives 0 to 1.
  ///   - ticks: About how many ticks are wanted.
  ///   - wholeNumbers: For years and counts: ticks at whole numbers, without separators, no margin.
  package init(covering values: [Double], ticks wanted: Int = 5, wholeNumbers: Bool = false) {
    let finite = values.lazy.filter(\.isFinite).map(Self.clamped)
    var low = finite.min() ?? 0
    var high = finite.max() ?? 1
    let size = max(low.magnitude, high.magnitude)
    let least = max(size * 1e-6, 1e-280)
    if wholeNumbers, low == high {
      low -= 1
      high += 1
    } else if high - low < least {
      let middle = low / 2 + high / 2
      let margin = size > 0 ? max(size * 0.1, least) : 0.5
      low = middle - margin
      high = middle + margin
    } else if !wholeNumbers {
      let margin = (high / 2 - low / 2) * 0.08
      low -= margin
      high += margin
    }
    self.low = low
    self.high = high
    let step = RoundStep(
      atLeast: (high / 2 - low / 2) / Double(max(wanted, 2)) * 2, wholeNumbers: wholeNumbers)
    let first = (low / step.value).rounded(.up)
    let last = (high / step.value).rounded(.down)
    var ticks: [Double] = []
    var index = first
    while index <= last, ticks.count < 64 {
      ticks.append(min(max(index * step.value, low), high))
      index += 1
    }
    self.ticks = ticks
    self.labels = ticks.map { step.label($0, asYear: wholeNumbers) }
  }

  /// Beyond ±10³⁰⁰ differences overflow; what lies there is drawn at the end.
  private static func clamped(_ value: Double) -> Double { min(max(value, -1e300), 1e300) }

  /// The place of `value` on a line from `start` to `end`, never beyond either.
  package func place(_ value: Double, from start: Double, to end: Double) -> Double {
    let share = (Self.clamped(value) / 2 - low / 2) / (high / 2 - low / 2)
    return start + (end - start) * min(max(share, 0), 1)
  }
}

/// 1, 2, 2.5 or 5 times a power of ten.
struct RoundStep: Sendable {
  let value: Double
  private let decimals: Int

  /// The smallest round step that is at least `size`, which is positive.
  init(atLeast size: Double, wholeNumbers: Bool) {
    let power = DecimalDigits(size).exponent
    let candidates: [(text: String, decimals: Int)] = [
      ("1e\(power)", -power), ("2e\(power)", -power), ("25e\(power - 1)", 1 - power),
      ("5e\(power)", -power), ("1e\(power + 1)", -power - 1),
    ]
    var value = size
    var decimals = 1 - power
    for candidate in candidates {
      guard let step = Double(candidate.text), step >= size else { continue }
      if wholeNumbers, candidate.decimals > 0 { continue }
      value = step
      decimals = candidate.decimals
      break
    }
    if wholeNumbers, value < 1 {
      value = 1
      decimals = 0
    }
    self.value = value
    self.decimals = decimals
  }

  func label(_ tick: Double, asYear: Bool) -> String {
    if asYear, tick.magnitude < 1e15 { return NumberFormat.year.text(tick) }
    let digits = DecimalDigits(tick).rounded(toDecimals: decimals)
    if decimals > 6 || digits.exponent > 6 {
      let sign = tick < 0 && !digits.isZero ? NumberFormat.minus : ""
      return sign
        + (digits.isZero ? "0" : digits.scientific(significant: digits.digits.count))
    }
    return NumberFormat.decimals(max(decimals, 0)).text(tick)
  }
}
