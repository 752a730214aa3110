/// The alters of an ego that an effect can reach, with how they are connected to it: found by marking, in one
/// walk over the ties around the ego.
///
/// - Complexity: O(ties walked); memory O(*n*), kept from ego to ego.
struct Neighbourhood: Sendable {
  /// In the order in which they were met.
  private(set) var candidates: [Int32] = []
  /// Where each actor stands among the candidates, or −1.
  private(set) var position: [Int32]
  /// How each candidate is connected to the ego: see ``Links``.
  private var links: [UInt64]

  /// Five numbers in one word, so that meeting a connection is one addition.
  private enum Links {
    /// The ego is tied to it.
    static let tied: UInt64 = 1
    /// It is tied to the ego.
    static let returned: UInt64 = 1 << 1
    static let forward = 2
    static let shared = 22
    static let backward = 42
    static let mask: UInt64 = 1 << 20 - 1
  }

  /// How far to walk.
  struct Extent: Sendable, Hashable {
    var everyone = false
    var senders = false
    var partnersOfPartners = false
    var sendersOfSenders = false
  }

  init(actors count: Int) {
    position = [Int32](repeating: -1, count: count)
    candidates.reserveCapacity(count)
    links = [UInt64](repeating: 0, count: count)
  }

  @inline(__always)
  var count: Int { candidates.count }

  @inline(__always)
  func tied(_ k: Int) -> Bool { links[k] & Links.tied != 0 }

  /// 1 where the candidate is tied to the ego, else 0.
  @inline(__always)
  func returned(_ k: Int) -> Double { links[k] & Links.returned != 0 ? 1 : 0 }

  /// How many *h* have ego → *h* → candidate.
  @inline(__always)
  func forward(_ k: Int) -> Double { Double(links[k] >> Links.forward & Links.mask) }

  /// How many *h* have ego → *h* ← candidate.
  @inline(__always)
  func shared(_ k: Int) -> Double { Double(links[k] >> Links.shared & Links.mask) }

  /// How many *h* have candidate → *h* → ego.
  @inline(__always)
  func backward(_ k: Int) -> Double { Double(links[k] >> Links.backward & Links.mask) }

  /// Adds a connection of an actor, which becomes a candidate where it is none yet.
  @inline(__always)
  private mutating func add(_ link: UInt64, _ actor: Int32) {
    let known = position[Int(actor)]
    if known >= 0 {
      links[Int(known)] += link
      return
    }
    let place = candidates.count
    candidates.append(actor)
    position[Int(actor)] = Int32(truncatingIfNeeded: place)
    links[place] = link
  }

  /// Finds the candidates of an ego.
  ///
  /// - Parameter others: actors that are candidates in any case.
  mutating func gather(
    _ network: borrowing Network, ego: Int, extent: Extent, others: [Int32]
  ) {
    for actor in candidates { position[Int(actor)] = -1 }
    candidates.removeAll(keepingCapacity: true)
    if extent.everyone {
      for actor in 0..<network.actorCount where actor != ego { add(0, Int32(actor)) }
    }
    let degree = network.degree(ego)
    for k in 0..<degree { add(Links.tied, network.partner(k, of: ego)) }
    let isDirected = network.isDirected
    if extent.senders, isDirected {
      for k in 0..<network.inDegree(ego) { add(Links.returned, network.sender(k, to: ego)) }
    }
    let me = Int32(ego)
    if extent.partnersOfPartners {
      // Where undirected, a two-path is one in either sense.
      let step: UInt64 =
        isDirected ? 1 << Links.forward : 1 << Links.forward + 1 << Links.shared
      for k in 0..<degree {
        let middle = Int(network.partner(k, of: ego))
        for m in 0..<network.degree(middle) {
          let other = network.partner(m, of: middle)
          if other != me { add(step, other) }
        }
        if isDirected {
          for m in 0..<network.inDegree(middle) {
            let other = network.sender(m, to: middle)
            if other != me { add(1 << Links.shared, other) }
          }
        }
      }
    }
    if extent.sendersOfSenders, isDirected {
      for k in 0..<network.inDegree(ego) {
        let middle = Int(network.sender(k, to: ego))
        for m in 0..<network.inDegree(middle) {
          let other = network.sender(m, to: middle)
          if other != me { add(1 << Links.backward, other) }
        }
      }
    }
    for actor in others where Int(actor) != ego { add(0, actor) }
  }
}

/// An effect whose changes are known once a ``Neighbourhood`` is.
protocol ConfigurationEffect: NetworkEffect {
  /// Sets the change statistic of each candidate.
  func setChanges(
    _ neighbourhood: borrowing Neighbourhood, directed: Bool, to changes: inout [Double])
}

extension Reciprocity: ConfigurationEffect {
  func setChanges(
    _ neighbourhood: borrowing Neighbourhood, directed: Bool, to changes: inout [Double]
  ) {
    for k in 0..<neighbourhood.count { changes[k] = neighbourhood.returned(k) }
  }
}

extension Transitivity: ConfigurationEffect {
  func setChanges(
    _ neighbourhood: borrowing Neighbourhood, directed: Bool, to changes: inout [Double]
  ) {
    if directed {
      for k in 0..<neighbourhood.count {
        changes[k] = neighbourhood.forward(k) + neighbourhood.shared(k)
      }
    } else {
      for k in 0..<neighbourhood.count { changes[k] = neighbourhood.shared(k) }
    }
  }
}

extension ThreeCycles: ConfigurationEffect {
  func setChanges(
    _ neighbourhood: borrowing Neighbourhood, directed: Bool, to changes: inout [Double]
  ) {
    for k in 0..<neighbourhood.count { changes[k] = neighbourhood.backward(k) }
  }
}
