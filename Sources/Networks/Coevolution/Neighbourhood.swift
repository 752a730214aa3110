/// The alters of an ego that an effect can reach, with how they are connected to it: found by marking, in one
/// walk over the ties around the ego.
///
/// - Complexity: O(ties walked); memory O(*n*), kept from ego to ego.
struct Neighbourhood: Sendable {
  /// In the order in which they were met.
  private(set) var candidates: [Int32] = []
  /// Where each actor stands among the candidates, or −1.
  private(set) var position: [Int32]
  /// Aligned with the candidates: whether the ego is tied to it.
  private(set) var tied: [Bool]
  /// 1 where it is tied to the ego, else 0.
  private(set) var returned: [Double]
  /// How many *h* have ego → *h* → candidate.
  private(set) var forward: [Double]
  /// How many *h* have ego → *h* ← candidate.
  private(set) var shared: [Double]
  /// How many *h* have candidate → *h* → ego.
  private(set) var backward: [Double]

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
    tied = [Bool](repeating: false, count: count)
    returned = [Double](repeating: 0, count: count)
    forward = returned
    shared = returned
    backward = returned
  }

  @inline(__always)
  var count: Int { candidates.count }

  @inline(__always)
  private mutating func place(_ actor: Int32) -> Int {
    let known = position[Int(actor)]
    if known >= 0 { return Int(known) }
    let place = candidates.count
    candidates.append(actor)
    position[Int(actor)] = Int32(place)
    tied[place] = false
    returned[place] = 0
    forward[place] = 0
    shared[place] = 0
    backward[place] = 0
    return place
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
      for actor in 0..<network.actorCount where actor != ego { _ = place(Int32(actor)) }
    }
    let degree = network.degree(ego)
    for k in 0..<degree { tied[place(network.partner(k, of: ego))] = true }
    let isDirected = network.isDirected
    if extent.senders, isDirected {
      for k in 0..<network.inDegree(ego) { returned[place(network.sender(k, to: ego))] = 1 }
    }
    let me = Int32(ego)
    if extent.partnersOfPartners {
      for k in 0..<degree {
        let middle = Int(network.partner(k, of: ego))
        for m in 0..<network.degree(middle) {
          let other = network.partner(m, of: middle)
          if other != me { forward[place(other)] += 1 }
        }
        if isDirected {
          for m in 0..<network.inDegree(middle) {
            let other = network.sender(m, to: middle)
            if other != me { shared[place(other)] += 1 }
          }
        }
      }
      if !isDirected {
        for k in candidates.indices { shared[k] = forward[k] }
      }
    }
    if extent.sendersOfSenders, isDirected {
      for k in 0..<network.inDegree(ego) {
        let middle = Int(network.sender(k, to: ego))
        for m in 0..<network.inDegree(middle) {
          let other = network.sender(m, to: middle)
          if other != me { backward[place(other)] += 1 }
        }
      }
    }
    for actor in others where Int(actor) != ego { _ = place(actor) }
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
    for k in 0..<neighbourhood.count { changes[k] = neighbourhood.returned[k] }
  }
}

extension Transitivity: ConfigurationEffect {
  func setChanges(
    _ neighbourhood: borrowing Neighbourhood, directed: Bool, to changes: inout [Double]
  ) {
    if directed {
      for k in 0..<neighbourhood.count {
        changes[k] = neighbourhood.forward[k] + neighbourhood.shared[k]
      }
    } else {
      for k in 0..<neighbourhood.count { changes[k] = neighbourhood.shared[k] }
    }
  }
}

extension ThreeCycles: ConfigurationEffect {
  func setChanges(
    _ neighbourhood: borrowing Neighbourhood, directed: Bool, to changes: inout [Double]
  ) {
    for k in 0..<neighbourhood.count { changes[k] = neighbourhood.backward[k] }
  }
}
