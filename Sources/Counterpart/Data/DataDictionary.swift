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
    codes = column.missing.map { "\($0.code.isEmpty ? "empty" : $0.code) \($0.count)" }
      .joined(separator: ", ")
    range = Self.range(of: column)
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
      if column.type == .date { return "\(isoDate(low)) to \(isoDate(high))" }
      return "\(plain(low)) to \(plain(high))"
    }
  }

  private static func plain(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }
}

/// Days since 1970-01-01 as an ISO date (proleptic Gregorian calendar).
func isoDate(_ days: Double) -> String {
  // Civil-from-days with years that start in March, so that leap days come last.
  let shifted = Int(days) + 719_468
  let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
  let dayOfEra = shifted - era * 146_097
  let yearOfEra =
    (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  return "\(year)-\(two(month))-\(two(day))"
}
