internal import Tables

/// A table with one row a unit and year, or one row a unit whose values are those of one declared year.
public struct Panel: Sendable {
  public let table: String
  /// The table with one row a unit, to which the panel links.
  public let units: String
  /// The year of all rows, where the table has no column of years.
  public let asOf: Int?
  private let rows: [UInt64: Int32]

  /// - Parameters:
  ///   - unit: the row of `units` for each row of the table, −1 for none.
  ///   - year: one a row; `nil` where every row is of the year `asOf`.
  public init(table: String, units: String, unit: [Int32], year: [Double]?, asOf: Int? = nil) {
    self.table = table
    self.units = units
    self.asOf = asOf
    var rows: [UInt64: Int32] = [:]
    rows.reserveCapacity(unit.count)
    for (row, unit) in unit.enumerated() where unit >= 0 {
      if let year {
        guard let whole = Int(exactly: year[row]) else { continue }
        rows[Self.key(unit, whole)] = Int32(row)
      } else {
        rows[Self.key(unit, 0)] = Int32(row)
      }
    }
    self.rows = rows
    isDated = year != nil
  }

  /// Whether each row has a year of its own.
  public let isDated: Bool

  /// The row of a unit in a year; −1 where there is none.
  public func row(unit: Int32, year: Int) -> Int32 {
    guard unit >= 0 else { return -1 }
    return rows[Self.key(unit, isDated ? year : 0)] ?? -1
  }

  private static func key(_ unit: Int32, _ year: Int) -> UInt64 {
    UInt64(UInt32(bitPattern: unit)) << 32 | UInt64(UInt32(bitPattern: Int32(clamping: year)))
  }
}

/// The base year of each row of a table, such as the candidates of a comparison: the year before joining, and
/// for comparators the calendar year at which they stand.
public struct BaseYears: Sendable {
  public let table: String
  /// NaN where a row has none.
  public let years: [Double]

  public init(table: String, years: [Double]) {
    self.table = table
    self.years = years
  }
}

/// What a study's data say about time.
public struct StudyTime: Sendable {
  public private(set) var panels: [Panel] = []
  public private(set) var bases: [BaseYears] = []
  /// The column of years of each table that has one.
  public private(set) var yearColumns: [String: String] = [:]
  /// The column that tells who a row of a table with years is of.
  public private(set) var rowKeys: [String: String] = [:]
  /// The one year of the tables that declare it.
  public private(set) var asOf: [String: Int] = [:]
  /// The table that each text with an `@` looks at.
  public private(set) var lookedAt: [String: String] = [:]
  /// The table of candidates, whose columns are meant where a name stands there and elsewhere.
  public private(set) var candidates: String?
  /// For a table of groups, the table of the episodes that make their members.
  public private(set) var members: [String: String] = [:]

  /// What prepared columns were made from, by `table.column`.
  public private(set) var prepared: [String: String] = [:]

  public init() {}

  public mutating func setPrepared(_ column: String, of table: String, from expression: String) {
    prepared["\(table).\(column)"] = expression
  }

  public mutating func add(_ panel: Panel) {
    panels.removeAll { $0.table == panel.table }
    panels.append(panel)
    asOf[panel.table] = panel.asOf
  }

  public mutating func setYears(of table: String, column: String, key: String?) {
    yearColumns[table] = column
    rowKeys[table] = key
  }

  public mutating func setTable(_ table: String, of text: String) { lookedAt[text] = table }

  public mutating func add(_ base: BaseYears) {
    bases.removeAll { $0.table == base.table }
    bases.append(base)
  }

  public mutating func setCandidates(_ table: String) { candidates = table }

  public mutating func setMembers(of groups: String, to episodes: String) {
    members[groups] = episodes
  }

  /// The same without panels, whose rows are others after some were left out.
  public var withoutPanels: StudyTime {
    var copy = self
    copy.panels = []
    return copy
  }

  public func panel(_ table: String) -> Panel? { panels.first { $0.table == table } }
}
