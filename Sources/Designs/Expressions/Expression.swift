public import Tables

/// A rule for computing a column from the columns of a row: `log(roll)`, `fsm > 30 and type != "special"`.
///
/// The language is described in the guide Expressions. Parsing checks the grammar alone; names and types
/// are checked where the expression meets data, before anything is computed.
public struct Expression: Sendable, CustomStringConvertible {
  /// As written.
  public let source: String
  let syntax: Syntax

  /// - Throws: ``ExpressionError`` at the first character that does not fit.
  public init(parsing source: String) throws(ExpressionError) {
    self.source = source
    syntax = try SyntaxParser.parse(source, as: .expression)
  }

  public var description: String { source }

  /// Every column that it names, and every table of episodes, in the order of the text.
  public var names: [NameUse] { NameUse.all(in: syntax) }

  /// What its values are in the rows of `table`.
  ///
  /// - Throws: ``ExpressionError`` for an unknown name or types that do not fit.
  public func type(in data: DataSet, table: String) throws(ExpressionError) -> ValueType {
    try bind(in: data, table: table).type
  }

  /// The column of its values in the rows of `table`, named `name`.
  ///
  /// Where a function has no result, such as the logarithm of zero, the value is missing and a diagnostic
  /// counts the rows.
  ///
  /// - Throws: ``ExpressionError`` for an unknown name or types that do not fit.
  public func evaluate(
    in data: DataSet, table: String, as name: String
  ) throws(ExpressionError) -> EvaluatedColumn {
    let bound = try bind(in: data, table: table)
    let rows = data[table: table]?.rowCount ?? 0
    var evaluator = Evaluator(data)
    let vector = evaluator.evaluate(bound, in: table, rows: rows)
    let column: Column
    if bound.type == .text {
      let (codes, levels) = vector.codes(rows: rows)
      column = Column(
        name, type: isText(bound, data) ? .text : .category,
        storage: .codes(codes, levels: levels))
    } else {
      let type: ColumnType =
        switch bound.type {
        case .logical: .logical
        case .date: .date
        case .number, .text: .number
        }
      column = Column(name, type: type, storage: .numbers(vector.numbers(rows: rows)))
    }
    return EvaluatedColumn(column: column, diagnostics: evaluator.diagnostics)
  }

  /// Which rows of `table` a rule holds for.
  ///
  /// - Throws: ``ExpressionError`` for an unknown name, types that do not fit, or values that are not
  ///   logical.
  public func evaluateLogical(
    in data: DataSet, table: String
  ) throws(ExpressionError) -> RuleOutcome {
    let bound = try bind(in: data, table: table)
    guard bound.type == .logical else {
      throw Binder(data: data, table: table).mismatch(ValueType.logical.described, bound)
    }
    let rows = data[table: table]?.rowCount ?? 0
    var evaluator = Evaluator(data)
    let values = evaluator.evaluate(bound, in: table, rows: rows).numbers(rows: rows)
    return RuleOutcome(
      verdicts: values.map { $0.isNaN ? .missing : $0 == 1 ? .holds : .fails },
      diagnostics: evaluator.diagnostics)
  }

  private func bind(
    in data: DataSet, table: String
  ) throws(ExpressionError) -> BoundExpression {
    guard data[table: table] != nil else {
      throw ExpressionError(
        .unknownName(table, kind: .table, known: data.tableNames), at: syntax.span)
    }
    return try Binder(data: data, table: table).bind(syntax)
  }

  /// A column of free text stays one; everything else that is text is a category.
  private func isText(_ bound: BoundExpression, _ data: DataSet) -> Bool {
    guard case .column(let column) = bound.operation else { return false }
    return column.column.type == .text
  }
}

/// A computed column, and the doubts about it.
public struct EvaluatedColumn: Sendable {
  public let column: Column
  public let diagnostics: [Diagnostic]
}

/// What a rule says of each row.
public struct RuleOutcome: Sendable {
  public enum Verdict: UInt8, Sendable, Hashable {
    case fails
    case holds
    /// The row lacks a value that the rule needs.
    case missing
  }

  /// One a row.
  public let verdicts: [Verdict]
  public let diagnostics: [Diagnostic]

  /// The rows that the rule holds for, in order.
  public var rows: [Int32] {
    verdicts.indices.compactMap { verdicts[$0] == .holds ? Int32($0) : nil }
  }

  public func count(_ verdict: Verdict) -> Int { verdicts.count { $0 == verdict } }
}
