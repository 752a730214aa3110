internal import Tables

/// A column that takes part: to be imputed, or complete.
struct ImputationVariable: Sendable {
  enum Level: Sendable, Hashable {
    /// One value a row.
    case rows
    /// One value a group.
    case groups
  }

  /// As the study writes it.
  let name: String
  let level: Level
  /// `nil` for a complete column.
  let method: ImputationMethod?
  /// One value a unit of the level, NaN where it is missing: numbers, or positions in `categories`.
  let values: [Double]
  /// The observed categories, in the order of the table's levels; empty for numbers.
  let categories: [Category]
  /// Where the values go back to; for a column of a linked table, the row of it for each group.
  let home: Home

  /// What a position stands for.
  enum Category: Sendable, Hashable {
    /// A position in the levels of a coded column.
    case code(Int32)
    case number(Double)
  }

  struct Home: Sendable, Hashable {
    let table: String
    let column: String
    /// The row of the table for each unit; `nil` where units are its rows, or the groups of its rows.
    let rows: [Int32]?
  }

  /// Units with a missing value.
  var missing: [Int32] {
    values.indices.filter { values[$0].isNaN }.map(Int32.init)
  }

  var observed: [Int32] {
    values.indices.filter { !values[$0].isNaN }.map(Int32.init)
  }

  /// The columns that it gives a regression at completed values: numbers as they are, categories as an
  /// indicator for each but the first.
  func columns(_ values: [Double]) -> [[Double]] {
    guard categories.count > 2 else { return [values] }
    return (1..<categories.count).map { k in values.map { $0 == Double(k) ? 1 : 0 } }
  }
}
