/// A directed graph of exchanges that cost nothing; each of its cycles is another optimum.
struct ExchangeGraph {
  private let nodes: Int
  private var sources: [Int32] = []
  private var targets: [Int32] = []

  init(nodes: Int) { self.nodes = nodes }

  mutating func join(_ from: Int, _ to: Int) {
    sources.append(Int32(truncatingIfNeeded: from))
    targets.append(Int32(truncatingIfNeeded: to))
  }

  /// Whether taking away nodes that nothing points to, again and again, leaves any (Kahn 1962,
  /// DOI 10.1145/368996.369025).
  var hasCycle: Bool {
    var firstArc = [Int](repeating: 0, count: nodes + 1)
    var pointedAt = [Int](repeating: 0, count: nodes)
    for arc in sources.indices {
      firstArc[Int(sources[arc]) + 1] += 1
      pointedAt[Int(targets[arc])] += 1
    }
    for node in 0..<nodes { firstArc[node + 1] += firstArc[node] }
    var next = firstArc
    var ordered = [Int32](repeating: 0, count: targets.count)
    for arc in sources.indices {
      ordered[next[Int(sources[arc])]] = targets[arc]
      next[Int(sources[arc])] += 1
    }
    var ready = (0..<nodes).filter { pointedAt[$0] == 0 }
    var removed = 0
    while let node = ready.popLast() {
      removed += 1
      for place in firstArc[node]..<firstArc[node + 1] {
        let target = Int(ordered[place])
        pointedAt[target] -= 1
        if pointedAt[target] == 0 { ready.append(target) }
      }
    }
    return removed < nodes
  }
}
