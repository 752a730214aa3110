/// What is known of a column of a streamed file: everything but its values.
public struct StreamedColumn: Sendable {
  /// The column without rows: name, type, levels, and missing cells by code.
  public let column: Column
  /// Rows without a value.
  public let missing: Int
  /// Smallest and largest number; `nil` where the column holds none.
  public let range: ClosedRange<Double>?
}

/// Smallest and largest of the numbers seen, and how many were missing.
struct ColumnExtent {
  private(set) var missing = 0
  private(set) var low = Double.infinity
  private(set) var high = -Double.infinity

  mutating func add(_ column: Column) {
    switch column.storage {
    case .numbers(let values):
      for value in values {
        if value.isNaN { missing += 1 }
        if value < low { low = value }
        if value > high { high = value }
      }
    case .codes(let codes, _): for code in codes where code < 0 { missing += 1 }
    }
  }

  var range: ClosedRange<Double>? { low <= high ? low...high : nil }
}
