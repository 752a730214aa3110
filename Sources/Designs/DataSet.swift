public import Tables

/// The tables of a study and how their rows hang together.
public struct DataSet: Sendable {
  /// In the order of the study file.
  public private(set) var tables: [Table] = []
  public private(set) var links: [Link] = []
  public private(set) var episodes: [Episodes] = []
  /// Tables of which only some rows are here at a time, or none.
  public private(set) var streamed: Set<String> = []
  /// Panels, base years and candidates, where the study has them.
  public var time = StudyTime()

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

  /// Says that a table is read in pieces, so that nothing may be computed from all its rows.
  public mutating func markStreamed(_ table: String) { streamed.insert(table) }

  public mutating func add(_ episodes: Episodes) { self.episodes.append(episodes) }

  /// The column that `name` means in a row of `table`.
  ///
  /// A plain name is a column of the table itself or of a table that it links to, directly or through
  /// others; `schools.fsm` names the table as well. A plain name that stands at two levels is refused,
  /// unless it is the column that links them.
  ///
  /// - Throws: ``NameError``
  public func resolve(_ name: String, from table: String) throws(NameError) -> ResolvedColumn {
    let reachable = reach(from: table)
    if let candidates = reachable.first(where: { $0.table.name == time.candidates }),
      let column = candidates.table[name],
      candidates.table.name == table
        || self[table: table]?[name] == nil
    {
      return resolved(column, at: candidates)
    }
    if let dot = name.firstIndex(of: ".") {
      let (owner, column) = (String(name[..<dot]), String(name[name.index(after: dot)...]))
      if let place = reachable.first(where: { $0.table.name == owner }) {
        guard let column = place.table[column] else {
          throw .unknown(
            name, kind: "column", known: place.table.columnNames.map { "\(owner).\($0)" })
        }
        return resolved(column, at: place)
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
    return resolved(column, at: first)
  }

  /// Every plain column name that can be used in a row of `table`.
  public func knownNames(from table: String) -> [String] {
    var seen: Set<String> = []
    return reach(from: table).flatMap(\.table.columnNames).filter { seen.insert($0).inserted }
  }

  /// The row of `table` that each row of `start` leads to, directly or through others; −1 where a link on
  /// the way is missing, `nil` where no link leads there.
  public func rowIndex(from start: String, to table: String) -> [Int32]? {
    guard let path = path(from: start, to: table) else { return nil }
    guard !path.isEmpty else { return (0..<Int32(self[table: table]?.rowCount ?? 0)).map { $0 } }
    return rowIndex(along: path)
  }

  /// Whether a row of `start` leads to a row of `table`, directly or through others; every table leads to
  /// itself.
  func reaches(_ table: String, from start: String) -> Bool {
    reach(from: start).contains { $0.table.name == table }
  }

  /// The links that lead from `start` to `table`, none where they are the same; `nil` where nothing does.
  func path(from start: String, to table: String) -> [Link]? {
    reach(from: start).first { $0.table.name == table }?.path
  }

  /// The row at the end of `path` for each row at its start; −1 where a link on the way is missing.
  func rowIndex(along path: [Link]) -> [Int32] {
    guard var index = path.first?.index else { return [] }
    for link in path.dropFirst() {
      index = index.map { $0 < 0 ? -1 : link.index[Int($0)] }
    }
    return index
  }

  private typealias Reached = (table: Table, path: [Link])

  private func resolved(_ column: Column, at place: Reached) -> ResolvedColumn {
    ResolvedColumn(
      table: place.table.name, column: column,
      index: place.path.isEmpty ? nil : rowIndex(along: place.path))
  }

  /// The table and all that its links lead to, nearest first.
  private func reach(from name: String) -> [Reached] {
    guard let start = self[table: name] else { return [] }
    var found: [Reached] = [(start, [])]
    var position = 0
    while position < found.count {
      let (here, path) = found[position]
      for link in links where link.from == here.name {
        guard !found.contains(where: { $0.table.name == link.to }),
          let target = self[table: link.to]
        else { continue }
        found.append((target, path + [link]))
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
