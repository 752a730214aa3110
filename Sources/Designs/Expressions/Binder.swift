internal import Tables

/// Finds what names mean in the rows of a table, and checks types before anything is computed.
struct Binder {
  let data: DataSet
  let table: String
  /// Whether a name that this table does not know is looked up in the base year.
  var looksAtBase = false
  /// Whether the rows of this table are looked at in one year each: an aggregate is then over what belongs to a row.
  var looksAtYear = false

  func bind(_ syntax: Syntax) throws(ExpressionError) -> BoundExpression {
    switch syntax.kind {
    case .number(let value): return BoundExpression(.number(value), .number, syntax)
    case .date(let days): return BoundExpression(.number(Double(days)), .date, syntax)
    case .logical(let value): return BoundExpression(.number(value ? 1 : 0), .logical, syntax)
    case .text(let text): return BoundExpression(.text(text), .text, levels: [text], syntax)
    case .name(let name): return try bind(name: name, syntax)
    case .parenthesised(let inner): return try bind(inner)
    case .unary(let operation, let operand): return try bind(operation, operand, syntax)
    case .binary(let operation, let a, let b): return try bind(operation, a, b, syntax)
    case .isIn(let value, let list, let negated):
      return try bind(value, among: list, negated: negated, syntax)
    case .conditional(let condition, let a, let b):
      return try bind(condition, then: a, else: b, syntax)
    case .call(let name, let arguments): return try bind(call: name, arguments, syntax)
    case .at(let value, let year): return try bind(value, at: year, syntax)
    }
  }

  /// An expression of numbers or logical values.
  func bindNumeric(_ syntax: Syntax) throws(ExpressionError) -> BoundExpression {
    let bound = try bind(syntax)
    guard bound.type.isNumeric else {
      throw mismatch("a number", bound)
    }
    return bound
  }

  func bind(_ syntax: Syntax, as type: ValueType) throws(ExpressionError) -> BoundExpression {
    let bound = try bind(syntax)
    guard bound.type == type else { throw mismatch(type.described, bound) }
    return bound
  }

  func mismatch(_ expected: String, _ found: BoundExpression) -> ExpressionError {
    let spelling = found.syntax.bare.spelling
    return ExpressionError(
      .wrongType(expected: expected, found: "\(found.type.described), `\(spelling)`"),
      at: found.syntax.span)
  }

  func resolve(_ name: String, at span: TextSpan) throws(ExpressionError) -> ResolvedColumn {
    let problem: NameError
    do throws(NameError) {
      return try data.resolve(name, from: table)
    } catch { problem = error }
    switch problem {
    case .unknown(let unknown, let kind, let known):
      if kind == "table", data[table: unknown] != nil, data.reaches(table, from: unknown) {
        throw ExpressionError(
          .rule(
            "`\(unknown)` has several rows for a row of `\(table)`: "
              + "write an aggregate, such as `mean(\(name), by = …)`"), at: span)
      }
      throw ExpressionError(
        .unknownName(unknown, kind: kind == "table" ? .table : .column, known: known), at: span)
    case .ambiguous(let name, let tables):
      throw ExpressionError(.ambiguousName(name, tables: tables), at: span)
    }
  }

  private func bind(name: String, _ syntax: Syntax) throws(ExpressionError) -> BoundExpression {
    if looksAtBase, !resolvesAll(syntax) { return try bind(syntax, at: .base(offset: 0), syntax) }
    let found = try resolve(name, at: syntax.span)
    var levels: [String]?
    if found.column.type == .category, case .codes(_, let known) = found.column.storage {
      levels = known
    }
    return BoundExpression(.column(found), ValueType(found.column.type), levels: levels, syntax)
  }

  private func bind(
    _ operation: Syntax.UnaryOperator, _ operand: Syntax, _ syntax: Syntax
  ) throws(ExpressionError) -> BoundExpression {
    switch operation {
    case .not: BoundExpression(.not(try bind(operand, as: .logical)), .logical, syntax)
    case .minus: BoundExpression(.negate(try bindNumeric(operand)), .number, syntax)
    case .plus: try bindNumeric(operand)
    }
  }

  private func bind(
    _ operation: Syntax.BinaryOperator, _ a: Syntax, _ b: Syntax, _ syntax: Syntax
  ) throws(ExpressionError) -> BoundExpression {
    switch operation {
    case .and:
      return BoundExpression(
        .both(try bind(a, as: .logical), try bind(b, as: .logical)), .logical, syntax)
    case .or:
      return BoundExpression(
        .either(try bind(a, as: .logical), try bind(b, as: .logical)), .logical, syntax)
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
      return try bindComparison(operation, try bind(a), try bind(b), syntax)
    case .plus, .minus, .times, .over, .power:
      return try bindArithmetic(operation, try bind(a), try bind(b), syntax)
    case .tilde, .doubleBar, .interaction:
      throw ExpressionError(
        .unexpected("`\(operation.rawValue)`", expected: "an arithmetic or logical operator"),
        at: syntax.head)
    }
  }

  private func bindArithmetic(
    _ operation: Syntax.BinaryOperator, _ a: BoundExpression, _ b: BoundExpression,
    _ syntax: Syntax
  ) throws(ExpressionError) -> BoundExpression {
    let type: ValueType
    switch (operation, a.type, b.type) {
    case (.minus, .date, .date): type = .number
    case (.plus, .date, let other) where other.isNumeric,
      (.plus, let other, .date) where other.isNumeric,
      (.minus, .date, let other) where other.isNumeric:
      type = .date
    default:
      for part in [a, b] where !part.type.isNumeric { throw mismatch("a number", part) }
      type = .number
    }
    return BoundExpression(.arithmetic(operation, a, b), type, syntax)
  }

  private func bindComparison(
    _ operation: Syntax.BinaryOperator, _ a: BoundExpression, _ b: BoundExpression,
    _ syntax: Syntax
  ) throws(ExpressionError) -> BoundExpression {
    let isComparable =
      a.type == b.type || (a.type.isNumeric && b.type.isNumeric)
    guard isComparable else {
      if case (.date, .text(let text)) = (a.type, b.operation) {
        throw ExpressionError(
          .wrongType(expected: "a date such as 2017-09-01", found: "a text, \"\(text)\""),
          at: b.syntax.span)
      }
      throw mismatch(a.type.described, b)
    }
    guard a.type == .text else {
      return BoundExpression(.compare(operation, a, b), .logical, syntax)
    }
    guard operation == .equal || operation == .notEqual else {
      throw ExpressionError(
        .rule("texts are compared with `==` and `!=`, not with `\(operation.rawValue)`"),
        at: syntax.head)
    }
    try checkLevel(b, of: a)
    try checkLevel(a, of: b)
    return BoundExpression(
      .compareTexts(a, b, negated: operation == .notEqual), .logical, syntax)
  }

  /// A text written out must be one of the values that the category can have.
  private func checkLevel(
    _ literal: BoundExpression, of category: BoundExpression
  ) throws(ExpressionError) {
    guard case .text(let text) = literal.operation, case .column = category.operation,
      let levels = category.levels, !levels.contains(text)
    else { return }
    throw ExpressionError(
      .unknownName(text, kind: .level, known: levels), at: literal.syntax.span)
  }

  private func bind(
    _ value: Syntax, among list: [Syntax], negated: Bool, _ syntax: Syntax
  ) throws(ExpressionError) -> BoundExpression {
    let bound = try bind(value)
    var numbers: [Double] = []
    var texts: [String] = []
    for item in list {
      let entry = try bind(item)
      guard entry.type == bound.type || (entry.type.isNumeric && bound.type.isNumeric) else {
        throw mismatch(bound.type.described, entry)
      }
      if let number = entry.literalNumber {
        numbers.append(number)
      } else if case .text(let text) = entry.operation {
        try checkLevel(entry, of: bound)
        texts.append(text)
      } else {
        throw ExpressionError(
          .unexpected("`\(item.spelling)`", expected: "a number, a text or a date in the list"),
          at: item.span)
      }
    }
    return BoundExpression(
      bound.type == .text
        ? .isAmongTexts(bound, texts, negated: negated)
        : .isAmong(bound, numbers, negated: negated), .logical, syntax)
  }

  private func bind(
    _ condition: Syntax, then a: Syntax, else b: Syntax, _ syntax: Syntax
  ) throws(ExpressionError) -> BoundExpression {
    let condition = try bind(condition, as: .logical)
    let (positive, negative) = (try bind(a), try bind(b))
    let type: ValueType
    if positive.type == negative.type {
      type = positive.type
    } else if positive.type.isNumeric, negative.type.isNumeric {
      type = .number
    } else {
      throw mismatch(positive.type.described, negative)
    }
    var levels: [String]?
    if let first = positive.levels, let second = negative.levels {
      levels = first + second.filter { !first.contains($0) }
    }
    return BoundExpression(
      .conditional(condition, positive, negative), type, levels: levels, syntax)
  }
}
