public import Tables

/// What is wrong with an expression or a formula, and where in its text.
///
/// The place counts characters from the start of the text that was parsed, so that a caller who knows where
/// the text stands in a file can point at the line and column.
public struct ExpressionError: Error, Sendable, Hashable {
  /// What kind of name was not known.
  public enum NameKind: String, Sendable, Hashable {
    case column
    case function
    case table
    /// A value of a category.
    case level
    /// A named argument of a function.
    case argument
  }

  public enum Reason: Sendable, Hashable {
    /// Something stands where the grammar has no place for it.
    case unexpected(String, expected: String)
    /// A quote or bracket that nothing closes.
    case unclosed(String)
    /// Digits in the shape of a date that is in no calendar.
    case noSuchDate(String)
    case unknownName(String, kind: NameKind, known: [String])
    /// A plain name that stands in several tables.
    case ambiguousName(String, tables: [String])
    case wrongType(expected: String, found: String)
    /// A call with too few, too many or unsuitable arguments: how it is written.
    case wrongArguments(function: String, usage: String)
    /// Part of the language, but not offered by this version.
    case notAvailable(String)
    /// More nested parts than any expression needs.
    case tooDeep(limit: Int)
    /// A formula that expands to more columns or terms than a model can hold.
    case tooMany(String, count: Int, limit: Int)
    /// A weight that is missing, zero or negative; rows count from one.
    case unusableWeight(column: String, row: Int, value: Double?)
    /// A value that is not finite; rows count from one.
    case infiniteValue(column: String, row: Int)
    /// No row is left to model: why rows were lost, and doubts about what was computed for them.
    case noRows(lost: [LostRows], doubts: [Diagnostic])
    /// Any other rule, as a sentence.
    case rule(String)
  }

  public let reason: Reason
  /// Characters before the place.
  public let offset: Int
  /// Characters that are meant; 0 at the end of the text.
  public let length: Int
  /// The setting that is wrong, where it is not the text itself: `weights`, `contrasts`.
  public let setting: String?

  public init(_ reason: Reason, offset: Int, length: Int, setting: String? = nil) {
    self.reason = reason
    self.offset = offset
    self.length = length
    self.setting = setting
  }

  init(_ reason: Reason, at span: TextSpan) {
    self.init(reason, offset: span.offset, length: span.length)
  }
}

extension ExpressionError {
  /// The same with rows counted from another one than the first.
  func rows(from first: Int) -> ExpressionError {
    let reason: Reason =
      switch reason {
      case .infiniteValue(let column, let row): .infiniteValue(column: column, row: row + first)
      case .unusableWeight(let column, let row, let value):
        .unusableWeight(column: column, row: row + first, value: value)
      default: reason
      }
    return ExpressionError(reason, offset: offset, length: length, setting: setting)
  }
}

extension ExpressionError: CustomStringConvertible {
  /// The reason, after the place: `character 5: unknown function `lgo``; a caller who knows the file
  /// writes the place itself and `reason`.
  public var description: String {
    if let setting { "\(setting): \(reason)" } else { "character \(offset + 1): \(reason)" }
  }
}

extension ExpressionError.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unexpected(let found, let expected): "expected \(expected), found \(found)"
    case .unclosed(let opening): "\(opening) is never closed"
    case .noSuchDate(let text): "`\(text)` is not a date of the calendar"
    case .unknownName(let name, let kind, let known):
      "unknown \(kind.rawValue) `\(name)`"
        + (known.isEmpty ? "" : "; known: " + Self.list(known))
    case .ambiguousName(let name, let tables):
      "`\(name)` stands in \(tables.joined(separator: " and ")): write "
        + tables.map { "`\($0).\(name)`" }.joined(separator: " or ")
    case .wrongType(let expected, let found): "expected \(expected), found \(found)"
    case .wrongArguments(_, let usage): "expected `\(usage)`"
    case .notAvailable(let what): "`\(what)` is not available in this version"
    case .tooDeep(let limit): "nested deeper than \(limit) levels"
    case .tooMany(let what, let count, let limit):
      "\(count) \(what), of which a model can hold \(limit)"
    case .unusableWeight(let column, let row, let value):
      "expected weights above 0, found \(value.map { "\($0)" } ?? "a missing one") in `\(column)`, "
        + "row \(row)"
    case .infiniteValue(let column, let row):
      "expected finite numbers, found an infinite one in `\(column)`, row \(row)"
    case .noRows(let lost, let doubts):
      (["no row is left to model"] + lost.map { "\($0.reason): \($0.count) lost" }
        + doubts.map(\.message)).joined(separator: "; ")
    case .rule(let sentence): sentence
    }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(24).map { "`\($0)`" }.joined(separator: ", ")
      + (names.count > 24 ? ", and \(names.count - 24) more" : "")
  }
}

/// Characters of a text, by position and number.
struct TextSpan: Sendable, Hashable {
  let offset: Int
  let length: Int

  var end: Int { offset + length }

  func through(_ other: TextSpan) -> TextSpan {
    TextSpan(offset: offset, length: max(end, other.end) - offset)
  }
}
