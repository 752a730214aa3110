/// How ties mix kinds of actors: roles, phases, authorities.
public struct Mixing: Sendable, Hashable {
  /// Ties from each kind to each, by code: ordered pairs where directed; where undirected a tie stands in both its
  /// places, and one within a kind counts twice.
  public let ties: [[Int]]
  /// Ties whose end would divide a component, from each kind to each, both orders.
  public let bridges: [[Int]]
  /// External less internal ties over all (Krackhardt & Stern 1988, doi:10.2307/2786835): −1 where all are within, 1
  /// where all are between kinds; `nil` without ties.
  public let externalInternalIndex: Double?
  /// Newman's assortativity by kind: 1 where all ties are within, 0 where kinds do not matter; `nil` where all ties
  /// are of one kind.
  public let assortativity: Double?

  /// - Parameter kinds: the kind of each actor, from 0.
  public init(_ network: Network, kinds: [Int]) {
    precondition(
      kinds.count == network.actorCount, "\(kinds.count) kinds of \(network.actorCount) actors")
    let count = (kinds.max() ?? -1) + 1
    var ties = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
    var bridges = ties
    for i in 0..<network.actorCount {
      for k in 0..<network.degree(i) {
        ties[kinds[i]][kinds[Int(network.partner(k, of: i))]] += 1
      }
    }
    for bridge in Components(network).bridges {
      bridges[kinds[bridge.from]][kinds[bridge.to]] += 1
      bridges[kinds[bridge.to]][kinds[bridge.from]] += 1
    }
    self.ties = ties
    self.bridges = bridges
    let all = Double(ties.joined().reduce(0, +))
    let within = Double((0..<count).reduce(0) { $0 + ties[$1][$1] })
    externalInternalIndex = all > 0 ? (all - 2 * within) / all : nil
    let expected = (0..<count).reduce(0.0) { sum, k in
      sum + Double(ties[k].reduce(0, +)) * Double(ties.reduce(0) { $0 + $1[k] })
    }
    let share = all > 0 ? expected / (all * all) : 1
    assortativity = share < 1 - 1e-12 ? (within / all - share) / (1 - share) : nil
  }
}
