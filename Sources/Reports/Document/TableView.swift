public import Tables

/// A tidy table as a reader sees it: some of its columns, under human headings, and so many of its rows.
public struct TableView: Sendable, Hashable, Codable {
  public let caption: String
  public let columns: [TableColumn]
  public let table: TidyTable
  /// Rows shown; the rest is said to be in `file`.
  public let rowLimit: Int
  /// Where the whole table lies, such as `tables/comparators.balance.csv`.
  public let file: String?
  public let note: Prose?

  /// - Parameter columns: All fields under their own names where none are given.
  public init(
    _ table: TidyTable, caption: String, columns: [TableColumn]? = nil, rowLimit: Int = 40,
    file: String? = nil, note: Prose? = nil
  ) {
    self.caption = caption
    self.table = table
    self.rowLimit = max(rowLimit, 0)
    self.file = file
    self.note = note
    self.columns =
      columns
      ?? table.fields.map { field in
        TableColumn(
          field.name, field.name.split(separator: "_").joined(separator: " "), unit: field.unit)
      }
  }

  var shownRows: Int { min(rowLimit, table.rows.count) }

  /// What is not shown and where it is, or `nil` where all rows are.
  var remainder: String? {
    let left = table.rows.count - shownRows
    guard left > 0 else { return nil }
    let rows = "\(NumberFormat.grouped(left)) more \(left == 1 ? "row" : "rows")"
    return file.map { "\(rows) in \($0)" } ?? "\(rows) not shown"
  }

  /// The shown cells as text, a row at a time.
  var texts: [[String]] {
    let readers = columns.map { $0.reader(of: table) }
    return table.rows.prefix(shownRows).map { row in readers.map { $0(row) } }
  }

  /// Whether a column holds numbers, and is therefore set flush right.
  var numeric: [Bool] { columns.map { $0.isNumeric(in: table) } }
}
