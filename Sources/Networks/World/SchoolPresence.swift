/// When schools open and close, and which takes over the pupils, ties and places in groups of one that closes.
package struct SchoolPresence: Sendable {
  /// The model year at whose start each school opens; 0 for those there from the start.
  let opens: [Int32]
  /// The model year at whose start each closes; `Int32.max` for those that do not.
  let closes: [Int32]
  /// The school that takes each over; −1 for none.
  let successors: [Int32]

  /// - Parameter networks: the ties of the start in each relation.
  /// - Throws: where a school closes before it opens, takes itself over, or has ties before it opens.
  init(
    opens: [Int32], closes: [Int32], successors: [Int32], networks: [Network],
    groups: [StartGroup]
  ) throws(ScenarioError) {
    for school in opens.indices {
      guard closes[school] > opens[school] else {
        throw .rule(
          "presence",
          "row \(school + 1) closes in year \(closes[school]) and opens in year "
            + "\(opens[school])")
      }
      guard successors[school] != Int32(school) else {
        throw .rule("presence", "row \(school + 1) is taken over by itself")
      }
      let ties = networks.reduce(0) { $0 + $1.degree(school) + $1.inDegree(school) }
      guard opens[school] <= 0 || ties == 0 else {
        throw .rule(
          "presence",
          "row \(school + 1) opens in year \(opens[school]) and has ties at the start")
      }
    }
    for group in groups {
      if let early = group.members.first(where: { opens[Int($0)] > 0 }) {
        throw .rule(
          "presence",
          "row \(early + 1) opens in year \(opens[Int(early)]) and is in a group at the start")
      }
    }
    self.opens = opens
    self.closes = closes
    self.successors = successors
  }
}

/// Who is not there, and where their pupils are; empty while everyone is there.
package struct Absence: Sendable {
  package internal(set) var closed: [Bool] = []
  /// Where the pupils of each school of the table are: in the school itself, in one that has taken it over, or, −1, in
  /// none of them.
  package internal(set) var heirs: [Int32] = []

  mutating func makeRoom(_ count: Int) {
    guard closed.isEmpty else { return }
    closed = [Bool](repeating: false, count: count)
    heirs = (0..<Int32(count)).map { $0 }
  }
}

extension World {
  /// Whether the school is not there: not yet open, or closed.
  package func isClosed(_ school: Int) -> Bool {
    !absence.closed.isEmpty && absence.closed[school]
  }

  /// Closes a school. Its pupils, its ties and its places in groups go to the successor where there is one that is there;
  /// a tie or place that the successor has already is lost.
  package mutating func close(_ school: Int, into successor: Int? = nil) {
    guard !isClosed(school) else { return }
    absence.makeRoom(count)
    let heir = successor.flatMap { isClosed($0) || $0 == school ? nil : $0 }
    network.handOver(school, to: heir)
    handOverOtherTies(of: school, to: heir)
    for kind in PartnershipKind.ofGroups {
      guard let position = group(kind, of: school) else { continue }
      let since = since(kind, of: school)
      // The successor first, so that a group of two goes on.
      let isCompelled = isCompelled(kind, of: school)
      if let heir, isFree(heir, for: kind) {
        join(position, heir, compelled: isCompelled, since: since)
      }
      leave(kind, school)
    }
    absence.closed[school] = true
    let place = heir.map(Int32.init) ?? -1
    for other in absence.heirs.indices where absence.heirs[other] == Int32(school) {
      absence.heirs[other] = place
    }
  }

  /// Opens a school that was not there yet.
  mutating func open(_ school: Int) {
    guard isClosed(school) else { return }
    absence.closed[school] = false
    absence.heirs[school] = Int32(school)
  }

  /// Schools that are not there at the start.
  mutating func beginPresence() {
    guard let presence = setting.presence else { return }
    for school in presence.opens.indices where presence.opens[school] > 0 {
      absence.makeRoom(count)
      absence.closed[school] = true
      absence.heirs[school] = -1
    }
  }

  /// Opens and closes the schools whose year it is; those that open first, so that they can take others over.
  mutating func updatePresence() {
    guard let presence = setting.presence else { return }
    for school in presence.opens.indices where Int(presence.opens[school]) == year { open(school) }
    for school in presence.closes.indices where Int(presence.closes[school]) == year {
      // A successor that has itself been taken over: where its pupils are.
      var heir = presence.successors[school]
      if heir >= 0, !absence.heirs.isEmpty { heir = absence.heirs[Int(heir)] }
      close(school, into: heir < 0 ? nil : Int(heir))
    }
  }

  /// Moves all members of one group into another of its kind.
  package mutating func merge(_ position: Int, into other: Int) {
    let kind = groups[position].kind
    let members = groups[position].members.map(Int.init)
    for school in members {
      let compelled = isCompelled(kind, of: school)
      // As members of the new group they begin again.
      leave(kind, school)
      if isFree(school, for: kind) { join(other, school, compelled: compelled) }
    }
    if groups[position].isOpen { close(position) }
  }
}
