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
    let extent = ColumnExtent(of: column)
    missing = extent.missing
    codes = Self.codes(of: column)
    range = Self.range(of: column, extent.range)
  }

  /// A column of a streamed table, from the reading that found its type.
  init(stream: StreamedTable, column: StreamedColumn) {
    table = stream.name
    self.column = column.column.name
    type = column.column.type
    rows = stream.rowCount
    missing = column.missing
    codes = Self.codes(of: column.column)
    range = Self.range(of: column.column, column.range)
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

  private static func range(of column: Column, _ extent: ClosedRange<Double>?) -> String {
    if case .codes(_, let levels) = column.storage {
      let shown = levels.prefix(6).joined(separator: ", ")
      return levels.count > 6 ? "\(shown) … (\(levels.count) values)" : shown
    }
    guard let extent else { return "no value" }
    let type = column.type
    return "\(type.text(of: extent.lowerBound)) to \(type.text(of: extent.upperBound))"
  }
}
