/// The columns of a regression with their names.
public struct Design: Sendable {
  public struct Column: Sendable {
    public let name: String
    public let values: [Double]

    public init(_ name: String, _ values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  public let rowCount: Int
  public private(set) var columns: [Column] = []

  /// A design with an intercept, `(Intercept)`, and nothing else.
  public init(interceptFor rowCount: Int) {
    self.rowCount = rowCount
    columns = [Column("(Intercept)", [Double](repeating: 1, count: rowCount))]
  }

  /// Adds a column of `rowCount` values at the end.
  public mutating func add(_ name: String, _ values: [Double]) {
    precondition(values.count == rowCount, "column \(name): \(values.count) of \(rowCount) rows")
    columns.append(Column(name, values))
  }

  public var names: [String] { columns.map(\.name) }

  /// The first column with a value that is not a finite number.
  var notFinite: String? {
    columns.first { column in column.values.contains { !$0.isFinite } }?.name
  }
}
