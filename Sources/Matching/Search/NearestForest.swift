internal import LinearAlgebra

/// Neighbours in several dimensions: one k-d tree a stratum, over points that can be taken out.
///
/// Nodes keep a box around their points and the number still available; a search goes down the nearer
/// child first and leaves out boxes that are farther than the best point so far (Bentley 1975,
/// DOI 10.1145/361002.361007). Among equal distances (ten significant digits) the earliest row is found.
///
/// - Complexity: O(n log n) to build; a lookup is O(log n) in few dimensions and O(n) in many.
struct NearestForest: NeighbourSearch {
  private struct Node {
    /// Slots of the node's points.
    let slots: Range<Int32>
    /// The second child; the first follows its parent. Zero for leaves.
    var second: Int32
    let parent: Int32
    var available: Int32
  }

  private static let leafSize = 10

  /// Blocks of four coordinates a point, the last padded with zeros.
  private let blocks: Int
  private let queries: [SIMD4<Double>]
  private let strata: [Int32]
  private var points: [SIMD4<Double>]
  private var units: [Int32]
  private var slot: [Int32]
  private var leaf: [Int32]
  private var nodes: [Node] = []
  /// Corners of each node's box, low blocks before high blocks.
  private var boxes: [SIMD4<Double>] = []
  /// The root of each stratum's tree; −1 where it has no point.
  private var roots: [Int32]
  private var stack: [(node: Int32, bound: Double)] = []

  /// - Parameter available: the units that can be found.
  init(_ problem: MatchingProblem, available: [Int]) {
    let p = problem.coordinates.rows
    let blocks = max(1, (p + 3) / 4)
    var queries = [SIMD4<Double>](repeating: .zero, count: problem.count * blocks)
    for i in 0..<problem.count {
      for k in 0..<p { queries[i * blocks + k / 4][k % 4] = problem.coordinates[k, i] }
    }
    self.blocks = blocks
    self.queries = queries
    strata = problem.strata
    roots = [Int32](repeating: -1, count: Int(problem.strata.max() ?? -1) + 1)
    units = available.sorted { (problem.strata[$0], $0) < (problem.strata[$1], $1) }.map(Int32.init)
    points = []
    slot = [Int32](repeating: -1, count: problem.count)
    leaf = [Int32](repeating: -1, count: problem.count)
    var start = 0
    while start < units.count {
      let stratum = problem.strata[Int(units[start])]
      var end = start
      while end < units.count, problem.strata[Int(units[end])] == stratum { end += 1 }
      roots[Int(stratum)] = Int32(nodes.count)
      build(start..<end, parent: -1)
      start = end
    }
    points.reserveCapacity(units.count * blocks)
    for (place, unit) in units.enumerated() {
      slot[Int(unit)] = Int32(place)
      for b in 0..<blocks { points.append(queries[Int(unit) * blocks + b]) }
    }
  }

  private mutating func build(_ range: Range<Int>, parent: Int32) {
    let node = Int32(nodes.count)
    nodes.append(
      Node(
        slots: Int32(range.lowerBound)..<Int32(range.upperBound), second: 0, parent: parent,
        available: Int32(range.count)))
    var widest = (dimension: 0, width: -1.0)
    var low: [SIMD4<Double>] = []
    var high: [SIMD4<Double>] = []
    for b in 0..<blocks {
      var least = SIMD4<Double>(repeating: .infinity)
      var most = SIMD4<Double>(repeating: -.infinity)
      for place in range {
        let point = queries[Int(units[place]) * blocks + b]
        least = least.replacing(with: point, where: point .< least)
        most = most.replacing(with: point, where: point .> most)
      }
      low.append(least)
      high.append(most)
      for k in 0..<4 where most[k] - least[k] > widest.width {
        widest = (4 * b + k, most[k] - least[k])
      }
    }
    boxes += low
    boxes += high
    guard range.count > Self.leafSize, widest.width > 0 else {
      for place in range { leaf[Int(units[place])] = node }
      return
    }
    let middle = range.lowerBound + range.count / 2
    select(middle, in: range, by: widest.dimension)
    build(range.lowerBound..<middle, parent: node)
    nodes[Int(node)].second = Int32(nodes.count)
    build(middle..<range.upperBound, parent: node)
  }

  /// Orders `range` so that what stands before `middle` is not larger, along `dimension`, than what stands
  /// from it on (Hoare's selection); ties by row, so that the tree does not depend on how it was reached.
  private mutating func select(_ middle: Int, in range: Range<Int>, by dimension: Int) {
    let (block, lane) = (dimension / 4, dimension % 4)
    func isLess(_ a: Int32, _ b: Int32) -> Bool {
      let x = queries[Int(a) * blocks + block][lane]
      let y = queries[Int(b) * blocks + block][lane]
      return x < y || (x == y && a < b)
    }
    var low = range.lowerBound
    var high = range.upperBound - 1
    while low < high {
      let pivot = units[low + (high - low) / 2]
      var i = low
      var j = high
      while i <= j {
        while isLess(units[i], pivot) { i += 1 }
        while isLess(pivot, units[j]) { j -= 1 }
        if i <= j {
          units.swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      if middle <= j {
        high = j
      } else if middle >= i {
        low = i
      } else {
        return
      }
    }
  }

  mutating func remove(_ unit: Int) {
    let home = Int(leaf[unit])
    // The last available point of the leaf takes the place of the removed one.
    let place = Int(slot[unit])
    let last = Int(nodes[home].slots.lowerBound + nodes[home].available) - 1
    let moved = Int(units[last])
    for b in 0..<blocks { points.swapAt(place * blocks + b, last * blocks + b) }
    units.swapAt(place, last)
    slot[moved] = Int32(place)
    slot[unit] = Int32(last)
    var node = Int32(home)
    while node >= 0 {
      nodes[Int(node)].available -= 1
      node = nodes[Int(node)].parent
    }
  }

  /// The squared distance from a query to a node's box.
  @inline(__always)
  private func bound(_ query: Int, _ node: Int) -> Double {
    var sum = SIMD4<Double>.zero
    for b in 0..<blocks {
      let q = queries[query * blocks + b]
      let below = boxes[2 * node * blocks + b] - q
      let beyond = q - boxes[(2 * node + 1) * blocks + b]
      var outside = SIMD4<Double>.zero
      outside = outside.replacing(with: below, where: below .> 0)
      outside = outside.replacing(with: beyond, where: beyond .> 0)
      sum += outside * outside
    }
    return sum.sum()
  }

  mutating func nearest(to focal: Int, where admits: (Int) -> Bool) -> Neighbour? {
    var best: Neighbour?
    // Squared distances up to this may still win, or tie.
    var limit = Double.infinity
    visit(from: focal, within: { limit }) { unit, square in
      let distance = rounded(square.squareRoot())
      if let best, (distance, unit) >= (best.distance, best.unit) { return }
      guard admits(unit) else { return }
      best = Neighbour(unit: unit, distance: distance)
      limit = square * (1 + 1e-8)
    }
    return best
  }

  /// Calls `body` with available units of the focal unit's stratum and their squared distances, near boxes
  /// first, leaving out whatever is beyond `limit` at the time.
  @inline(__always)
  mutating func visit(
    from focal: Int, within limit: () -> Double, _ body: (_ unit: Int, _ square: Double) -> Void
  ) {
    let root = roots[Int(strata[focal])]
    guard root >= 0 else { return }
    stack.removeAll(keepingCapacity: true)
    stack.append((root, 0))
    while let (index, bound) = stack.popLast() {
      let node = nodes[Int(index)]
      guard bound <= limit(), node.available > 0 else { continue }
      guard node.second == 0 else {
        let first = (index + 1, self.bound(focal, Int(index + 1)))
        let second = (node.second, self.bound(focal, Int(node.second)))
        if first.1 <= second.1 {
          if second.1 <= limit() { stack.append(second) }
          if first.1 <= limit() { stack.append(first) }
        } else {
          if first.1 <= limit() { stack.append(first) }
          if second.1 <= limit() { stack.append(second) }
        }
        continue
      }
      let start = Int(node.slots.lowerBound)
      for place in start..<start + Int(node.available) {
        var sum = SIMD4<Double>.zero
        for b in 0..<blocks {
          let difference = queries[focal * blocks + b] - points[place * blocks + b]
          sum += difference * difference
        }
        let square = sum.sum()
        if square <= limit() { body(Int(units[place]), square) }
      }
    }
  }
}
