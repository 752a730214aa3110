/// Points in a few dimensions, arranged so that the near ones to a place are found without looking at all.
///
/// A k-d tree with a bounding box at every node (Friedman, Bentley & Finkel 1977,
/// DOI 10.1145/355744.355745): the widest side is halved at the median until a leaf holds a few dozen points.
/// Coordinates lie in blocks of four, point after point in the order of the leaves.
struct PointTree {
  /// Coordinates of points, blocks of four filled up with zeros.
  struct Points {
    let blocks: Int
    var values: [SIMD4<Double>]

    /// - Parameter coordinates: the coordinates of each point, dimension fastest.
    init(coordinates: [Double], dimensions: Int, count: Int) {
      let blocks = max(1, (dimensions + 3) / 4)
      var values = [SIMD4<Double>](repeating: .zero, count: blocks * count)
      for point in 0..<count {
        for k in 0..<dimensions {
          values[point * blocks + k / 4][k % 4] = coordinates[point * dimensions + k]
        }
      }
      self.blocks = blocks
      self.values = values
    }

    var count: Int { values.count / blocks }

    /// Where the coordinates of a point lie in `values`.
    func range(_ point: Int) -> Range<Int> { point * blocks..<(point + 1) * blocks }
  }

  struct Node {
    let first: Int32
    let end: Int32
    /// The nodes of the two halves; the first half of an inner node follows it directly. −1 at a leaf.
    var second: Int32
  }

  /// Points of a leaf: few for searches that look at one after the other; more where the sieve goes through them.
  static let leafSize = 32
  static let sievedLeafSize = 128

  let blocks: Int
  /// The place in the caller's list of each point, in the order of the leaves.
  let order: [Int32]
  let points: [SIMD4<Double>]
  let nodes: [Node]
  /// The lower, then the upper corner of each node's box.
  let boxes: [SIMD4<Double>]
  let sieve: Sieve

  init(_ source: Points, leafSize: Int = PointTree.leafSize) {
    blocks = source.blocks
    var order = (0..<Int32(source.count)).map { $0 }
    var nodes: [Node] = []
    var boxes: [SIMD4<Double>] = []
    if !order.isEmpty {
      PointTree.build(source, &order, 0, order.count, leafSize, &nodes, &boxes)
    }
    var points: [SIMD4<Double>] = []
    points.reserveCapacity(source.values.count)
    for point in order {
      for block in 0..<source.blocks {
        points.append(source.values[Int(point) * source.blocks + block])
      }
    }
    self.order = order
    self.points = points
    self.nodes = nodes
    self.boxes = boxes
    sieve = Sieve(
      blocks: blocks, order: order, points: points, nodes: nodes, boxes: boxes)
  }

  private static func build(
    _ source: Points, _ order: inout [Int32], _ first: Int, _ end: Int, _ leafSize: Int,
    _ nodes: inout [Node], _ boxes: inout [SIMD4<Double>]
  ) {
    let blocks = source.blocks
    var low = [SIMD4<Double>](repeating: .init(repeating: .infinity), count: blocks)
    var high = [SIMD4<Double>](repeating: .init(repeating: -.infinity), count: blocks)
    for place in first..<end {
      let start = Int(order[place]) * blocks
      for block in 0..<blocks {
        let value = source.values[start + block]
        low[block] = pointwiseMin(low[block], value)
        high[block] = pointwiseMax(high[block], value)
      }
    }
    let node = nodes.count
    nodes.append(Node(first: Int32(first), end: Int32(end), second: -1))
    boxes.append(contentsOf: low)
    boxes.append(contentsOf: high)
    guard end - first > leafSize else { return }
    var widest = 0
    var width = -1.0
    for k in 0..<4 * blocks where high[k / 4][k % 4] - low[k / 4][k % 4] > width {
      width = high[k / 4][k % 4] - low[k / 4][k % 4]
      widest = k
    }
    // Nothing to divide: all points of this node are one.
    guard width > 0 else { return }
    let middle = (first + end) / 2
    source.placeMedian(&order, first, end, middle, dimension: widest)
    build(source, &order, first, middle, leafSize, &nodes, &boxes)
    nodes[node].second = Int32(nodes.count)
    build(source, &order, middle, end, leafSize, &nodes, &boxes)
  }

  /// The squared distance from `place` to the box of `node`; 0 inside.
  @inline(__always)
  static func squaredDistance(
    _ place: Span<SIMD4<Double>>, toBox node: Int, _ boxes: Span<SIMD4<Double>>, blocks: Int
  ) -> Double {
    let zero = SIMD4<Double>.zero
    var sum = zero
    let start = 2 * blocks * node
    for block in 0..<blocks {
      let value = place[block]
      // At most one of the two is above zero. (`pointwiseMax` goes through the lanes one by one.)
      let below = boxes[start + block] - value
      let above = value - boxes[start + blocks + block]
      let outside =
        below.replacing(with: zero, where: below .< zero)
        + above.replacing(with: zero, where: above .< zero)
      sum += outside * outside
    }
    return (sum[0] + sum[1]) + (sum[2] + sum[3])
  }

  @inline(__always)
  static func squaredDistance(
    _ place: Span<SIMD4<Double>>, toPoint point: Int, _ points: Span<SIMD4<Double>>, blocks: Int
  ) -> Double {
    let first = place[0] - points[point * blocks]
    var sum = first * first
    if blocks == 2 {
      let second = place[1] - points[point * 2 + 1]
      sum += second * second
    } else {
      for block in 1..<blocks {
        let difference = place[block] - points[point * blocks + block]
        sum += difference * difference
      }
    }
    return (sum[0] + sum[1]) + (sum[2] + sum[3])
  }
}

extension PointTree.Points {
  /// Puts at `middle` the point that a sort along `dimension` would put there, with no larger one before
  /// it and no smaller one after it (Hoare's selection); equal coordinates go by number.
  fileprivate func placeMedian(
    _ order: inout [Int32], _ first: Int, _ end: Int, _ middle: Int, dimension: Int
  ) {
    let block = dimension / 4
    let lane = dimension % 4
    func isLess(_ a: Int32, _ b: Int32) -> Bool {
      let x = values[Int(a) * blocks + block][lane]
      let y = values[Int(b) * blocks + block][lane]
      return x < y || (x == y && a < b)
    }
    var low = first
    var high = end - 1
    while low < high {
      let centre = (low + high) / 2
      if isLess(order[centre], order[low]) { order.swapAt(centre, low) }
      if isLess(order[high], order[low]) { order.swapAt(high, low) }
      if isLess(order[high], order[centre]) { order.swapAt(high, centre) }
      let pivot = order[centre]
      var i = low
      var j = high
      while i <= j {
        while isLess(order[i], pivot) { i += 1 }
        while isLess(pivot, order[j]) { j -= 1 }
        if i <= j {
          order.swapAt(i, j)
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
}

extension PointTree.Points {
  /// The squared distance of a point here from one of `others`.
  func squaredDistance(_ point: Int, _ others: PointTree.Points, _ other: Int) -> Double {
    PointTree.squaredDistance(
      values.span.extracting(range(point)), toPoint: other,
      others.values.span, blocks: blocks)
  }
}
