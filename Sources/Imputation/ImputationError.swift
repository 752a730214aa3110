/// Why missing values cannot be imputed.
public enum ImputationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The table has no row.
  case noRows(table: String)
  /// No value to learn from.
  case allMissing(column: String, rows: Int)
  /// Every observed value is the same.
  case constant(column: String, value: String)
  /// A column of `using` with missing values.
  case predictorMissing(column: String, missing: Int)
  /// Rows that belong to no group.
  case groupMissing(group: String, rows: Int)
  /// A single group shows no difference between groups.
  case oneGroup(group: String)
  /// A column that is a combination of those before it.
  case collinear(column: String, before: [String])
  /// Fewer observed values than the regression has columns.
  case tooFewValues(column: String, observed: Int, columns: Int)
  /// A method that does not fit the values of a column.
  case wrongMethod(column: String, method: ImputationMethod, found: String)
  /// Rows of a linked table that are not one to a group.
  case levelIsNotTheGroup(column: String, level: String, group: String)
  /// A column of the rows that is said to be the group's and differs within a group.
  case variesWithinGroup(column: String, group: String)
  /// More categories than a chain of models or its indicators can carry.
  case tooManyCategories(column: String, count: Int, limit: Int)
  /// A value that is infinite.
  case notFinite(column: String)

  public var description: String {
    switch self {
    case .noRows(let table): "table `\(table)` has no row to impute"
    case .allMissing(let column, let rows):
      "`\(column)` is missing in all \(rows) rows, so there is nothing to learn from: leave it out"
    case .constant(let column, let value):
      "every observed value of `\(column)` is \(value), so nothing tells its missing values: leave it out"
    case .predictorMissing(let column, let missing):
      "`\(column)` of `using` is missing in \(missing) rows: move it to `columns`, or leave it out"
    case .groupMissing(let group, let rows):
      "\(rows) rows have no `\(group)`: leave them out with a rule of `population`"
    case .oneGroup(let group):
      "`\(group)` has one group only, so it shows no difference between groups: leave `group` out"
    case .collinear(let column, let before):
      "`\(column)` is a linear combination of "
        + before.map { "`\($0)`" }.joined(separator: ", ") + ": leave one of them out"
    case .tooFewValues(let column, let observed, let columns):
      "\(observed) observed values of `\(column)` cannot carry a regression on \(columns) columns: "
        + "use fewer columns"
    case .wrongMethod(let column, let method, let found):
      switch method {
      case .normal, .pmm:
        "method `\(method.rawValue)` needs numbers, and `\(column)` is \(found): use `binary` or `category`"
      case .binary:
        "method `binary` needs two values, and `\(column)` has \(found): use `category`, `normal` or `pmm`"
      case .category:
        "method `category` needs categories, and `\(column)` is \(found): use `normal` or `pmm`"
      }
    case .levelIsNotTheGroup(let column, let level, let group):
      "`\(column)` is to be imputed at level `\(level)`, whose rows are not one to each `\(group)`: "
        + "give the group of that level"
    case .variesWithinGroup(let column, let group):
      "`\(column)` is to be imputed at the level of `\(group)` and differs within a `\(group)`: "
        + "leave `level` out"
    case .tooManyCategories(let column, let count, let limit):
      "`\(column)` has \(count) categories, more than the \(limit) that one model can carry: group them, "
        + "or give it as `group`"
    case .notFinite(let column):
      "`\(column)` holds an infinite value: declare it missing or filter the row out"
    }
  }
}
