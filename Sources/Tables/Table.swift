/// Columns of the same length, in the order of the file they came from.
public struct Table: Sendable, Hashable {
  public let name: String
  public let rowCount: Int
  public private(set) var columns: [Column]
  /// The file the rows came from; `nil` for a table that was computed.
  public let source: TableSource?
  private var positions: [String: Int]

  public init(name: String, columns: [Column], source: TableSource? = nil) {
    self.name = name
    self.source = source
    self.rowCount = columns.first?.count ?? 0
    self.columns = []
    self.positions = [:]
    for column in columns { set(column) }
  }

  /// The named column, or `nil`.
  public subscript(name: String) -> Column? { positions[name].map { columns[$0] } }

  public var columnNames: [String] { columns.map(\.name) }

  /// Adds a column, or replaces the one of the same name in its place.
  public mutating func set(_ column: Column) {
    precondition(
      columns.isEmpty || column.count == rowCount,
      "column \(column.name) has \(column.count) rows, table \(name) \(rowCount)")
    if let position = positions[column.name] {
      columns[position] = column
    } else {
      positions[column.name] = columns.count
      columns.append(column)
    }
  }

  /// The table of the given rows, in the order given.
  public func selecting(rows: [Int]) -> Table {
    Table(
      name: name,
      columns: columns.map { column in
        let storage: Column.Storage =
          switch column.storage {
          case .numbers(let values): .numbers(rows.map { values[$0] })
          case .codes(let codes, let levels): .codes(rows.map { codes[$0] }, levels: levels)
          }
        return Column(column.name, type: column.type, storage: storage, missing: column.missing)
      },
      source: source?.selecting(rows: rows))
  }
}
