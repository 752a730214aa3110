/// A variable of a formula with its values.
struct FrameVariable: Sendable {
  enum Values: Sendable {
    case numbers(Vector)
    case factor(Factor)
  }

  let name: String
  /// The same for two spellings of one column, such as `ses` and `pupils.ses`.
  let identity: String
  let values: Values
  let span: TextSpan

  var factor: Factor? {
    if case .factor(let factor) = values { factor } else { nil }
  }

  /// Whether the row lacks a value.
  func isMissing(_ row: Int) -> Bool {
    switch values {
    case .numbers(let vector): vector.number(row: row).isNaN
    case .factor(let factor): factor.codes[row] < 0
    }
  }
}

/// A factor, as codes into its levels.
struct Factor: Sendable {
  /// One a row of the table, −1 where it is missing.
  let codes: [Int32]
  /// All levels in the table's order.
  let levels: [String]
  /// Positions of the levels that have rows.
  let used: [Int]
  let contrast: Contrast
  /// The number of each level, where the factor was made from numbers.
  var numbers: [Double] = []

  init(_ vector: Vector, type: ValueType, rows: Int, contrast: Contrast) {
    self.contrast = contrast
    switch vector.expanded().payload {
    case .codes(let codes, let levels):
      (self.codes, self.levels) = (codes, levels)
    case .constantText(let text):
      (codes, levels) = (Array(repeating: 0, count: rows), [text])
    case .constant(let value):
      codes = Array(repeating: value.isNaN ? -1 : 0, count: rows)
      levels = value.isNaN ? [] : [Self.label(value, type)]
      numbers = value.isNaN ? [] : [value]
    case .numbers(let values):
      let (codes, distinct) = Self.code(values)
      self.codes = codes
      levels = distinct.map { Self.label($0, type) }
      numbers = distinct
    }
    used = Array(levels.indices)
  }

  init(codes: [Int32], levels: [String], used: [Int], contrast: Contrast) {
    self.codes = codes
    self.levels = levels
    self.used = used
    self.contrast = contrast
  }

  /// The factor with the levels that occur in `rows`.
  func used(in rows: RowSelection) -> Factor {
    var occurs = [Bool](repeating: false, count: levels.count)
    rows.forEach { row in
      if codes[row] >= 0 { occurs[Int(codes[row])] = true }
    }
    return Factor(
      codes: codes, levels: levels, used: levels.indices.filter { occurs[$0] },
      contrast: contrast)
  }

  /// Numbers as positions in their distinct values, ascending.
  static func code(_ values: [Double]) -> (codes: [Int32], distinct: [Double]) {
    var dictionary = NumberCodes()
    var codes = values.map { $0.isNaN ? -1 : dictionary.code($0 == 0 ? 0 : $0) }
    let found = dictionary.values
    let order = found.indices.sorted { found[$0] < found[$1] }
    var positions = [Int32](repeating: 0, count: found.count)
    for (position, code) in order.enumerated() { positions[code] = Int32(position) }
    for row in codes.indices where codes[row] >= 0 { codes[row] = positions[Int(codes[row])] }
    return (codes, order.map { found[$0] })
  }

  static func label(_ value: Double, _ type: ValueType) -> String {
    switch type {
    case .logical: value == 0 ? "FALSE" : "TRUE"
    case .date: spell(date: Int(value))
    case .number, .text: spell(value)
    }
  }
}

extension Vector {
  /// The number at a row of the table looked from.
  func number(row: Int) -> Double {
    switch payload {
    case .constant(let value): return value
    case .numbers(let values):
      guard let home else { return values[row] }
      return home.index[row] < 0 ? .nan : values[Int(home.index[row])]
    case .constantText, .codes: return .nan
    }
  }

  var modelColumn: ModelColumn {
    switch payload {
    case .constant(let value): .constant(value)
    case .numbers(let values): home.map { .linked(values, index: $0.index) } ?? .values(values)
    case .constantText, .codes: .constant(.nan)
    }
  }
}

/// The rows of a table that are used, in order.
struct RowSelection: Sendable {
  /// `nil` where all are.
  private(set) var rows: [Int32]?
  private let tableRows: Int

  init(_ rows: [Int32]?, of tableRows: Int) {
    precondition(
      rows?.allSatisfy { 0 <= $0 && $0 < tableRows } ?? true,
      "rows outside a table of \(tableRows)")
    self.rows = rows
    self.tableRows = tableRows
  }

  var count: Int { rows?.count ?? tableRows }

  func forEach(_ body: (Int) -> Void) {
    if let rows {
      for row in rows { body(Int(row)) }
    } else {
      for row in 0..<tableRows { body(row) }
    }
  }

  func first(where test: (Int) -> Bool) -> Int? {
    if let rows { return rows.first { test(Int($0)) }.map(Int.init) }
    return (0..<tableRows).first(where: test)
  }

  /// Takes out the rows for which `test` holds, and gives their number.
  mutating func remove(where test: (Int) -> Bool) -> Int {
    guard first(where: test) != nil else { return 0 }
    let before = count
    var kept: [Int32] = []
    kept.reserveCapacity(before)
    forEach { row in
      if !test(row) { kept.append(Int32(row)) }
    }
    rows = kept
    return before - kept.count
  }
}
