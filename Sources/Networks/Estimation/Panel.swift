/// Relations and behaviours observed in waves, with the same actors in each.
public struct Panel: Sendable {
  public let waves: [PanelState]
  /// One for each period between two waves, of the first relation.
  public let constraints: [PeriodConstraints]
  /// The same of each other relation.
  public let beside: [[PeriodConstraints]]

  /// - Parameters:
  ///   - constraints: one a period, of the first relation; nothing keeps ties from changing where `nil`.
  ///   - beside: the same of each other relation, with the same actors absent.
  /// - Throws: where there are fewer than two waves, or they do not have the same actors, relations and behaviours.
  public init(
    waves: [PanelState], constraints: [PeriodConstraints]? = nil,
    beside: [[PeriodConstraints]]? = nil
  ) throws(FormationError) {
    guard let first = waves.first, waves.count > 1 else { throw .tooFewWaves(waves.count) }
    for (k, wave) in waves.enumerated() {
      let count = first.network.actorCount
      guard wave.network.actorCount == count, wave.others.allSatisfy({ $0.actorCount == count }),
        wave.behaviours.allSatisfy({ $0.count == count })
      else {
        throw .otherActors(
          wave: k + 1,
          found: wave.others.map(\.actorCount).first { $0 != count } ?? wave.network.actorCount,
          expected: count)
      }
      guard wave.network.isDirected == first.network.isDirected,
        wave.others.map(\.isDirected) == first.others.map(\.isDirected),
        wave.behaviours.count == first.behaviours.count
      else { throw .otherKind(wave: k + 1) }
    }
    self.waves = waves
    self.constraints =
      constraints ?? [PeriodConstraints](repeating: PeriodConstraints(), count: waves.count - 1)
    self.beside =
      beside
      ?? first.others.map { _ in
        [PeriodConstraints](repeating: PeriodConstraints(), count: waves.count - 1)
      }
    for list in [self.constraints] + self.beside where list.count != waves.count - 1 {
      throw .constraintCount(list.count, periods: waves.count - 1)
    }
  }

  /// - Throws: ``FormationError/atEdge(tied:)`` where no effect on ties can have a finite estimate.
  func checkEdges() throws(FormationError) {
    let all = actorCount * (actorCount - 1) / (isDirected ? 1 : 2)
    let counts = waves.dropFirst().map(\.network.tieCount)
    if counts.allSatisfy({ $0 == 0 }) { throw .atEdge(tied: false) }
    if counts.allSatisfy({ $0 == all }) { throw .atEdge(tied: true) }
  }

  public var actorCount: Int { waves[0].network.actorCount }
  public var isDirected: Bool { waves[0].network.isDirected }
  public var periods: Int { waves.count - 1 }
}

extension Network {
  /// In how many places two networks of the same actors differ: ordered pairs where directed, unordered where not.
  public func distance(to other: Network) -> Int {
    var shared = 0
    for ego in 0..<actorCount {
      var k = 0
      for m in 0..<degree(ego) {
        let partner = partner(m, of: ego)
        while k < other.degree(ego), other.partner(k, of: ego) < partner { k += 1 }
        if k < other.degree(ego), other.partner(k, of: ego) == partner { shared += 1 }
      }
    }
    return tieCount + other.tieCount - 2 * (isDirected ? shared : shared / 2)
  }

  /// In how many of its ties, those it sends where directed, each actor differs from an earlier network.
  func changes(from earlier: Network) -> [Int] {
    (0..<actorCount).map { ego in
      var shared = 0
      for m in 0..<degree(ego) where earlier.hasTie(ego, Int(partner(m, of: ego))) { shared += 1 }
      return degree(ego) + earlier.degree(ego) - 2 * shared
    }
  }

  /// Calls `body` with each tie that is here and not in `other`, both orders where undirected.
  func forEachTie(notIn other: Network, _ body: (_ from: Int, _ to: Int) -> Void) {
    for ego in 0..<actorCount {
      for m in 0..<degree(ego) {
        let partner = Int(partner(m, of: ego))
        if !other.hasTie(ego, partner) { body(ego, partner) }
      }
    }
  }
}
