public import Tables

/// Everything a model needs, and nothing about where it came from.
///
/// A frame holds each distinct column once, unexpanded: an intercept is a constant, a school's value is
/// kept by school and found through an index, a dummy or an interaction is computed as it is read. Kernels
/// take rows in blocks with ``fill(_:rows:into:)``, so nothing of size rows × columns is ever formed.
public struct ModelFrame: Sendable {
  /// A column with its name in R's spelling: `(Intercept)`, `sexF`, `ses:catholic`.
  public struct NamedColumn: Sendable {
    public let name: String
    public let values: ModelColumn

    public init(_ name: String, _ values: ModelColumn) {
      self.name = name
      self.values = values
    }
  }

  /// The rows of the source that are used, in order; `nil` where all are.
  public let selection: [Int32]?
  /// How many rows are used.
  public let rowCount: Int
  /// The distinct columns: of the fixed part, of random terms, the response, offset and weights.
  public let columns: [NamedColumn]
  /// Positions in `columns` of the fixed part, p of them, in the order of the formula.
  public let fixed: [Int]
  public let response: Int
  /// The column of failures of a response `cbind(successes, failures)`, whose successes are `response`.
  public let failures: Int?
  /// The levels of a response that is a category, in their order; `response` holds positions in them.
  public let responseLevels: [String]?
  public let offset: Int?
  /// Precision weights: the residual variance of a row is σ² / weight.
  public let weights: Int?
  public let random: [RandomTerm]
  /// Residual variances by class, order in time, design weights; `nil` where rows are alike.
  public let rows: RowStructure?
  /// Rows of the source that are not used, by reason, such as ("missing `ses`", 12).
  public let lost: [LostRows]
  /// What the reading of the formula found: dropped columns, levels without rows.
  public let diagnostics: [Diagnostic]

  public init(
    selection: [Int32]?, rowCount: Int, columns: [NamedColumn], fixed: [Int], response: Int,
    offset: Int? = nil, weights: Int? = nil, random: [RandomTerm] = [], lost: [LostRows] = [],
    diagnostics: [Diagnostic] = [], failures: Int? = nil, responseLevels: [String]? = nil,
    rows: RowStructure? = nil
  ) {
    precondition(selection.map { $0.count == rowCount } ?? true, "a selection of other rows")
    self.selection = selection
    self.rowCount = rowCount
    self.columns = columns
    self.fixed = fixed
    self.response = response
    self.offset = offset
    self.weights = weights
    self.random = random
    self.rows = rows
    self.lost = lost
    self.diagnostics = diagnostics
    self.failures = failures
    self.responseLevels = responseLevels
  }

  public var fixedNames: [String] { fixed.map { columns[$0].name } }

  /// Writes the values of column `column` at the used rows `rows` to the start of `block`.
  ///
  /// - Parameter block: at least `rows.count` long.
  public func fill(_ column: Int, rows: Range<Int>, into block: inout MutableSpan<Double>) {
    columns[column].values.fill(rows: rows, selection: selection, into: &block)
  }
}

/// Rows that a model could not use, and why.
public struct LostRows: Sendable, Hashable {
  public let reason: String
  public let count: Int

  public init(reason: String, count: Int) {
    self.reason = reason
    self.count = count
  }
}

/// A group-level effect: `(1 + ses | school)` has the columns `(Intercept)` and `ses` of factor `school`,
/// correlated with each other; `(ses || school)` gives two terms of one column each.
public struct RandomTerm: Sendable {
  public let factor: GroupingFactor
  /// Positions in the frame's `columns`.
  public let columns: [Int]

  public init(factor: GroupingFactor, columns: [Int]) {
    self.factor = factor
    self.columns = columns
  }
}

/// The group of each used row. Levels without rows are not kept.
public struct GroupingFactor: Sendable, Hashable {
  /// As the formula writes it: `school`, or `school:la` for schools within authorities.
  public let name: String
  /// One code a used row, a position in `levels`; −1 where the row belongs to no group, which is allowed
  /// only where the row's random-effect columns are all zero.
  public let codes: [Int32]
  public let levels: [String]
  /// The groups of each row where it may belong to several: then no row has a code.
  public let memberships: Memberships?

  public init(
    name: String, codes: [Int32], levels: [String], memberships: Memberships? = nil
  ) {
    self.name = name
    self.codes = codes
    self.levels = levels
    self.memberships = memberships
  }
}
