internal import Tables

/// What the values of an expression are. Whole numbers are numbers; categories are text.
public enum ValueType: String, Sendable, Hashable {
  case number
  case logical
  case text
  case date

  init(_ type: ColumnType) {
    self =
      switch type {
      case .number, .integer: .number
      case .logical: .logical
      case .date: .date
      case .category, .text: .text
      }
  }

  var described: String {
    switch self {
    case .number: "a number"
    case .logical: "a logical value"
    case .text: "a text"
    case .date: "a date"
    }
  }

  /// Logical values count as 0 and 1.
  var isNumeric: Bool { self == .number || self == .logical }
}

/// An expression whose names are found and whose types fit: evaluating it cannot fail.
struct BoundExpression: Sendable {
  let operation: BoundOperation
  let type: ValueType
  /// Every value that a text can have; `nil` where it can have any.
  let levels: [String]?
  let syntax: Syntax

  init(
    _ operation: BoundOperation, _ type: ValueType, levels: [String]? = nil, _ syntax: Syntax
  ) {
    self.operation = operation
    self.type = type
    self.levels = levels
    self.syntax = syntax
  }

  /// The number that is written out here, with its sign.
  var literalNumber: Double? {
    switch operation {
    case .number(let number): number
    case .negate(let inner):
      if case .number(let number) = inner.operation { -number } else { nil }
    default: nil
    }
  }
}

indirect enum BoundOperation: Sendable {
  /// A number, a date or a logical value.
  case number(Double)
  case text(String)
  case column(ResolvedColumn)
  case negate(BoundExpression)
  case not(BoundExpression)
  case arithmetic(Syntax.BinaryOperator, BoundExpression, BoundExpression)
  case compare(Syntax.BinaryOperator, BoundExpression, BoundExpression)
  case compareTexts(BoundExpression, BoundExpression, negated: Bool)
  case both(BoundExpression, BoundExpression)
  case either(BoundExpression, BoundExpression)
  case isAmong(BoundExpression, [Double], negated: Bool)
  case isAmongTexts(BoundExpression, [String], negated: Bool)
  case conditional(BoundExpression, BoundExpression, BoundExpression)
  case numeric(NumericFunction, BoundExpression)
  case round(BoundExpression, digits: Int)
  /// The smallest or largest of several values in each row.
  case extreme(Aggregate, [BoundExpression])
  case isMissing(BoundExpression)
  case contains(BoundExpression, BoundExpression)
  case aggregate(Aggregate, of: BoundExpression, over: AggregateRows)
  case standardise(BoundExpression, by: BoundExpression?)
  case membership(MembershipQuery)
  /// A value in the rows of another table, and which of them each row here takes; −1 for none.
  case elsewhere(BoundExpression, table: String, rows: Int, index: [Int32])
  /// The rank within the table or a group, or a band of so many.
  case rank(BoundExpression, by: BoundExpression?, bands: Int?)
  /// A day from year, month and day.
  case date([BoundExpression])
}

/// Which rows an aggregate runs over, and which result each row gets.
enum AggregateRows: Sendable {
  /// All rows of the table; one result for all.
  case all
  /// The rows of the table that have the same value of a column.
  case by(BoundExpression)
  /// All rows of a table that links to this one.
  case allLinked(table: String, rows: Int)
  /// The rows of a table that links to this one through `index`: those that belong to the row, or to rows
  /// with the same value of `by`.
  case linked(table: String, index: [Int32], by: BoundExpression?)
}
