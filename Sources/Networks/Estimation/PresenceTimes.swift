internal import Designs
internal import Tables

/// When each actor begins and ceases to take part, counted in waves from 1.
struct PresenceTimes: Sendable {
  private let joins: [Double]?
  private let leaves: [Double]?
  private let names: [String]

  /// - Parameters:
  ///   - joins: one an actor; NaN for those there from the start.
  ///   - leaves: NaN for those who stay.
  init(joins: [Double]?, leaves: [Double]?, names: [String]) {
    self.joins = joins?.map { $0.isNaN ? -.infinity : $0 }
    self.leaves = leaves?.map { $0.isNaN ? .infinity : $0 }
    self.names = names
  }

  private func start(_ actor: Int) -> Double { joins?[actor] ?? -.infinity }
  private func end(_ actor: Int) -> Double { leaves?[actor] ?? .infinity }

  private func isPresent(_ actor: Int, at time: Double) -> Bool {
    start(actor) <= time && time < end(actor)
  }

  /// - Throws: where an actor leaves before it joins, or is there in no wave and no time between.
  func check(waves: Int) throws(FormationError) {
    for actor in names.indices {
      if end(actor) <= start(actor) || end(actor) <= 1 || start(actor) >= Double(waves) {
        throw .neverPresent(actor: names[actor])
      }
    }
  }

  /// - Throws: where someone who is not there has ties.
  func check(_ network: Network, wave: Int, name: String) throws(FormationError) {
    for actor in names.indices where !isPresent(actor, at: Double(wave)) {
      if network.degree(actor) + network.inDegree(actor) > 0 {
        throw .absentWithTies(actor: names[actor], wave: name)
      }
    }
  }

  func absent(wave: Int) -> [Int] {
    names.indices.filter { !isPresent($0, at: Double(wave)) }
  }

  /// What changes between a wave and the next.
  func changes(after wave: Int) -> [PresenceChange] {
    let (from, to) = (Double(wave), Double(wave + 1))
    return names.indices.flatMap { actor -> [PresenceChange] in
      var changes: [PresenceChange] = []
      if start(actor) > from, start(actor) < to {
        changes.append(PresenceChange(time: start(actor) - from, actor: actor, arrives: true))
      }
      if end(actor) > from, end(actor) <= to {
        changes.append(PresenceChange(time: end(actor) - from, actor: actor, arrives: false))
      }
      return changes
    }
  }
}

extension ActorData {
  /// Numbers of which some may be missing, NaN then.
  func times(_ name: String) throws(ScenarioError) -> [Double] {
    let column = try resolve(name)
    guard case .numbers(let values) = column.column.storage else {
      throw .notNumeric(name, table: table)
    }
    return (0..<count).map { actor in
      let row = column.index.map { Int($0[actor]) } ?? actor
      return row < 0 ? .nan : values[row]
    }
  }
}
