internal import Tables

/// One column of a ``TableView``.
public struct TableColumn: Sendable, Hashable, Codable {
  public enum Source: Sendable, Hashable, Codable {
    case field(String)
    /// Two fields as one interval, `a to b`.
    case interval(low: String, high: String)
  }

  public let source: Source
  public let heading: String
  public let unit: String?
  public let format: NumberFormat

  /// - Parameters:
  ///   - field: The name of a field of the table; a name that it lacks gives a column of missing values.
  ///   - heading: What stands above the column.
  public init(
    _ field: String, _ heading: String, unit: String? = nil,
    _ format: NumberFormat = .significant(3)
  ) {
    self.init(source: .field(field), heading, unit: unit, format)
  }

  /// A column of intervals `a to b`.
  public static func interval(
    _ low: String, _ high: String, _ heading: String, unit: String? = nil, _ format: NumberFormat
  ) -> TableColumn {
    TableColumn(source: .interval(low: low, high: high), heading, unit: unit, format)
  }

  init(source: Source, _ heading: String, unit: String?, _ format: NumberFormat) {
    self.source = source
    self.heading = heading
    self.unit = unit
    self.format = format
  }

  func reader(of table: TidyTable) -> ([Cell]) -> String {
    func position(_ name: String) -> Int? { table.fields.firstIndex { $0.name == name } }
    let format = format
    switch source {
    case .field(let name):
      guard let index = position(name) else { return { _ in NumberFormat.missing } }
      return { $0[index].text(format) }
    case .interval(let low, let high):
      guard let low = position(low), let high = position(high) else {
        return { _ in NumberFormat.missing }
      }
      return { row in
        guard let low = row[low].value, let high = row[high].value else {
          return NumberFormat.missing
        }
        return format.interval(low, high)
      }
    }
  }

  func isNumeric(in table: TidyTable) -> Bool {
    guard case .field(let name) = source else { return true }
    guard let cells = table.column(name) else { return false }
    var found = false
    for cell in cells {
      switch cell {
      case .number, .count: found = true
      case .missing: continue
      case .text, .flag: return false
      }
    }
    return found
  }
}

extension Cell {
  /// The cell for a reader.
  func text(_ format: NumberFormat) -> String {
    switch self {
    case .number(let value): format.text(value)
    case .count(let count): format.text(count)
    case .text(let text): text
    case .flag(let flag): flag ? "yes" : "no"
    case .missing: NumberFormat.missing
    }
  }

  /// The cell as a finite number, if it is one.
  var value: Double? {
    switch self {
    case .number(let value): value.isFinite ? value : nil
    case .count(let count): Double(count)
    case .text, .flag, .missing: nil
    }
  }
}
