/// How the cells of a column are written where they are no plain numbers or dates.
public enum CellFormat: Sendable, Hashable {
  /// `1,234.5` is 1234.5; groups of three behind the first comma.
  case thousands
  /// `55 - <60%`, `<5%`, `GE95%`: the middle of the band.
  case band
  /// A day, its parts in an order and between separators, such as `d/m/y`.
  case date(DatePattern)

  /// The format of the given name; `nil` for none.
  public init?(_ name: String) {
    switch name {
    case "thousands": self = .thousands
    case "band": self = .band
    default:
      guard let pattern = DatePattern(name) else { return nil }
      self = .date(pattern)
    }
  }

  /// What the values are.
  public var type: ColumnType {
    switch self {
    case .thousands, .band: .number
    case .date: .date
    }
  }

  /// What fits, for a message.
  var expectation: String {
    switch self {
    case .thousands: "a number, with commas between thousands or without"
    case .band: "a band such as `55 - <60%`, `<5%` or `GE95%`, or a number"
    case .date(let pattern): "a date written as \(pattern.text) with four digits of the year"
    }
  }

  /// The value of a cell; NaN where it is none.
  func value(_ text: String) -> Double {
    switch self {
    case .thousands: NumberWithThousands.value(text)
    case .band: Band(text)?.middle ?? .nan
    case .date(let pattern): pattern.days(text)
    }
  }
}

/// Numbers with commas between thousands.
enum NumberWithThousands {
  static func value(_ text: String) -> Double {
    let sign = text.first == "-" || text.first == "+" ? 1 : 0
    let parts = text.dropFirst(sign).split(separator: ".", omittingEmptySubsequences: false)
    guard let whole = parts.first, parts.count <= 2,
      !parts.dropFirst().contains(where: { $0.contains(",") })
    else { return .nan }
    let groups = whole.split(separator: ",", omittingEmptySubsequences: false)
    if groups.count > 1 {
      guard let first = groups.first, (1...3).contains(first.count),
        groups.dropFirst().allSatisfy({ $0.count == 3 }),
        groups.allSatisfy({ $0.allSatisfy(\.isASCII) && $0.allSatisfy(\.isNumber) })
      else { return .nan }
    }
    return plain(text.filter { $0 != "," })
  }

  private static func plain(_ text: String) -> Double {
    let bytes = Array(text.utf8)
    var forms: NumberForms = []
    return NumberText.parse(bytes.span, 0, bytes.count, forms: &forms)
  }
}

/// A range of percentages or numbers in place of one.
struct Band: Hashable {
  let low: Double
  let high: Double

  var middle: Double { (low + high) / 2 }

  /// `55 - <60%`, `55-60`, `55 to 60%`; `<5%`, `<=5%`, `≤5%`, `LE5%` from 0; `>95%`, `>=95%`, `≥95%`, `GE95%`, `95%+` up
  /// to 100; a plain number is a band of no width. Bands without an end are percentages, and so must end in `%`.
  init?(_ text: String) {
    let isPercent = text.contains("%")
    let plain = text.replacingAll("%", by: "").replacingAll("–", by: "-").replacingAll(" ", by: "")
      .replacingAll("≤", by: "<=").replacingAll("≥", by: ">=")
    func number(_ part: Substring) -> Double? {
      let value = NumberWithThousands.value(String(part))
      return value.isNaN || part.isEmpty ? nil : value
    }
    func after(_ prefixes: [String]) -> Double? {
      for prefix in prefixes where plain.uppercased().hasPrefix(prefix) {
        return number(plain.dropFirst(prefix.count))
      }
      return nil
    }
    if let value = number(Substring(plain)) {
      (low, high) = (value, value)
    } else if let most = after(["<=", "<", "LE", "LT"]) {
      guard isPercent, (0...100).contains(most) else { return nil }
      (low, high) = (0, most)
    } else if let least = after([">=", ">", "GE", "GT"])
      ?? (plain.hasSuffix("+") ? number(plain.dropLast()) : nil)
    {
      guard isPercent, (0...100).contains(least) else { return nil }
      (low, high) = (least, 100)
    } else {
      let ends = plain.replacingAll("to", by: "-").split(
        separator: "-", omittingEmptySubsequences: false)
      guard ends.count == 2, let first = number(ends[0]),
        let second = number(ends[1].drop { $0 == "<" || $0 == "=" }), first <= second
      else { return nil }
      (low, high) = (first, second)
    }
  }
}

extension String {
  func replacingAll(_ part: String, by other: String) -> String {
    split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
  }
}
