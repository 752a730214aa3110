public import Designs
internal import Tables

/// The ties of a table with columns `from` and `to`, as positions of actors.
public struct TieList: Sendable {
  public let ties: [(from: Int, to: Int)]

  /// - Parameters:
  ///   - table: one row a tie.
  ///   - actors: the table of the actors.
  ///   - id: the column of `actors` that ties refer to.
  public init(
    _ table: String, of actors: String, id: String, in data: DataSet
  ) throws(ScenarioError) {
    guard let source = data[table: table] else { throw .unknownTable(table) }
    guard let target = data[table: actors] else { throw .unknownTable(actors) }
    guard let from = source["from"] else { throw .unknownColumn("from", table: table) }
    guard let to = source["to"] else { throw .unknownColumn("to", table: table) }
    guard let key = target[id] else { throw .unknownColumn(id, table: actors) }
    var position: [String: Int] = [:]
    for row in 0..<target.rowCount {
      guard let name = Self.name(key, row) else { continue }
      if position.updateValue(row, forKey: name) != nil {
        throw .duplicateActor(name, at: target.place(of: row))
      }
    }
    var ties: [(from: Int, to: Int)] = []
    var unknown = (count: 0, first: "", place: "")
    for row in 0..<source.rowCount {
      let names = (Self.name(from, row) ?? "", Self.name(to, row) ?? "")
      guard let a = position[names.0], let b = position[names.1] else {
        if unknown.count == 0 {
          unknown.first = position[names.0] == nil ? names.0 : names.1
          unknown.place = source.place(of: row)
        }
        unknown.count += 1
        continue
      }
      guard a != b else { throw .selfTie(actor: names.0, at: source.place(of: row)) }
      ties.append((a, b))
    }
    guard unknown.count == 0 else {
      throw .unknownActors(
        table: table, count: unknown.count, first: unknown.first, at: unknown.place)
    }
    self.ties = ties
  }

  /// What a cell says, in one spelling for numbers and texts; `nil` where it is missing.
  static func name(_ column: Column, _ row: Int) -> String? {
    switch column.storage {
    case .codes(let codes, let levels): codes[row] < 0 ? nil : levels[Int(codes[row])]
    case .numbers(let values):
      values[row].isNaN ? nil : Int(exactly: values[row]).map(String.init) ?? "\(values[row])"
    }
  }
}
