/// Whom effects look at through a network, besides those the ego sends ties to.
struct NetworkReach: Sendable {
  /// Whether they look at the ego's own ties alone.
  let isPair: Bool
  private let reachesPartners: Bool
  private let reachesSenders: Bool

  init(_ reaches: [Reach]) {
    isPair = reaches.allSatisfy { $0 == .own }
    reachesPartners = reaches.contains(.partnersOfPartners)
    reachesSenders = reaches.contains(.sendersOfSenders)
  }

  /// Adds them; only where ``isPair`` ascending and each once.
  @inline(__always)
  func add(_ network: borrowing Network, ego: Int, to zone: inout [Int32]) {
    for k in 0..<network.degree(ego) { zone.append(network.partner(k, of: ego)) }
    if isPair { return }
    if network.isDirected {
      for k in 0..<network.inDegree(ego) { zone.append(network.sender(k, to: ego)) }
    }
    if reachesPartners {
      for k in 0..<network.degree(ego) {
        let middle = Int(network.partner(k, of: ego))
        for m in 0..<network.degree(middle) { zone.append(network.partner(m, of: middle)) }
        if network.isDirected {
          for m in 0..<network.inDegree(middle) { zone.append(network.sender(m, to: middle)) }
        }
      }
    }
    if reachesSenders {
      for k in 0..<network.inDegree(ego) {
        let middle = Int(network.sender(k, to: ego))
        for m in 0..<network.inDegree(middle) { zone.append(network.sender(m, to: middle)) }
      }
    }
  }
}
