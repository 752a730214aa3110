/// Full matching by two other ways.
enum CoverOracle {
  /// The least total distance of a cover, by the assignment of two copies of all units: a unit is either
  /// linked to a partner in both copies, or to its own copy at twice its least distance.
  static func total(_ distance: [[Double?]], controls: Int) -> Double {
    let treated = distance.count
    let longest = distance.joined().compactMap { $0 }.max() ?? 0
    let size = treated + controls
    let never = (longest + 1) * Double(2 * size + 1)
    var cost = [[Double]](repeating: Array(repeating: never, count: size), count: size)
    for i in 0..<treated {
      for j in 0..<controls {
        guard let d = distance[i][j] else { continue }
        // Treated i with control j, and in the other copy control j with treated i.
        cost[i][j] = d
        cost[treated + j][controls + i] = d
      }
    }
    for i in 0..<treated {
      cost[i][controls + i] = 2 * (distance[i].compactMap { $0 }.min() ?? 0)
    }
    for j in 0..<controls {
      cost[treated + j][j] = 2 * (distance.compactMap { $0[j] }.min() ?? 0)
    }
    let columnOf = DenseHungarian.solve(cost)
    return columnOf.indices.map { cost[$0][columnOf[$0]] }.reduce(0, +) / 2
  }

  /// The number of different families of sets with the least total distance; for a dozen pairs at most.
  static func ways(_ distance: [[Double?]], controls: Int) -> (total: Double, ways: Int) {
    let treated = distance.count
    var edges: [(Int, Int, Double)] = []
    for i in 0..<treated {
      for j in 0..<controls { if let d = distance[i][j] { edges.append((i, j, d)) } }
    }
    let neededTreated = (0..<treated).filter { i in edges.contains { $0.0 == i } }
    let neededControls = (0..<controls).filter { j in edges.contains { $0.1 == j } }
    var best = Double.infinity
    var ways = 0
    for subset in 0..<(1 << edges.count) {
      var ofTreated = [Int](repeating: 0, count: treated)
      var ofControl = [Int](repeating: 0, count: controls)
      var total = 0.0
      for (k, edge) in edges.enumerated() where subset >> k & 1 == 1 {
        ofTreated[edge.0] += 1
        ofControl[edge.1] += 1
        total += edge.2
      }
      guard neededTreated.allSatisfy({ ofTreated[$0] > 0 }),
        neededControls.allSatisfy({ ofControl[$0] > 0 })
      else { continue }
      let isLean = edges.indices.allSatisfy {
        subset >> $0 & 1 == 0 || ofTreated[edges[$0].0] == 1 || ofControl[edges[$0].1] == 1
      }
      guard isLean else { continue }
      if total < best - 1e-9 {
        best = total
        ways = 1
      } else if abs(total - best) <= 1e-9 {
        ways += 1
      }
    }
    return (best, ways)
  }
}
