public import Tables

/// A column of the study's data as it was read: the data dictionary's row.
public struct DictionaryRow: TidyRow, Hashable {
  public let table: String
  public let column: String
  public let type: ColumnType
  public let rows: Int
  public let missing: Int
  /// The missing cells by code, as `SUPP 12, NE 3`.
  public let codes: String
  public let range: String

  init(table: Table, column: Column) {
    self.table = table.name
    self.column = column.name
    type = column.type
    rows = column.count
    missing = (0..<column.count).reduce(0) { $0 + (column.isMissing($1) ? 1 : 0) }
    codes = Self.codes(of: column)
    range = Self.range(of: column)
  }

  /// A column of a streamed table, from the reading that found its type.
  init(stream: DelimitedStream, column: StreamedColumn) {
    table = stream.name
    self.column = column.column.name
    type = column.column.type
    rows = stream.rowCount
    missing = column.missing
    codes = Self.codes(of: column.column)
    if let range = column.range {
      self.range = "\(type.text(of: range.lowerBound)) to \(type.text(of: range.upperBound))"
    } else {
      range = Self.range(of: column.column)
    }
  }

  private static func codes(of column: Column) -> String {
    column.missing.map { "\($0.code.isEmpty ? "empty" : $0.code) \($0.count)" }
      .joined(separator: ", ")
  }

  public static let schema = [
    Field("table", "the table of the study"),
    Field("column", "the column"),
    Field("type", "number, integer, logical, category, date or text"),
    Field("rows", unit: "rows", "rows in the table"),
    Field("missing", unit: "rows", "rows without a value"),
    Field("codes", "the missing values by declared code, with their counts"),
    Field("range", "smallest and largest number, or the categories"),
  ]

  public var cells: [Cell] {
    [
      .text(table), .text(column), .text(type.rawValue), .count(rows), .count(missing),
      .text(codes), .text(range),
    ]
  }

  private static func range(of column: Column) -> String {
    switch column.storage {
    case .codes(_, let levels):
      let shown = levels.prefix(6).joined(separator: ", ")
      return levels.count > 6 ? "\(shown) … (\(levels.count) values)" : shown
    case .numbers(let values):
      let present = values.filter { !$0.isNaN }
      guard let low = present.min(), let high = present.max() else { return "no value" }
      return "\(column.type.text(of: low)) to \(column.type.text(of: high))"
    }
  }
}
