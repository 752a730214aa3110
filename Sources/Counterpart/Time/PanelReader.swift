internal import Designs
internal import StudyFiles
internal import Tables

/// Finds the tables with a row a unit and year, makes the table of their units, and links other tables to both.
struct PanelReader {
  private let study: Study

  init(_ study: Study) { self.study = study }

  /// The column of years of a table; `nil` where it has none.
  static func yearColumn(of declaration: TableDeclaration) -> String? {
    declaration.year?.text
      ?? (declaration.key.contains { $0.text == "year" } && declaration.key.count > 1
        ? "year" : nil)
  }

  /// The column that identifies the units of a panel.
  static func unitColumn(of declaration: TableDeclaration) -> LocatedText? {
    guard declaration.key.count == 2, let year = yearColumn(of: declaration) else { return nil }
    return declaration.key.first { $0.text != year }
  }

  /// The name of the table with one row a unit.
  static func unitsName(of declaration: TableDeclaration) -> String {
    unitColumn(of: declaration) == nil ? declaration.name.text : "\(declaration.name.text) units"
  }

  /// Whether links to the table are links to its units.
  func isPanel(_ table: String) -> Bool {
    study.tables.contains { $0.name.text == table && Self.unitColumn(of: $0) != nil }
      && (study.treatment != nil
        || study.tables.contains { $0.links.contains { $0.table.text == table } })
  }

  /// Adds units and links of every table that others link to by unit, and the years of dated tables.
  ///
  /// - Throws: ``RunError/data(_:)`` for a link to a unit that there is not, ``RunError/study(_:)`` for years
  ///   that are no whole numbers.
  func add(to data: inout DataSet) throws(RunError) {
    for declaration in study.tables where !declaration.isStreamed {
      let name = declaration.name.text
      guard let table = data[table: name] else { continue }
      if let year = Self.yearColumn(of: declaration) {
        data.time.setYears(of: name, column: year, key: Self.unitColumn(of: declaration)?.text)
      }
      if isPanel(name), let unit = Self.unitColumn(of: declaration),
        let yearName = Self.yearColumn(of: declaration), let year = table[yearName],
        let column = table[unit.text]
      {
        guard case .numbers(let years) = year.storage, year.type != .date else {
          throw .study(
            SpecErrors(
              SpecError(
                .wrongType(
                  expected: "a column of years such as 2014", found: "a \(year.type.rawValue)"),
                path: "data.\(name).year", at: (declaration.year ?? unit).location)))
        }
        try add(declaration, table, unit: column, years: years, to: &data)
      } else if let asOf = declaration.asOf, Self.unitColumn(of: declaration) == nil {
        data.time.add(
          Panel(
            table: name, units: name, unit: (0..<Int32(table.rowCount)).map { $0 }, year: nil,
            asOf: asOf))
      }
    }
  }

  private func add(
    _ declaration: TableDeclaration, _ table: Table, unit column: Column, years: [Double],
    to data: inout DataSet
  ) throws(RunError) {
    let name = table.name
    let units = Self.unitsName(of: declaration)
    let (index, first) = Self.distinct(column)
    data.set(Table(name: units, columns: [column.selecting(rows: first)]))
    data.add(Link(from: name, column: column.name, to: units, index: index))
    let panel = Panel(table: name, units: units, unit: index, year: years)
    data.time.add(panel)
    for other in study.tables {
      for link in other.links where link.table.text == name {
        guard let from = data[table: other.name.text], let unitTable = data[table: units] else {
          continue
        }
        guard link.target.text == column.name else {
          throw .study(
            SpecErrors(
              SpecError(
                .rule(
                  "`\(name)` has a row a `\(column.name)` and year: link to `\(name).\(column.name)`"
                ),
                path: "data.\(other.name.text).link", at: link.target.location)))
        }
        let unit: [Int32]
        do throws(TableError) {
          unit = try from.link(link.column.text, to: unitTable, key: column.name)
        } catch { throw .data(["\(error)"]) }
        if let yearName = Self.yearColumn(of: other),
          case .numbers(let own)? = from[yearName]?.storage
        {
          data.add(
            Link(
              from: from.name, column: link.column.text, to: name,
              index: unit.indices.map { row in
                Int(exactly: own[row]).map { panel.row(unit: unit[row], year: $0) } ?? -1
              }))
        }
        data.add(Link(from: from.name, column: link.column.text, to: units, index: unit))
      }
    }
  }

  /// The number of each row's value in order of appearance, −1 where missing, and the first row of each.
  static func distinct(_ column: Column) -> (codes: [Int32], first: [Int]) {
    var first: [Int] = []
    switch column.storage {
    case .codes(let codes, let levels):
      var known = [Int32](repeating: -1, count: levels.count)
      let result = codes.indices.map { row -> Int32 in
        let code = Int(codes[row])
        if code < 0 { return -1 }
        if known[code] < 0 {
          known[code] = Int32(first.count)
          first.append(row)
        }
        return known[code]
      }
      return (result, first)
    case .numbers(let values):
      var known: [Double: Int32] = [:]
      let result = values.indices.map { row -> Int32 in
        let value = values[row]
        if value.isNaN { return -1 }
        if let code = known[value] { return code }
        known[value] = Int32(first.count)
        first.append(row)
        return Int32(first.count - 1)
      }
      return (result, first)
    }
  }
}

extension Column {
  /// The values of the given rows; missing for rows below zero.
  func selecting(rows: [Int], as name: String? = nil) -> Column {
    let storage: Storage =
      switch self.storage {
      case .numbers(let values): .numbers(rows.map { $0 < 0 ? .nan : values[$0] })
      case .codes(let codes, let levels):
        .codes(rows.map { $0 < 0 ? -1 : codes[$0] }, levels: levels)
      }
    return Column(name ?? self.name, type: type, storage: storage)
  }
}
