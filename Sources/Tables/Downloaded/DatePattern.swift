/// The order of day, month and year in a date and what stands between them.
public struct DatePattern: Sendable, Hashable {
  /// As it was written, such as `d/m/y`.
  public let text: String
  private let order: [Character]
  private let separator: Character

  /// `d/m/y`, `m/d/y` or `y/m/d`, with `/`, `-`, `.` or a blank; `nil` for anything else.
  public init?(_ text: String) {
    let separators = text.filter { "/-. ".contains($0) }
    guard text.count == 5, separators.count == 2, let separator = separators.first,
      separators.last == separator
    else { return nil }
    let order = text.filter { $0 != separator }
    guard ["dmy", "mdy", "ymd"].contains(order) else { return nil }
    self.text = text
    self.order = Array(order)
    self.separator = separator
  }

  /// Days since 1970-01-01; NaN for a text that is no such date. A time of day behind it at midnight is left off.
  func days(_ text: String) -> Double {
    var text = Substring(text)
    for midnight in [" 00:00:00", " 00:00", " 0:00"] where text.hasSuffix(midnight) {
      text = text.dropLast(midnight.count)
      break
    }
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.count == 3 else { return .nan }
    var (year, month, day) = ("", "", "")
    for (kind, part) in zip(order, parts) {
      guard !part.isEmpty, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
        return .nan
      }
      switch kind {
      case "y": year = String(part)
      case "m": month = String(part)
      default: day = String(part)
      }
    }
    guard year.count == 4, month.count <= 2, day.count <= 2 else { return .nan }
    func padded(_ text: String) -> String { text.count == 1 ? "0" + text : text }
    let bytes = Array("\(year)-\(padded(month))-\(padded(day))".utf8)
    return DateText.parse(bytes.span, 0, bytes.count)
  }
}
