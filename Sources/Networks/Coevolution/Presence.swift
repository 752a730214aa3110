/// Who takes part at a moment of a period, as actors come and go.
struct Presence: Sendable {
  /// Ascending.
  private(set) var actors: [Int32]
  /// Whether everyone is present.
  private(set) var isEveryone: Bool
  /// Those absent now who are present at another moment of the period; the others are part of what is fixed.
  private(set) var passing: [Int32]
  private let total: Int

  init(_ constraints: PeriodConstraints, actors count: Int) {
    total = count
    actors = constraints.present.map { $0.map(Int32.init) } ?? (0..<count).map(Int32.init)
    isEveryone = constraints.present == nil
    passing = constraints.arriving
  }

  var count: Int { actors.count }

  func actor(_ k: Int) -> Int { isEveryone ? k : Int(actors[k]) }

  mutating func apply(_ change: PresenceChange) {
    let actor = Int32(change.actor)
    if change.arrives {
      passing.removeAll { $0 == actor }
      actors.insert(actor, at: actors.firstIndex { $0 > actor } ?? actors.count)
    } else {
      actors.removeAll { $0 == actor }
      passing.append(actor)
    }
    isEveryone = actors.count == total
  }
}

/// An actor that begins, or ceases, to take part within a period. One that leaves takes its ties with it.
/// Huisman & Snijders (2003), doi:10.1177/0049124103256096.
public struct PresenceChange: Sendable, Hashable {
  /// Since the start of the period, which lasts one.
  public let time: Double
  public let actor: Int
  public let arrives: Bool

  public init(time: Double, actor: Int, arrives: Bool) {
    self.time = time
    self.actor = actor
    self.arrives = arrives
  }
}
