internal import LinearAlgebra

/// Which matrices of connected effects are worth an order of elimination of their own.
extension PlanBuilder {
  /// Matrices smaller than this are factored faster than they are analysed.
  private static let smallest = 200
  /// The share of a whole matrix's operations below which a pattern pays.
  private static let share = 0.8
  /// Pairs of levels met by one eliminated level, all in all, of which a place is kept.
  private static let mostPairs = 100_000_000.0

  /// Gives sparse components their patterns, and their rows the order of elimination.
  ///
  /// - Returns: the entries of all pairs of levels that a sparse node meets in such a component.
  func usePatterns(
    sparseNodes: Int, _ denseEdges: [EliminationPlan.DenseEdge],
    _ components: inout [EliminationPlan.Component], _ ofNode: [Int32], _ rows: inout [Int32]
  ) -> (start: [Int32], entry: [Int32]) {
    var cliques = [[[Int32]]](repeating: [], count: components.count)
    var pairs = [Double](repeating: 0, count: components.count)
    let isLarge = components.map { $0.size >= Self.smallest }
    guard factors.allSatisfy({ $0.width == 1 }), isLarge.contains(true) else { return ([], []) }
    for node in 0..<sparseNodes {
      let met = denseTargets(node, sparseNodes)
      guard let first = met.first, isLarge[Int(ofNode[first])] else { continue }
      cliques[Int(ofNode[first])].append(met.map { rows[$0] })
      pairs[Int(ofNode[first])] += Double(met.count) * Double(met.count)
    }
    for edge in denseEdges where isLarge[Int(ofNode[edge.first])] {
      cliques[Int(ofNode[edge.first])].append([rows[edge.first], rows[edge.second]])
      pairs[Int(ofNode[edge.first])] += 4
    }
    var (start, productStart) = (0, 0)
    for (index, component) in components.enumerated() {
      let size = Double(component.size)
      var pattern: SupernodalPattern?
      if isLarge[index], pairs[index] < min(2 * size * size, Self.mostPairs) {
        let found = SupernodalPattern(size: component.size, cliques: cliques[index])
        if found.operations < Self.share * size * size * size { pattern = found }
      }
      var nodes = component.nodes
      var entries: [EliminationPlan.Component.Entry] = []
      if let pattern {
        for node in nodes { rows[node.node] = pattern.position[node.row] }
        nodes = nodes.map {
          EliminationPlan.DenseNode(
            node: $0.node, row: Int(rows[$0.node]), width: $0.width, factor: $0.factor)
        }.sorted { $0.row < $1.row }
        entries = Self.entries(pattern, cliques[index])
      }
      components[index] = EliminationPlan.Component(
        nodes: nodes, size: component.size, start: start, productStart: productStart,
        pattern: pattern, entries: entries)
      start += components[index].count
      productStart += components[index].productCount
    }
    return pairEntries(sparseNodes, components, ofNode, rows)
  }

  /// The diagonal and all pairs of members of cliques, given by rows before they were ordered.
  private static func entries(
    _ pattern: SupernodalPattern, _ cliques: [[Int32]]
  ) -> [EliminationPlan.Component.Entry] {
    // The rows that each column meets, as often as it meets them.
    var met = [[Int32]](repeating: [], count: pattern.size)
    for clique in cliques {
      for first in clique {
        let column = pattern.position[Int(first)]
        for second in clique where pattern.position[Int(second)] > column {
          met[Int(column)].append(pattern.position[Int(second)])
        }
      }
    }
    var result: [EliminationPlan.Component.Entry] = []
    for column in 0..<pattern.size {
      var last = Int32(column)
      result.append(entry(pattern, last, last))
      met[column].sort()
      for row in met[column] where row != last {
        last = row
        result.append(entry(pattern, row, Int32(column)))
      }
      met[column] = []
    }
    return result
  }

  private static func entry(
    _ pattern: SupernodalPattern, _ row: Int32, _ column: Int32
  ) -> EliminationPlan.Component.Entry {
    EliminationPlan.Component.Entry(
      place: Int32(pattern.place(Int(row), Int(column))), row: row, column: column)
  }

  private func denseTargets(_ node: Int, _ sparseNodes: Int) -> [Int] {
    (Int(edgeStart[node])..<Int(edgeStart[node + 1]))
      .map { Int(edgeTarget[$0]) }.filter { $0 >= sparseNodes }
  }

  private func pairEntries(
    _ sparseNodes: Int, _ components: [EliminationPlan.Component], _ ofNode: [Int32],
    _ rows: [Int32]
  ) -> (start: [Int32], entry: [Int32]) {
    guard components.contains(where: { $0.pattern != nil }) else { return ([], []) }
    var start: [Int32] = []
    var entry: [Int32] = []
    for node in 0..<sparseNodes {
      start.append(Int32(entry.count))
      let met = denseTargets(node, sparseNodes)
      guard let first = met.first else { continue }
      let component = components[Int(ofNode[first])]
      guard component.pattern != nil else { continue }
      for (index, target) in met.enumerated() {
        for other in met[index...] {
          entry.append(Int32(component.entry(Int(rows[target]), Int(rows[other]))))
        }
      }
    }
    return (start, entry)
  }
}
