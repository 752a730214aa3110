internal import Designs
internal import StudyFiles
internal import Tables

/// Finds the columns of an imputation in the tables and brings them to their level.
struct VariableReader {
  let data: DataSet
  let table: Table
  let groups: GroupCodes?

  /// The most categories of one column.
  static let categoryLimit = 50

  /// A column that is to be imputed.
  func target(_ column: ImputeStep.Column) throws(ImputationError) -> ImputationVariable {
    let name = column.name.text
    guard let level = column.level?.text, let groups else {
      return try variable(
        name, table[name], values: table[name].map { Self.numbers($0, index: nil) } ?? [],
        level: .rows, home: .init(table: table.name, column: name, rows: nil), column.method)
    }
    if level == groups.name {
      let rows = table[name].map { Self.numbers($0, index: nil) } ?? []
      return try variable(
        name, table[name], values: try byGroup(rows, name, groups), level: .groups,
        home: .init(table: table.name, column: name, rows: nil), column.method)
    }
    let linked = data[table: level]?[name]
    let rows = try rowsOfGroups(level, name, groups)
    return try variable(
      name, linked, values: linked.map { Self.numbers($0, index: rows) } ?? [], level: .groups,
      home: .init(table: level, column: name, rows: rows), column.method)
  }

  /// A complete column.
  func predictor(_ name: String) throws(ImputationError) -> ImputationVariable {
    guard let resolved = try? data.resolve(name, from: table.name) else {
      return try variable(
        name, nil, values: [], level: .rows, home: .init(table: "", column: name, rows: nil), nil)
    }
    var values = Self.numbers(resolved.column, index: resolved.index)
    var level = ImputationVariable.Level.rows
    if resolved.index != nil, let groups,
      let means = try? byGroup(values, name, groups), !means.contains(where: \.isNaN)
    {
      (values, level) = (means, .groups)
    }
    let missing = values.count(where: \.isNaN)
    guard missing == 0 else { throw .predictorMissing(column: name, missing: missing) }
    return try variable(
      name, resolved.column, values: values, level: level,
      home: .init(table: resolved.table, column: resolved.column.name, rows: nil), nil)
  }

  /// Numbers, or codes as numbers, with NaN where missing.
  static func numbers(_ column: Column, index: [Int32]?) -> [Double] {
    let values: [Double] =
      switch column.storage {
      case .numbers(let values): values
      case .codes(let codes, _): codes.map { $0 < 0 ? .nan : Double($0) }
      }
    guard let index else { return values }
    return index.map { $0 < 0 ? .nan : values[Int($0)] }
  }

  /// The row of a linked table for each group.
  private func rowsOfGroups(
    _ level: String, _ name: String, _ groups: GroupCodes
  ) throws(ImputationError) -> [Int32] {
    let failure = ImputationError.levelIsNotTheGroup(
      column: name, level: level, group: groups.name)
    guard let index = data.rowIndex(from: table.name, to: level) else { throw failure }
    var rows = [Int32](repeating: -1, count: groups.count)
    for (row, code) in groups.codes.enumerated() {
      guard index[row] >= 0, rows[Int(code)] < 0 || rows[Int(code)] == index[row] else {
        throw failure
      }
      rows[Int(code)] = index[row]
    }
    guard Set(rows).count == rows.count else { throw failure }
    return rows
  }

  /// The one value of each group; missing where all of its rows are.
  private func byGroup(
    _ values: [Double], _ name: String, _ groups: GroupCodes
  ) throws(ImputationError) -> [Double] {
    var result = [Double](repeating: .nan, count: groups.count)
    for (row, code) in groups.codes.enumerated() where !values[row].isNaN {
      let known = result[Int(code)]
      guard known.isNaN || known == values[row] else {
        throw .variesWithinGroup(column: name, group: groups.name)
      }
      result[Int(code)] = values[row]
    }
    return result
  }

  private func variable(
    _ name: String, _ column: Column?, values: [Double], level: ImputationVariable.Level,
    home: ImputationVariable.Home, _ method: ImputationMethod??
  ) throws(ImputationError) -> ImputationVariable {
    guard !values.contains(where: \.isInfinite) else { throw .notFinite(column: name) }
    let distinct = Set(values.lazy.filter { !$0.isNaN }).sorted()
    guard let first = distinct.first, let column else {
      throw .allMissing(column: name, rows: values.count)
    }
    var coded = false
    if case .codes = column.storage { coded = true }
    var chosen: ImputationMethod?
    if let method {
      guard distinct.count > 1 else {
        throw .constant(
          column: name,
          value: column.text(
            at: values.firstIndex(of: first).flatMap { home.rows.map { Int($0[0]) } ?? $0 } ?? 0))
      }
      chosen = try Self.method(
        method, for: name, coded: coded, type: column.type, distinct: distinct.count)
    }
    guard !coded || distinct.count <= Self.categoryLimit else {
      throw .tooManyCategories(
        column: name, count: distinct.count, limit: Self.categoryLimit)
    }
    guard coded || chosen == .binary else {
      return ImputationVariable(
        name: name, level: level, method: chosen, values: values, categories: [], home: home)
    }
    var position: [Double: Double] = [:]
    for (k, value) in distinct.enumerated() { position[value] = Double(k) }
    return ImputationVariable(
      name: name, level: level, method: chosen, values: values.map { position[$0] ?? .nan },
      categories: distinct.map { coded ? .code(Int32($0)) : .number($0) }, home: home)
  }

  /// The method that was asked for, or the one that the type of the column suggests.
  private static func method(
    _ asked: ImputationMethod?, for name: String, coded: Bool, type: ColumnType, distinct: Int
  ) throws(ImputationError) -> ImputationMethod {
    guard let asked else {
      if coded { return distinct == 2 ? .binary : .category }
      switch type {
      case .logical: return .binary
      case .date: return .pmm
      default: return .normal
      }
    }
    switch asked {
    case .normal, .pmm:
      guard !coded else { throw .wrongMethod(column: name, method: asked, found: type.rawValue) }
    case .binary:
      guard distinct == 2 else {
        throw .wrongMethod(column: name, method: asked, found: "\(distinct) values")
      }
    case .category:
      guard coded else { throw .wrongMethod(column: name, method: asked, found: type.rawValue) }
      return distinct == 2 ? .binary : .category
    }
    return asked
  }
}
