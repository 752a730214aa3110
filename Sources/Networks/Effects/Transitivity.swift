/// Partners of partners become partners.
///
/// Directed networks count transitive triplets, *s_i* = Σ_j,h *x_ij* *x_ih* *x_hj*, with change
/// Σ_h *x_ih* (*x_hj* + *x_jh*): a new tie can close a two-path, or be the first step of a closed one.
/// Undirected networks count transitive triads, *s_i* = Σ_j<h *x_ij* *x_ih* *x_jh*, with change the number
/// of common partners Σ_h *x_ih* *x_hj*.
public struct Transitivity: TieSum {
  public init() {}

  public var reach: Reach { .partnersOfPartners }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    guard network.degree(ego) > 0 else { return }
    if candidates.count > Self.fewCandidates {
      let paths = Self.paths(network, ego: ego)
      for k in candidates.indices { changes[k] += weight * Double(paths[Int(candidates[k])]) }
      return
    }
    for k in candidates.indices {
      let alter = Int(candidates[k])
      var count = network.sharedPartners(ego, alter)
      if network.isDirected { count += network.twoPaths(from: ego, to: alter) }
      changes[k] += weight * Double(count)
    }
  }

  /// With more candidates than this one walk over the ties around the ego costs less than a look at each.
  private static let fewCandidates = 192

  /// The change of every actor, by walking from each partner to its own.
  private static func paths(_ network: borrowing Network, ego: Int) -> [Int32] {
    var paths = [Int32](repeating: 0, count: network.actorCount)
    for k in 0..<network.degree(ego) {
      let middle = Int(network.partner(k, of: ego))
      for m in 0..<network.degree(middle) { paths[Int(network.partner(m, of: middle))] += 1 }
      guard network.isDirected else { continue }
      for m in 0..<network.inDegree(middle) { paths[Int(network.sender(m, to: middle))] += 1 }
    }
    return paths
  }

  public func statistic(_ network: borrowing Network, ego: Int) -> Double {
    var closed = 0
    for k in 0..<network.degree(ego) {
      closed += network.twoPaths(from: ego, to: Int(network.partner(k, of: ego)))
    }
    return network.isDirected ? Double(closed) : Double(closed) / 2
  }

  /// Each undirected triad is met by its three actors.
  public func share(directed: Bool) -> Double { directed ? 1 : 1.0 / 3 }

  public func contribution(_ network: borrowing Network, ego: Int, alter: Int) -> Double {
    Double(network.twoPaths(from: ego, to: alter))
  }
}
