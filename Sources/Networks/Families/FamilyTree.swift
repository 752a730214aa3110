/// A k-d tree over schools' covariates, for the *m* smallest |*x_i* − *c*|² − *u_i*, at most one of each of the
/// ``FamilyCliques``.
struct FamilyTree {
  private let p: Int
  /// Schools in the order of the leaves; found places are positions here.
  let order: [Int32]
  /// Their covariates, in the same order.
  let places: [Double]
  /// *u*, in the same order.
  private(set) var prices: [Double]
  /// The set of each school, in the same order; empty where no two schools must keep apart.
  private let cliques: [Int32]
  private let nodes: [Node]
  /// Of each node its box, low and high.
  private let boxes: [Double]
  /// The largest price below each node, or more.
  private var highest: [Double]

  private struct Node {
    let start: Int32
    let end: Int32
    /// −1 in a leaf.
    var left: Int32 = -1
    var right: Int32 = -1
  }

  /// Room for one search, and what it found.
  struct Search {
    /// Ascending.
    fileprivate(set) var values: [Double]
    /// Positions in ``FamilyTree/order``.
    fileprivate(set) var found: [Int32]
    /// Their sets.
    fileprivate var cliques: [Int32]
    fileprivate var pending: [(node: Int32, least: Double)] = []

    init(count: Int) {
      values = [Double](repeating: .infinity, count: count)
      found = [Int32](repeating: 0, count: count)
      cliques = [Int32](repeating: -1, count: count)
    }
  }

  /// - Parameter features: n × p.
  init(_ features: [Double], dimensions p: Int, keepingApart sets: FamilyCliques? = nil) {
    self.p = p
    let count = features.count / p
    var order = (0..<count).map(Int32.init)
    var nodes: [Node] = []
    var boxes: [Double] = []
    func build(_ start: Int, _ end: Int) -> Int {
      var low = [Double](repeating: .infinity, count: p)
      var high = [Double](repeating: -.infinity, count: p)
      for place in start..<end {
        for k in 0..<p {
          let x = features[Int(order[place]) * p + k]
          low[k] = min(low[k], x)
          high[k] = max(high[k], x)
        }
      }
      let node = nodes.count
      nodes.append(Node(start: Int32(start), end: Int32(end)))
      boxes += low + high
      guard end - start > 8 else { return node }
      let axis = (0..<p).max { high[$0] - low[$0] < high[$1] - low[$1] } ?? 0
      order[start..<end].sort {
        let (a, b) = (features[Int($0) * p + axis], features[Int($1) * p + axis])
        return a == b ? $0 < $1 : a < b
      }
      let middle = (start + end) / 2
      nodes[node].left = Int32(build(start, middle))
      nodes[node].right = Int32(build(middle, end))
      return node
    }
    _ = build(0, count)
    self.order = order
    self.nodes = nodes
    self.boxes = boxes
    cliques = sets.map { sets in order.map { sets.cliqueOf[Int($0)] } } ?? []
    places = order.flatMap { school in (0..<p).map { features[Int(school) * p + $0] } }
    prices = [Double](repeating: 0, count: count)
    highest = [Double](repeating: 0, count: nodes.count)
  }

  /// Takes the price of every school.
  mutating func set(_ new: [Double]) {
    for k in order.indices { prices[k] = new[Int(order[k])] }
    for position in nodes.indices.reversed() {
      let node = nodes[position]
      if node.left >= 0 {
        highest[position] = max(highest[Int(node.left)], highest[Int(node.right)])
      } else {
        highest[position] = (node.start..<node.end).reduce(-.infinity) {
          max($0, prices[Int($1)])
        }
      }
    }
  }

  /// Lowers the price at a position of ``order``; searches stay right.
  mutating func lower(_ position: Int, by amount: Double) { prices[position] -= amount }

  /// The sum of the smallest values at a place; which they are is left in `search`.
  func smallest(_ place: [Double], _ search: inout Search) -> Double {
    let last = search.values.count - 1
    for k in search.values.indices {
      search.values[k] = .infinity
      search.cliques[k] = -1
    }
    search.pending.removeAll(keepingCapacity: true)
    search.pending.append((0, least(0, place)))
    while let top = search.pending.popLast() {
      if top.least >= search.values[last] { continue }
      let node = nodes[Int(top.node)]
      if node.left >= 0 {
        let (a, b) = (least(Int(node.left), place), least(Int(node.right), place))
        if a <= b {
          search.pending.append((node.right, b))
          search.pending.append((node.left, a))
        } else {
          search.pending.append((node.left, a))
          search.pending.append((node.right, b))
        }
        continue
      }
      for position in Int(node.start)..<Int(node.end) {
        var value = -prices[position]
        for k in 0..<p {
          let d = places[position * p + k] - place[k]
          value += d * d
        }
        if value >= search.values[last] { continue }
        var at = last
        if !cliques.isEmpty, cliques[position] >= 0,
          let known = search.cliques.firstIndex(of: cliques[position])
        {
          // One of its set is there: the better of the two stays.
          if search.values[known] <= value { continue }
          at = known
        }
        while at > 0, search.values[at - 1] > value {
          search.values[at] = search.values[at - 1]
          search.found[at] = search.found[at - 1]
          search.cliques[at] = search.cliques[at - 1]
          at -= 1
        }
        search.values[at] = value
        search.found[at] = Int32(position)
        search.cliques[at] = cliques.isEmpty ? -1 : cliques[position]
      }
    }
    var sum = 0.0
    for value in search.values { sum += value }
    return sum
  }

  /// No school below the node has a smaller value.
  @inline(__always)
  private func least(_ node: Int, _ place: [Double]) -> Double {
    var sum = -highest[node]
    for k in 0..<p {
      let d = max(
        0, max(boxes[2 * p * node + k] - place[k], place[k] - boxes[2 * p * node + p + k]))
      sum += d * d
    }
    return sum
  }
}
