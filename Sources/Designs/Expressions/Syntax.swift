/// An expression or formula as it is written, before its names mean anything.
struct Syntax: Sendable {
  indirect enum Kind: Sendable {
    case number(Double)
    case date(Int)
    case text(String)
    case logical(Bool)
    case name(String)
    case parenthesised(Syntax)
    case unary(UnaryOperator, Syntax)
    case binary(BinaryOperator, Syntax, Syntax)
    /// `x in [a, b]`, `x not in [a, b]`.
    case isIn(Syntax, [Syntax], negated: Bool)
    case conditional(Syntax, then: Syntax, else: Syntax)
    case call(String, [Argument])
    /// `x @ base`, `x @ (base - 1)`, `x @ 2014`.
    case at(Syntax, YearReference)
  }

  struct Argument: Sendable {
    /// `by` in `by = school`.
    let label: String?
    let labelSpan: TextSpan?
    let value: Syntax
  }

  enum UnaryOperator: String, Sendable {
    case minus = "-"
    case plus = "+"
    case not
  }

  enum BinaryOperator: String, Sendable {
    case tilde = "~"
    case doubleBar = "||"
    case or
    case and
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case plus = "+"
    case minus = "-"
    case times = "*"
    case over = "/"
    case interaction = ":"
    case power = "^"
  }

  let kind: Kind
  let span: TextSpan
  /// How many levels of parts it has.
  let depth: Int
  /// The operator or function name itself.
  let head: TextSpan

  init(_ kind: Kind, span: TextSpan, depth: Int, head: TextSpan? = nil) {
    self.kind = kind
    self.span = span
    self.depth = depth
    self.head = head ?? span
  }

  /// The expression inside any parentheses around it.
  var bare: Syntax {
    var inner = self
    while case .parenthesised(let content) = inner.kind { inner = content }
    return inner
  }
}

extension Syntax {
  /// The text with the spacing that R's `deparse` gives it, which names coefficients: `log(a + b)`,
  /// `I(x^2)`, `a/b`.
  var spelling: String {
    switch kind {
    case .number(let value): spell(value)
    case .date(let days): spell(date: days)
    case .text(let text): "\"\(text)\""
    case .logical(let value): value ? "true" : "false"
    case .name(let name): name.spelledAsName
    case .parenthesised(let inner): "(\(inner.spelling))"
    case .unary(let operation, let operand):
      operation == .not ? "not \(operand.spelling)" : operation.rawValue + operand.spelling
    case .binary(let operation, let a, let b):
      a.spelling + operation.spelledBetween + b.spelling
    case .isIn(let value, let list, let negated):
      value.spelling + (negated ? " not in [" : " in [")
        + list.map(\.spelling).joined(separator: ", ") + "]"
    case .conditional(let condition, let a, let b):
      "if \(condition.spelling) then \(a.spelling) else \(b.spelling)"
    case .call(let name, let arguments):
      name + "("
        + arguments.map { ($0.label.map { "\($0) = " } ?? "") + $0.value.spelling }
        .joined(separator: ", ") + ")"
    case .at(let value, let year): "\(value.spelling) @ \(year)"
    }
  }
}

extension Syntax.BinaryOperator {
  fileprivate var spelledBetween: String {
    switch self {
    case .over, .interaction, .power: rawValue
    default: " \(rawValue) "
    }
  }
}

/// A number as a level or a name shows it: whole numbers without a point.
func spell(_ value: Double) -> String {
  if value == value.rounded(), abs(value) < 1e15 { return "\(Int(value))" }
  return "\(value)"
}

/// Days since 1970-01-01 as `2017-09-01`.
func spell(date days: Int) -> String {
  let date = CalendarDate(daysSince1970: days)
  func padded(_ number: Int, _ width: Int) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
  return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
}
