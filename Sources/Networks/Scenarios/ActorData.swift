public import Designs
internal import Tables

/// The actors of a scenario with their covariates and places, looked up by name.
public struct ActorData: Sendable {
  public let table: String
  public let count: Int
  public let locations: Locations?
  /// The column that tables of pairs call actors by.
  let id: String
  let data: DataSet

  /// - Parameters:
  ///   - table: one row an actor.
  ///   - places: in the order of its rows.
  ///   - id: the column that tables of pairs call actors by; the first unless given.
  public init(
    _ data: DataSet, table: String, places: Places?, id: String? = nil
  ) throws(ScenarioError) {
    guard let actors = data[table: table] else { throw .unknownTable(table) }
    guard actors.rowCount > 1 else { throw .tooFewActors(actors.rowCount) }
    self.table = table
    self.data = data
    guard places.map({ $0.count == actors.rowCount }) ?? true else {
      throw .placeCount(places?.count ?? 0, actors: actors.rowCount)
    }
    locations = try places.map { (places) throws(ScenarioError) in
      guard let locations = Locations(places) else { throw .mixedPlaces(table: table) }
      return locations
    }
    count = actors.rowCount
    self.id = id ?? actors.columnNames.first ?? ""
  }

  /// The pairs of a table with columns `from`, `to` and, where `valued`, `value`.
  func pairs(
    _ name: String, valued: Bool
  ) throws(ScenarioError) -> [(from: Int, to: Int, value: Double)] {
    let list = try TieList(name, of: table, id: id, in: data)
    guard valued else { return list.ties.map { ($0.from, $0.to, 1) } }
    guard let column = data[table: name]?["value"] else {
      throw .unknownColumn("value", table: name)
    }
    guard case .numbers(let values) = column.storage else {
      throw .notNumeric("value", table: name)
    }
    if let row = values.firstIndex(where: { !$0.isFinite }) {
      throw .missingValues(
        column: "value", count: values.count { !$0.isFinite }, of: values.count,
        at: data[table: name]?.place(of: row) ?? name)
    }
    return zip(list.ties, values).map { ($0.from, $0.to, $1) }
  }

  /// A number for every actor.
  public func numbers(_ name: String) throws(ScenarioError) -> [Double] {
    let resolved = try resolve(name)
    guard case .numbers(let values) = resolved.column.storage else {
      throw .notNumeric(name, table: table)
    }
    let result = spread(values, resolved.index, missing: .nan)
    try requireComplete(name, result.map { !$0.isNaN })
    return result
  }

  /// A number for every actor that needs one, 0 for the others where they have none.
  func numbers(_ name: String, where isNeeded: [Bool]) throws(ScenarioError) -> [Double] {
    let resolved = try resolve(name)
    guard case .numbers(let values) = resolved.column.storage else {
      throw .notNumeric(name, table: table)
    }
    let result = spread(values, resolved.index, missing: .nan)
    try requireComplete(name, zip(result, isNeeded).map { !$0.isNaN || !$1 })
    return result.map { $0.isNaN ? 0 : $0 }
  }

  /// A category for every actor, as a code from zero: different values have different codes.
  public func codes(_ name: String) throws(ScenarioError) -> [Int32] {
    let result = try groups(name)
    try requireComplete(name, result.map { $0 >= 0 })
    return result
  }

  /// The same where actors may have none, whose code is −1.
  func groups(_ name: String) throws(ScenarioError) -> [Int32] {
    let resolved = try resolve(name)
    let result: [Int32]
    switch resolved.column.storage {
    case .codes(let codes, _): result = spread(codes, resolved.index, missing: -1)
    case .numbers(let values):
      let numbers = spread(values, resolved.index, missing: .nan)
      var code: [Double: Int32] = [:]
      for (k, value) in Set(numbers.filter { !$0.isNaN }).sorted().enumerated() {
        code[value] = Int32(k)
      }
      result = numbers.map { code[$0] ?? -1 }
    }
    return result
  }

  /// The places of all actors.
  public func places(for effect: String) throws(ScenarioError) -> Locations {
    guard let locations else { throw .noLocations(needed: effect) }
    if let first = locations.missing.first {
      throw .missingLocations(count: locations.missing.count, of: count, at: place(of: first))
    }
    return locations
  }

  func resolve(_ name: String) throws(ScenarioError) -> ResolvedColumn {
    do throws(NameError) { return try data.resolve(name, from: table) } catch {
      throw .unknownColumn(name, table: table)
    }
  }

  private func spread<Value>(_ values: [Value], _ index: [Int32]?, missing: Value) -> [Value] {
    index.map { rows in rows.map { $0 < 0 ? missing : values[Int($0)] } } ?? values
  }

  private func requireComplete(_ name: String, _ known: [Bool]) throws(ScenarioError) {
    guard let first = known.firstIndex(of: false) else { return }
    throw .missingValues(
      column: name, count: known.count { !$0 }, of: known.count, at: place(of: first))
  }

  /// Where an actor stands, for messages.
  func place(of actor: Int) -> String { data[table: table]?.place(of: actor) ?? table }
}
