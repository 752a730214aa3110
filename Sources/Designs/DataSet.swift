public import Tables

/// The tables of a study and how their rows hang together.
public struct DataSet: Sendable {
  /// In the order of the study file.
  public private(set) var tables: [Table] = []
  public private(set) var links: [Link] = []

  public init() {}

  public subscript(table name: String) -> Table? { tables.first { $0.name == name } }

  public var tableNames: [String] { tables.map(\.name) }

  /// Adds a table, or replaces the one of the same name; links are kept, so its rows must be too.
  public mutating func set(_ table: Table) {
    if let position = tables.firstIndex(where: { $0.name == table.name }) {
      tables[position] = table
    } else {
      tables.append(table)
    }
  }

  public mutating func add(_ link: Link) { links.append(link) }

  /// The column that `name` means in a row of `table`.
  ///
  /// A plain name is a column of the table itself or of a table that it links to, directly or through
  /// others; `schools.fsm` names the table as well. A plain name that stands at two levels is refused,
  /// unless it is the column that links them.
  ///
  /// - Throws: ``NameError``
  public func resolve(_ name: String, from table: String) throws(NameError) -> ResolvedColumn {
    let reachable = reach(from: table)
    if let dot = name.firstIndex(of: ".") {
      let (owner, column) = (String(name[..<dot]), String(name[name.index(after: dot)...]))
      if let place = reachable.first(where: { $0.table.name == owner }) {
        guard let column = place.table[column] else {
          throw .unknown(
            name, kind: "column", known: place.table.columnNames.map { "\(owner).\($0)" })
        }
        return ResolvedColumn(table: owner, column: column, index: place.index)
      }
      if self[table: table]?[name] == nil {
        throw .unknown(owner, kind: "table", known: reachable.map(\.table.name))
      }
    }
    let holders = reachable.filter { $0.table[name] != nil }
    guard let first = holders.first, let column = first.table[name] else {
      throw .unknown(name, kind: "column", known: knownNames(from: table))
    }
    let isLink = links.contains { $0.from == first.table.name && $0.column == name }
    guard holders.count == 1 || isLink else {
      throw .ambiguous(name, tables: holders.map(\.table.name))
    }
    return ResolvedColumn(table: first.table.name, column: column, index: first.index)
  }

  /// Every plain column name that can be used in a row of `table`.
  public func knownNames(from table: String) -> [String] {
    var seen: Set<String> = []
    return reach(from: table).flatMap(\.table.columnNames).filter { seen.insert($0).inserted }
  }

  /// The table and all that its links lead to, nearest first, with the row in each.
  private func reach(from name: String) -> [(table: Table, index: [Int32]?)] {
    guard let start = self[table: name] else { return [] }
    var found: [(table: Table, index: [Int32]?)] = [(start, nil)]
    var position = 0
    while position < found.count {
      let (here, indexHere) = found[position]
      for link in links where link.from == here.name {
        guard !found.contains(where: { $0.table.name == link.to }),
          let target = self[table: link.to]
        else { continue }
        let index = indexHere.map { rows in rows.map { $0 < 0 ? -1 : link.index[Int($0)] } }
        found.append((target, index ?? link.index))
      }
      position += 1
    }
    return found
  }
}

/// Each row of one table belongs to a row of another: pupils to schools.
public struct Link: Sendable, Hashable {
  public let from: String
  /// The linking column of `from`.
  public let column: String
  public let to: String
  /// For each row of `from` the row of `to`; −1 where the linking column is missing.
  public let index: [Int32]

  public init(from: String, column: String, to: String, index: [Int32]) {
    self.from = from
    self.column = column
    self.to = to
    self.index = index
  }
}

/// A column as seen from the rows of some table.
public struct ResolvedColumn: Sendable {
  /// The table that holds it.
  public let table: String
  public let column: Column
  /// The row of `column` for each row looked from; `nil` where the column is of that table itself.
  public let index: [Int32]?

  public init(table: String, column: Column, index: [Int32]?) {
    self.table = table
    self.column = column
    self.index = index
  }
}

/// A name that means nothing, or two things, where it stands.
public enum NameError: Error, Sendable, Hashable, CustomStringConvertible {
  case unknown(String, kind: String, known: [String])
  case ambiguous(String, tables: [String])

  public var description: String {
    switch self {
    case .unknown(let name, let kind, _): "unknown \(kind) `\(name)`"
    case .ambiguous(let name, let tables):
      "`\(name)` stands in \(tables.joined(separator: " and ")): write "
        + tables.map { "`\($0).\(name)`" }.joined(separator: " or ")
    }
  }
}
