/// What cannot change within a period, and who takes part in it.
public struct PeriodConstraints: Sendable {
  /// For each actor the alters to which its tie stays as it is; empty where none does.
  let fixed: [[Int32]]
  /// Those who take part at the start, ascending; `nil` for everyone.
  let present: [Int]?
  /// Those who take part later, but not at the start.
  let arriving: [Int32]
  /// In the order of time.
  let changes: [PresenceChange]

  /// - Parameters:
  ///   - actors: how many.
  ///   - fixed: ties, or their absence, that stay: ordered pairs where directed.
  ///   - absent: actors that at the start make no choice and that no one can choose.
  ///   - changes: of who is absent, within the period.
  public init(
    actors count: Int, directed: Bool, fixed pairs: [(from: Int, to: Int)] = [],
    absent: [Int] = [], changes: [PresenceChange] = []
  ) {
    let isKnown = pairs.isEmpty && absent.isEmpty
    var fixed = [Set<Int32>](repeating: [], count: isKnown ? 0 : count)
    for pair in pairs where pair.from != pair.to {
      fixed[pair.from].insert(Int32(pair.to))
      if !directed { fixed[pair.to].insert(Int32(pair.from)) }
    }
    let coming = Set(changes.filter(\.arrives).map(\.actor))
    let gone = Set(absent)
    for actor in 0..<fixed.count {
      for other in absent where other != actor && !coming.contains(other) {
        fixed[actor].insert(Int32(other))
      }
    }
    self.fixed = fixed.map { $0.sorted() }
    present = absent.isEmpty ? nil : (0..<count).filter { !gone.contains($0) }
    arriving = gone.intersection(coming).sorted().map(Int32.init)
    self.changes = changes.sorted { ($0.time, $0.actor) < ($1.time, $1.actor) }
  }

  /// Everything can change.
  public init() {
    fixed = []
    present = nil
    arriving = []
    changes = []
  }

  /// Whether some tie can change.
  func admitsChoice(actors count: Int) -> Bool {
    let taking = (present?.count ?? count) + arriving.count
    guard taking > 1 else { return false }
    return fixed.isEmpty || (0..<count).contains { fixed[$0].count < count - 1 }
  }

  @inline(__always)
  func fixed(_ ego: Int) -> [Int32] { fixed.isEmpty ? [] : fixed[ego] }

  /// Whether the tie of a pair stays as it is.
  func isFixed(_ ego: Int, _ alter: Int) -> Bool {
    !fixed.isEmpty && fixed[ego].contains(Int32(alter))
  }
}
