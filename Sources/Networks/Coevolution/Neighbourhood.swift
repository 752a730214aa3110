/// The alters of an ego that an effect can reach, with how they are connected to it: found by marking, in one
/// walk over the ties around the ego.
///
/// - Complexity: O(ties walked); memory O(*n*), kept from ego to ego.
struct Neighbourhood: Sendable {
  /// In the order in which they were met.
  private(set) var candidates: [Int32] = []
  private(set) var count = 0
  /// Room for as many candidates as there are actors.
  private var members: [Int32]
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
    members = [Int32](repeating: 0, count: count)
    candidates.reserveCapacity(count)
    links = [UInt64](repeating: 0, count: count)
  }

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

  /// Adds a connection of an actor, which becomes candidate number `count` where it is none yet.
  @inline(__always)
  private static func add(
    _ link: UInt64, _ actor: Int32, _ members: inout MutableSpan<Int32>,
    _ position: inout MutableSpan<Int32>, _ links: inout MutableSpan<UInt64>, _ count: inout Int
  ) {
    let known = Int(position[Int(actor)])
    if known >= 0 {
      links[known] += link
      return
    }
    members[count] = actor
    position[Int(actor)] = Int32(truncatingIfNeeded: count)
    links[count] = link
    count += 1
  }

  /// Finds the candidates of an ego.
  ///
  /// - Parameter others: actors that are candidates in any case.
  mutating func gather(
    _ network: borrowing Network, ego: Int, extent: Extent, others: [Int32]
  ) {
    let before = count
    count = Self.gather(
      network, ego: ego, extent: extent, others: others, before: before, &members, &position,
      &links)
    candidates.removeAll(keepingCapacity: true)
    candidates.append(contentsOf: members[..<count])
  }

  private static func gather(
    _ network: borrowing Network, ego: Int, extent: Extent, others: [Int32], before: Int,
    _ memberList: inout [Int32], _ positionList: inout [Int32], _ linkList: inout [UInt64]
  ) -> Int {
    var members = memberList.mutableSpan
    var position = positionList.mutableSpan
    var links = linkList.mutableSpan
    for k in 0..<before { position[Int(members[k])] = -1 }
    var count = 0
    if extent.everyone {
      for actor in 0..<network.actorCount where actor != ego {
        add(0, Int32(actor), &members, &position, &links, &count)
      }
    }
    let degree = network.degree(ego)
    for k in 0..<degree {
      add(Links.tied, network.partner(k, of: ego), &members, &position, &links, &count)
    }
    let isDirected = network.isDirected
    if extent.senders, isDirected {
      for k in 0..<network.inDegree(ego) {
        add(Links.returned, network.sender(k, to: ego), &members, &position, &links, &count)
      }
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
          if other != me { add(step, other, &members, &position, &links, &count) }
        }
        if isDirected {
          for m in 0..<network.inDegree(middle) {
            let other = network.sender(m, to: middle)
            if other != me {
              add(1 << Links.shared, other, &members, &position, &links, &count)
            }
          }
        }
      }
    }
    if extent.sendersOfSenders, isDirected {
      for k in 0..<network.inDegree(ego) {
        let middle = Int(network.sender(k, to: ego))
        for m in 0..<network.inDegree(middle) {
          let other = network.sender(m, to: middle)
          if other != me {
            add(1 << Links.backward, other, &members, &position, &links, &count)
          }
        }
      }
    }
    for actor in others where Int(actor) != ego {
      add(0, actor, &members, &position, &links, &count)
    }
    return count
  }
}

/// An effect whose changes are known once a ``Neighbourhood`` is.
protocol ConfigurationEffect: NetworkEffect {
  /// Sets the change statistic of each candidate.
  func setChanges(
    _ neighbourhood: borrowing Neighbourhood, directed: Bool, to changes: inout [Double])

  /// Which connections the change statistic counts.
  func counts(directed: Bool) -> LinkCount
}

extension Reciprocity: ConfigurationEffect {
  func counts(directed: Bool) -> LinkCount { .returned }

  func setChanges(
    _ neighbourhood: borrowing Neighbourhood, directed: Bool, to changes: inout [Double]
  ) {
    for k in 0..<neighbourhood.count { changes[k] = neighbourhood.returned(k) }
  }
}

extension Transitivity: ConfigurationEffect {
  func counts(directed: Bool) -> LinkCount { directed ? .forwardOrShared : .shared }

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
  func counts(directed: Bool) -> LinkCount { .backward }

  func setChanges(
    _ neighbourhood: borrowing Neighbourhood, directed: Bool, to changes: inout [Double]
  ) {
    for k in 0..<neighbourhood.count { changes[k] = neighbourhood.backward(k) }
  }
}
