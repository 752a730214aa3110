internal import Tables

/// The tables of several years under each other, with a column `year`.
struct StackedYears {
  let table: Table
  private(set) var diagnostics: [Diagnostic] = []

  /// - Parameter parts: in the order of the study. A table that has a column `year` keeps it.
  init(_ parts: [(year: Int, table: Table)], as name: String) {
    var names: [String] = []
    var seen: Set<String> = []
    for part in parts {
      for column in part.table.columnNames where seen.insert(column).inserted {
        names.append(column)
      }
    }
    var columns: [Column] = []
    if !seen.contains("year") {
      columns.append(
        Column(
          "year", type: .integer,
          storage: .numbers(
            parts.flatMap { [Double](repeating: Double($0.year), count: $0.table.rowCount) })))
    }
    for column in names {
      let absent = parts.filter { $0.table[column] == nil }.map { String($0.year) }
      if !absent.isEmpty {
        diagnostics.append(
          Diagnostic(
            .note, code: "column-of-some-years",
            "column `\(column)` of `\(name)` is missing from the file\(absent.count == 1 ? "" : "s") of "
              + "\(absent.joined(separator: ", ")): its values there are missing"))
      }
      columns.append(Self.stacked(column, parts.map { ($0.table[column], $0.table.rowCount) }))
    }
    table = Table(name: name, columns: columns)
  }

  /// Values of one type where they are; as texts otherwise.
  private static func stacked(_ name: String, _ parts: [(column: Column?, rows: Int)]) -> Column {
    let present = parts.compactMap(\.column)
    // A column without any value takes the type of the others.
    let valued = present.filter { column in
      (0..<column.count).contains { !column.isMissing($0) }
    }
    let types = Set((valued.isEmpty ? present : valued).map(\.type))
    var counts: [String: Int] = [:]
    var order: [String] = []
    for column in present {
      for missing in column.missing {
        if counts[missing.code] == nil { order.append(missing.code) }
        counts[missing.code, default: 0] += missing.count
      }
    }
    let missing = order.map { MissingCount(code: $0, count: counts[$0] ?? 0) }
    let numeric: Set<ColumnType> = [.number, .integer]
    let areNumbers =
      types.isSubset(of: numeric) || types == [.logical] || types == [.date]
    if areNumbers {
      let type = types.count == 1 ? types.first ?? .number : .number
      let values = parts.flatMap { part -> [Double] in
        guard case .numbers(let values) = part.column?.storage else {
          return [Double](repeating: .nan, count: part.rows)
        }
        return values
      }
      return Column(name, type: type, storage: .numbers(values), missing: missing)
    }
    let texts = parts.flatMap { part -> [String?] in
      guard let column = part.column else { return [String?](repeating: nil, count: part.rows) }
      return (0..<part.rows).map { column.isMissing($0) ? nil : column.text(at: $0) }
    }
    // Levels that are declared keep their order; others are sorted.
    var levels: [String]?
    if case .codes(_, let own)? = valued.first?.storage,
      valued.allSatisfy({ column in
        if case .codes(_, let other) = column.storage { other == own } else { false }
      })
    {
      levels = own
    }
    let column = Column(name, categories: texts, levels: levels)
    return Column(
      name, type: types == [.text] ? .text : .category, storage: column.storage,
      missing: missing)
  }
}
