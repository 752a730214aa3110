/// What is known of a column of a streamed file: everything but its values.
public struct StreamedColumn: Sendable {
  /// The column without rows: name, type, levels, and missing cells by code.
  public let column: Column
  /// Rows without a value.
  public let missing: Int
  /// Smallest and largest number; `nil` where the column holds none.
  public let range: ClosedRange<Double>?

  /// Rows of 1900-01-01, if it holds dates.
  private let suspects: Int

  package init(column: Column, _ extent: ColumnExtent, range: ClosedRange<Double>? = nil) {
    self.column = column
    missing = extent.missing
    self.range = range ?? extent.range
    suspects = extent.suspects
  }

  private init(_ other: StreamedColumn, column: Column) {
    self.column = column
    missing = other.missing
    range = other.range
    suspects = other.suspects
  }

  /// The same column under another name.
  package func renamed(_ column: Column) -> StreamedColumn { StreamedColumn(self, column: column) }

  /// What a download leaves that looks like a date and is none.
  public func suspectDates(of table: String) -> Diagnostic? {
    column.type == .date ? Table.suspectDates(suspects, in: column.name, of: table) : nil
  }
}

/// Smallest and largest of the numbers seen, and how many were missing.
package struct ColumnExtent {
  package private(set) var missing = 0
  private(set) var suspects = 0
  private var low = Double.infinity
  private var high = -Double.infinity

  package init() {}

  package init(of column: Column) { add(column) }

  package mutating func add(_ column: Column) {
    switch column.storage {
    case .numbers(let values):
      for value in values {
        if value.isNaN { missing += 1 }
        if value == Table.suspectDay { suspects += 1 }
        if value < low { low = value }
        if value > high { high = value }
      }
    case .codes(let codes, _): for code in codes where code < 0 { missing += 1 }
    }
  }

  /// `nil` where there was no number.
  package var range: ClosedRange<Double>? { low <= high ? low...high : nil }
}
