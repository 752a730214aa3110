/// How a number is written for a reader.
///
/// The same everywhere, on every machine: a point for decimals, a narrow no-break space between thousands,
/// a true minus sign, and an en dash for what is missing.
///
/// | Case | Writes | Example |
/// |---|---|---|
/// | `decimals(n)` | n digits after the point | −0.12 |
/// | `significant(n)` | n significant digits | 0.0123, 12 300 |
/// | `whole` | no decimals | 1 204 |
/// | `percent(decimals: n)` | a share as a percentage | 12.5% |
/// | `pValue` | three decimals, within what they can say | <0.001 |
/// | `year` | a whole number without separators | 2014 |
public enum NumberFormat: Sendable, Hashable, Codable {
  case decimals(Int)
  case significant(Int)
  case whole
  case percent(decimals: Int)
  case pValue
  case year

  /// What stands for a missing value.
  public static let missing = "–"
  /// U+202F: a line never breaks inside a number.
  static let thousands = "\u{202F}"
  static let minus = "\u{2212}"

  /// The number for a reader; a number that is not finite is written as missing.
  public func text(_ value: Double) -> String {
    guard value.isFinite else { return Self.missing }
    switch self {
    case .decimals(let count): return fixed(value, decimals: count)
    case .significant(let count): return significant(value, count: count)
    case .whole: return fixed(value, decimals: 0)
    case .percent(let count): return fixed(value * 100, decimals: count) + "%"
    case .pValue:
      if value < 0.001 { return "<0.001" }
      if value > 0.999, value < 1 { return ">0.999" }
      return fixed(value, decimals: 3)
    case .year:
      return sign(value) + DecimalDigits(value.rounded()).plain(decimals: 0, separator: "")
    }
  }

  public func text(_ count: Int) -> String {
    if case .year = self { return (count < 0 ? Self.minus : "") + String(count.magnitude) }
    if case .percent = self { return text(Double(count)) }
    return Self.grouped(count)
  }

  /// An interval in words: `0.12 to 0.34`; missing where either end is.
  public func interval(_ low: Double, _ high: Double) -> String {
    guard low.isFinite, high.isFinite else { return Self.missing }
    return "\(text(low)) to \(text(high))"
  }

  /// A whole number with its thousands set apart.
  static func grouped(_ count: Int) -> String {
    let digits = Array(String(count.magnitude))
    var text = count < 0 ? minus : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += thousands }
      text.append(digit)
    }
    return text
  }

  private func sign(_ value: Double) -> String { value < 0 ? Self.minus : "" }

  /// Plain notation up to 10¹⁵, powers of ten above; what rounds to zero has no sign.
  private func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return Self.missing }
    let decimals = min(max(decimals, 0), 15)
    let rounded = DecimalDigits(value).rounded(toDecimals: decimals)
    if rounded.exponent >= 15 {
      return sign(value) + DecimalDigits(value).rounded(toSignificant: 3).scientific(significant: 3)
    }
    let text = rounded.plain(decimals: decimals, separator: Self.thousands)
    return (rounded.isZero ? "" : sign(value)) + text
  }

  private func significant(_ value: Double, count: Int) -> String {
    let count = min(max(count, 1), 17)
    let rounded = DecimalDigits(value).rounded(toSignificant: count)
    if rounded.exponent >= 15 || rounded.exponent < -5 {
      return sign(value) + rounded.scientific(significant: count)
    }
    let decimals = rounded.isZero ? 0 : max(0, count - 1 - rounded.exponent)
    return sign(value) + rounded.plain(decimals: decimals, separator: Self.thousands)
  }
}
