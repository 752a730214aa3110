/// A row of a tidy result: one observation a row, one named and described variable a column.
///
/// CSV files, `results.json`, the data dictionary and the report's tables all follow from `schema`.
public protocol TidyRow: Sendable {
  static var schema: [Field] { get }
  /// One cell for each field of `schema`, in its order.
  var cells: [Cell] { get }
}

/// A column of a tidy table.
public struct Field: Sendable, Hashable, Codable {
  /// The column's name: stable, lower case, words joined by underscores.
  public let name: String
  /// The unit in which the values stand; `nil` for names and pure numbers.
  public let unit: String?
  /// One sentence for the data dictionary.
  public let meaning: String

  public init(_ name: String, unit: String? = nil, _ meaning: String) {
    self.name = name
    self.unit = unit
    self.meaning = meaning
  }
}

/// One value of a tidy table. A number that is not finite is written as missing.
public enum Cell: Sendable, Hashable, Codable {
  case number(Double)
  case count(Int)
  case text(String)
  case flag(Bool)
  case missing

  /// A number, or missing where there is none.
  public static func optional(_ value: Double?) -> Cell { value.map(Cell.number) ?? .missing }
  public static func optional(_ value: Int?) -> Cell { value.map(Cell.count) ?? .missing }
  public static func optional(_ value: String?) -> Cell { value.map(Cell.text) ?? .missing }
}

/// A finished tidy table with its rows' type erased: what a step leaves and a report shows.
public struct TidyTable: Sendable, Hashable, Codable {
  /// The table's name within its step, for instance `coefficients`.
  public let name: String
  public let fields: [Field]
  public let rows: [[Cell]]

  public init<Row: TidyRow>(_ name: String, _ rows: [Row]) {
    self.init(name, fields: Row.schema, rows: rows.map(\.cells))
  }

  public init(_ name: String, fields: [Field], rows: [[Cell]]) {
    for row in rows {
      precondition(
        row.count == fields.count,
        "table \(name): \(row.count) cells for \(fields.count) fields")
    }
    self.name = name
    self.fields = fields
    self.rows = rows
  }

  /// The values of the named column, or `nil` where the table has none of that name.
  public func column(_ name: String) -> [Cell]? {
    guard let index = fields.firstIndex(where: { $0.name == name }) else { return nil }
    return rows.map { $0[index] }
  }
}
