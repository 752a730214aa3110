internal import LinearAlgebra
internal import Probability

/// Neighbours in several dimensions: one k-d tree a stratum, over points that can be taken out.
///
/// Beside each tree stands how many points of a node are still available; a search goes down the nearer child
/// first and leaves out boxes that are farther than the best point so far, and those that are used up (Bentley
/// 1975, DOI 10.1145/361002.361007). Among equal distances (ten significant digits) the earliest row is found.
///
/// - Complexity: O(n log n) to build; a lookup is O(log n) in few dimensions and O(n) in many.
struct NearestForest: NeighbourSearch {
  /// The tree of one stratum, and what is left of it.
  fileprivate struct Stratum {
    let tree: PointTree
    /// The unit at each place of the tree.
    let units: [Int32]
    let parents: [Int32]
    var available: [Int32]
    var isGone: [Bool]
  }

  private let queries: PointTree.Points
  private let strata: [Int32]
  private var trees: [Stratum] = []
  /// The tree of each stratum; −1 where it has no point.
  private var treeOf: [Int32]
  /// Where each available unit stands in its tree, and in which leaf.
  private var place: [Int32]
  private var leaf: [Int32]
  private var scratch = PointTree.Scratch()

  /// - Parameter available: the units that can be found.
  init(_ problem: MatchingProblem, available: [Int]) {
    queries = problem.coordinates.points(of: Array(0..<problem.count))
    strata = problem.strata
    let count = Int(problem.strata.max() ?? -1) + 1
    treeOf = [Int32](repeating: -1, count: count)
    place = [Int32](repeating: -1, count: problem.count)
    leaf = [Int32](repeating: -1, count: problem.count)
    var members = [[Int]](repeating: [], count: count)
    for unit in available.sorted() { members[Int(problem.strata[unit])].append(unit) }
    for (stratum, units) in members.enumerated() where !units.isEmpty {
      treeOf[stratum] = Int32(truncatingIfNeeded: trees.count)
      let tree = PointTree(queries.selecting(units))
      var parents = [Int32](repeating: -1, count: tree.nodes.count)
      for (index, node) in tree.nodes.enumerated() {
        if node.second >= 0 {
          parents[index + 1] = Int32(truncatingIfNeeded: index)
          parents[Int(node.second)] = Int32(truncatingIfNeeded: index)
        } else {
          for point in Int(node.first)..<Int(node.end) {
            leaf[units[Int(tree.order[point])]] = Int32(truncatingIfNeeded: index)
          }
        }
      }
      for (point, number) in tree.order.enumerated() {
        place[units[Int(number)]] = Int32(truncatingIfNeeded: point)
      }
      trees.append(
        Stratum(
          tree: tree, units: tree.order.map { Int32(truncatingIfNeeded: units[Int($0)]) },
          parents: parents, available: tree.nodes.map { $0.end - $0.first },
          isGone: [Bool](repeating: false, count: units.count)))
    }
  }

  mutating func remove(_ unit: Int) {
    let tree = Int(treeOf[Int(strata[unit])])
    trees[tree].isGone[Int(place[unit])] = true
    var node = leaf[unit]
    while node >= 0 {
      trees[tree].available[Int(node)] -= 1
      node = trees[tree].parents[Int(node)]
    }
  }

  mutating func nearest(to focal: Int, where admits: (Int) -> Bool) -> Neighbour? {
    let index = treeOf[Int(strata[focal])]
    guard index >= 0 else { return nil }
    let (queries, tree) = (queries, trees[Int(index)])
    return tree.nearest(
      to: queries.values.span.extracting(queries.range(focal)), where: admits, using: &scratch)
  }
}

extension NearestForest.Stratum {
  /// The nearest admitted unit that is left.
  func nearest(
    to here: Span<SIMD4<Double>>, where admits: (Int) -> Bool,
    using scratch: inout PointTree.Scratch
  ) -> Neighbour? {
    let nodes = tree.nodes.span
    let boxes = tree.boxes.span
    let points = tree.points.span
    let available = available.span
    let isGone = isGone.span
    let blocks = tree.blocks
    var best: Neighbour?
    // Squared distances up to this may still win, or tie.
    var limit = Double.infinity
    scratch.push(0, 0)
    while let (node, bound) = scratch.pop() {
      guard bound <= limit, available[node] > 0 else { continue }
      let own = nodes[node]
      guard own.second >= 0 else {
        for point in Int(own.first)..<Int(own.end) where !isGone[point] {
          let square = PointTree.squaredDistance(here, toPoint: point, points, blocks: blocks)
          guard square <= limit else { continue }
          let unit = Int(units[point])
          let distance = tenDigits(square.squareRoot())
          if let best, (distance, unit) >= (best.distance, best.unit) { continue }
          guard admits(unit) else { continue }
          best = Neighbour(unit: unit, distance: distance)
          limit = square * (1 + 1e-8)
        }
        continue
      }
      let (first, second) = (node + 1, Int(own.second))
      let toFirst = PointTree.squaredDistance(here, toBox: first, boxes, blocks: blocks)
      let toSecond = PointTree.squaredDistance(here, toBox: second, boxes, blocks: blocks)
      if toFirst <= toSecond {
        if toSecond <= limit { scratch.push(second, toSecond) }
        if toFirst <= limit { scratch.push(first, toFirst) }
      } else {
        if toFirst <= limit { scratch.push(first, toFirst) }
        if toSecond <= limit { scratch.push(second, toSecond) }
      }
    }
    return best
  }
}
