/// A lower bound of the sum of squares of any division into families of at least *m* schools, whether or not they
/// keep apart.
///
/// Lagrangian duality: if numbers *u_i* are such that every set *f* of *m* or more schools has
/// SSE(*f*) ≥ Σ_{i in f} *u_i*, then every division has at least Σ *u_i*. Since SSE(*f*) is the least over *c* of
/// Σ |*x_i* − *c*|², this asks that for **every point** *c* of space
///
///   h(*c*) = the sum of the *m* smallest |*x_i* − *c*|² − *u_i* ≥ 0.
///
/// h(*c*) − *m* |*c*|² is concave (a least of linear functions), so on a box with half-diagonal *r*
/// h ≥ (least of h at its corners) − *m* *r*². Starting from the schools' shares in a division that was found, boxes are
/// halved until they are proved or small; where h falls short, the *u* of the schools it is about are lowered, which
/// makes no proved box wrong.
///
/// With more than five covariates, or where it is larger, the bound from nearest neighbours is taken: a school in a
/// family of *m* or more brings at least half of the mean squared distance to its *m* − 1 nearest schools that it
/// may share a family with, times (*m* − 1)/*m*.
struct FamilyBound {
  private let problem: FamilyProblem
  private let p: Int
  private let size: Int
  private var prices: [Double]
  private let tree: FamilyTree
  /// How far below zero h may still be somewhere: each family can be so much below its prices.
  private var deficit = 0.0

  /// - Parameter shares: of each school in the objective of a division.
  static func bound(_ problem: FamilyProblem, shares: [Double]) -> Double {
    let near = nearest(problem)
    guard problem.dimensions <= 5 else { return near }
    var bound = FamilyBound(problem, shares: shares)
    bound.prove()
    let proved =
      bound.prices.reduce(0, +) - bound.deficit * Double(problem.familyCount)
    // Rounding of either side is far below this.
    return max(near, proved) * (1 - 1e-9)
  }

  private init(_ problem: FamilyProblem, shares: [Double]) {
    self.problem = problem
    p = problem.dimensions
    size = problem.sizes.lowerBound
    prices = shares
    tree = FamilyTree(problem)
  }

  /// The smallest box is one whose loss *m* *r*² is so much of a mean family's sum of squares.
  private var tolerance: Double {
    switch p {
    case 1: 0.002
    case 2: 0.01
    case 3: 0.08
    case 4: 0.3
    default: 0.6
    }
  }

  private mutating func prove() {
    let total = prices.reduce(0, +)
    guard total > 0 else { return }
    let least = tolerance * total / Double(problem.familyCount)
    var low = [Double](repeating: .infinity, count: p)
    var high = [Double](repeating: -.infinity, count: p)
    for school in 0..<problem.count {
      for k in 0..<p {
        low[k] = min(low[k], problem.features[school * p + k])
        high[k] = max(high[k], problem.features[school * p + k])
      }
    }
    // The mean of a family lies among its schools, so no other point needs proof.
    var pending: [(low: [Double], high: [Double])] = [(low, high)]
    var search = FamilyTree.Search(count: size)
    var bounds = tree.bounds(prices)
    var sinceRefresh = 0
    while let box = pending.popLast() {
      var squared = 0.0
      var widest = 0
      for k in 0..<p {
        let half = (box.high[k] - box.low[k]) / 2
        squared += half * half
        if box.high[k] - box.low[k] > box.high[widest] - box.low[widest] { widest = k }
      }
      let loss = Double(size) * squared
      var value = lowest(box, bounds, &search, isLast: loss <= least) - loss
      if value >= 0 { continue }
      if loss > least {
        let middle = (box.low[widest] + box.high[widest]) / 2
        var (first, second) = (box, box)
        first.high[widest] = middle
        second.low[widest] = middle
        pending.append(second)
        pending.append(first)
        continue
      }
      // Small and not proved: lower the prices of all schools that its corners are about.
      for _ in 0..<60 where value < 0 {
        let cut = -value / Double(size)
        for school in search.seen.sorted() { prices[Int(school)] -= cut }
        sinceRefresh += 1
        value = lowest(box, bounds, &search, isLast: true) - loss
      }
      deficit = max(deficit, -value)
      if sinceRefresh > 2000 {
        bounds = tree.bounds(prices)
        sinceRefresh = 0
      }
    }
  }

  /// The least of h at the box's corners. The prices in `bounds` may be higher than those in force, never lower.
  private func lowest(
    _ box: (low: [Double], high: [Double]), _ bounds: [Double], _ search: inout FamilyTree.Search,
    isLast: Bool
  ) -> Double {
    var least = Double.infinity
    var corner = box.low
    search.seen.removeAll(keepingCapacity: true)
    for bits in 0..<(1 << p) {
      for k in 0..<p { corner[k] = bits >> k & 1 == 0 ? box.low[k] : box.high[k] }
      least = min(least, tree.smallest(corner, prices, bounds, &search))
      if isLast { for item in search.items { search.seen.insert(item.school) } }
    }
    return least
  }

  /// Σ_i of half the sum over the *m* − 1 nearest allowed schools of |*x_i* − *x_j*|², over *m*.
  private static func nearest(_ problem: FamilyProblem) -> Double {
    let (p, size) = (problem.dimensions, problem.sizes.lowerBound)
    let tree = FamilyTree(problem)
    let free = [Double](repeating: 0, count: problem.count)
    let bounds = tree.bounds(free)
    var search = FamilyTree.Search(count: size - 1)
    var sum = 0.0
    for school in 0..<problem.count {
      let place = Array(problem.features[(school * p)..<((school + 1) * p)])
      let distances = tree.smallest(place, free, bounds, &search) { other in
        other == school || problem.separates(school, other)
      }
      if search.items.count == size - 1 { sum += distances / 2 / Double(size) }
    }
    return sum
  }
}

/// A k-d tree over schools' covariates, for the *m* smallest |*x_i* − *c*|² − *u_i*.
struct FamilyTree {
  private let problem: FamilyProblem
  private let p: Int
  private let order: [Int32]
  /// Of each node: its range of `order`, and its children; a leaf has none.
  private let nodes: [(start: Int, end: Int, left: Int, right: Int)]
  /// Of each node its box, low and high.
  private let boxes: [Double]

  /// Room for one search.
  struct Search {
    let count: Int
    /// Ascending.
    var items: [(value: Double, school: Int32)] = []
    var seen: Set<Int32> = []

    init(count: Int) { self.count = count }
  }

  init(_ problem: FamilyProblem) {
    self.problem = problem
    p = problem.dimensions
    let p = p
    var order = (0..<problem.count).map(Int32.init)
    var nodes: [(start: Int, end: Int, left: Int, right: Int)] = []
    var boxes: [Double] = []
    func build(_ start: Int, _ end: Int) -> Int {
      var low = [Double](repeating: .infinity, count: p)
      var high = [Double](repeating: -.infinity, count: p)
      for place in start..<end {
        for k in 0..<p {
          let x = problem.features[Int(order[place]) * p + k]
          low[k] = min(low[k], x)
          high[k] = max(high[k], x)
        }
      }
      let node = nodes.count
      nodes.append((start, end, -1, -1))
      boxes += low + high
      guard end - start > 12 else { return node }
      let axis = (0..<p).max { high[$0] - low[$0] < high[$1] - low[$1] } ?? 0
      order[start..<end].sort {
        let (a, b) = (
          problem.features[Int($0) * p + axis], problem.features[Int($1) * p + axis]
        )
        return a == b ? $0 < $1 : a < b
      }
      let middle = (start + end) / 2
      let left = build(start, middle)
      nodes[node].left = left
      nodes[node].right = build(middle, end)
      return node
    }
    _ = build(0, problem.count)
    self.order = order
    self.nodes = nodes
    self.boxes = boxes
  }

  /// The largest price below each node.
  func bounds(_ prices: [Double]) -> [Double] {
    nodes.map { node in
      (node.start..<node.end).reduce(-Double.infinity) { max($0, prices[Int(order[$1])]) }
    }
  }

  /// The sum of the smallest values, which are left in `search`.
  func smallest(
    _ place: [Double], _ prices: [Double], _ bounds: [Double], _ search: inout Search,
    except: (Int) -> Bool = { _ in false }
  ) -> Double {
    search.items.removeAll(keepingCapacity: true)
    visit(0, place, prices, bounds, &search, except)
    return search.items.reduce(0) { $0 + $1.value }
  }

  private func distance(_ node: Int, _ place: [Double]) -> Double {
    var sum = 0.0
    for k in 0..<p {
      let d = max(
        0, max(boxes[2 * p * node + k] - place[k], place[k] - boxes[2 * p * node + p + k]))
      sum += d * d
    }
    return sum
  }

  private func visit(
    _ node: Int, _ place: [Double], _ prices: [Double], _ bounds: [Double],
    _ search: inout Search, _ except: (Int) -> Bool
  ) {
    let (start, end, left, right) = nodes[node]
    guard left >= 0 else {
      for position in start..<end {
        let school = order[position]
        var value = -prices[Int(school)]
        for k in 0..<p {
          let d = problem.features[Int(school) * p + k] - place[k]
          value += d * d
        }
        if search.items.count == search.count, let last = search.items.last, value >= last.value {
          continue
        }
        if except(Int(school)) { continue }
        var k = search.items.count
        while k > 0, search.items[k - 1].value > value { k -= 1 }
        search.items.insert((value, school), at: k)
        if search.items.count > search.count { search.items.removeLast() }
      }
      return
    }
    let (a, b) = (distance(left, place) - bounds[left], distance(right, place) - bounds[right])
    for (child, least) in a <= b ? [(left, a), (right, b)] : [(right, b), (left, a)] {
      if search.items.count == search.count, let last = search.items.last, least >= last.value {
        continue
      }
      visit(child, place, prices, bounds, &search, except)
    }
  }
}
