/// As many pairs as can be had, then the fewest broken wishes, then the least total distance: a minimum-cost
/// flow from units that ask, through the asked, through nested categories, to a sink.
///
/// A category of the asked admits as many as the asking have in it; each more costs its level's penalty. That
/// is refined covariate balance (Pimentel, Kelz, Silber & Rosenbaum 2015, DOI 10.1080/01621459.2014.997879),
/// and with one level fine balance (Rosenbaum 1989, DOI 10.1080/01621459.1989.10478868). Successive shortest
/// paths with potentials (Ahuja, Magnanti & Orlin 1993, section 9.7): every path is the cheapest there is, so
/// the flow is the cheapest of its size at every step, and the potentials prove it.
///
/// - Complexity: O(F · n · m) for F pairs, n asking and m asked; memory n · m.
struct BalancedPairs {
  /// Nested categories of the asked, from the coarsest level to the finest.
  struct Level: Sendable {
    /// The category of each asked unit at this level.
    let category: [Int]
    /// How many each category admits without penalty.
    let capacity: [Int]
    /// What each more costs.
    let penalty: Int
  }

  struct Solution {
    let pairs: [(asking: Int, asked: Int)]
    let total: RankedCost
    /// The bound that the potentials give on the cost of every flow of the same size.
    let bound: RankedCost
    /// Whether every other choice of as many pairs costs more.
    let isUnique: Bool
  }

  let askingCount: Int
  let askedCount: Int
  /// What each asking unit pays for its first, its second and so on; as many as it may have. Ascending.
  let copies: [Int]
  /// The most pairs that are wanted.
  let most: Int
  let levels: [Level]
  /// asking × asked by rows; an infinite distance for a pair that is not allowed.
  private let costs: [RankedCost]
  /// The first category node of each level.
  private let firstNode: [Int]
  private let sink: Int

  /// - Parameter cost: of a pair, `nil` where it is not allowed; none below zero.
  init(
    asking: Int, asked: Int, copies: [Int] = [0], most: Int = .max, levels: [Level] = [],
    cost: (_ asking: Int, _ asked: Int) -> RankedCost?
  ) {
    askingCount = asking
    askedCount = asked
    self.copies = copies
    self.most = most
    self.levels = levels
    var costs: [RankedCost] = []
    costs.reserveCapacity(asking * asked)
    for i in 0..<asking { for j in 0..<asked { costs.append(cost(i, j) ?? .infinite) } }
    self.costs = costs
    var next = asking + asked
    var first: [Int] = []
    for level in levels {
      first.append(next)
      next += level.capacity.count
    }
    firstNode = first
    sink = next
  }

  func solve() -> Solution {
    var flow = Flow(self)
    var pairs = 0
    while pairs < most, flow.augment() { pairs += 1 }
    return flow.solution
  }

  /// A flow as it grows.
  private struct Flow {
    let problem: BalancedPairs
    /// Who asked for each asked unit, −1 for nobody.
    var partner: [Int]
    var count: [Int]
    /// What flows through each category.
    var through: [[Int]]
    var potential: [RankedCost]
    /// For each finer category its category a level up; the members of the finest.
    let parents: [[Int]]
    let children: [[[Int]]]
    let members: [[Int]]

    init(_ problem: BalancedPairs) {
      self.problem = problem
      partner = [Int](repeating: -1, count: problem.askedCount)
      count = [Int](repeating: 0, count: problem.askingCount)
      through = problem.levels.map { [Int](repeating: 0, count: $0.capacity.count) }
      potential = [RankedCost](repeating: .zero, count: problem.sink + 1)
      var parents: [[Int]] = []
      var children: [[[Int]]] = []
      for (position, level) in problem.levels.enumerated() {
        var up = [Int](repeating: 0, count: level.capacity.count)
        if position > 0 {
          let coarser = problem.levels[position - 1]
          var down = [[Int]](repeating: [], count: coarser.capacity.count)
          var isKnown = [Bool](repeating: false, count: level.capacity.count)
          for unit in level.category.indices where !isKnown[level.category[unit]] {
            isKnown[level.category[unit]] = true
            up[level.category[unit]] = coarser.category[unit]
            down[coarser.category[unit]].append(level.category[unit])
          }
          children.append(down)
        }
        parents.append(up)
      }
      self.parents = parents
      self.children = children
      var members = [[Int]](repeating: [], count: problem.levels.last?.capacity.count ?? 0)
      if let finest = problem.levels.last {
        for (unit, category) in finest.category.enumerated() { members[category].append(unit) }
      }
      self.members = members
    }

    /// What one more unit through a category costs, and one less saves.
    private func step(_ level: Int, _ category: Int) -> (more: RankedCost, less: RankedCost?) {
      let (capacity, penalty) = (
        problem.levels[level].capacity[category], problem.levels[level].penalty
      )
      let flow = through[level][category]
      let more = RankedCost(penalty: flow < capacity ? 0 : penalty, distance: 0)
      let less =
        flow > 0 ? RankedCost(penalty: flow > capacity ? -penalty : 0, distance: 0) : nil
      return (more, less)
    }

    /// Finds the cheapest path from any unit that may ask for more and sends one unit along it.
    mutating func augment() -> Bool {
      let (n, m, sink) = (problem.askingCount, problem.askedCount, problem.sink)
      var distance = [RankedCost](repeating: .infinite, count: sink + 1)
      var previous = [Int](repeating: -1, count: sink + 1)
      var isSettled = [Bool](repeating: false, count: sink + 1)
      var queue = BinaryHeap<QueuedNode>()
      for i in 0..<n where count[i] < problem.copies.count {
        distance[i] = RankedCost(penalty: problem.copies[count[i]], distance: 0) - potential[i]
        queue.insert(QueuedNode(cost: distance[i], node: i))
      }
      func relax(_ from: Int, _ to: Int, _ cost: RankedCost) {
        guard !isSettled[to] else { return }
        var reduced = cost + potential[from] - potential[to]
        // Rounding may take a reduced cost of zero a little below it.
        if reduced.penalty == 0, reduced.distance < 0 { reduced.distance = 0 }
        let through = distance[from] + reduced
        if through < distance[to] {
          distance[to] = through
          previous[to] = from
          queue.insert(QueuedNode(cost: through, node: to))
        }
      }
      while let next = queue.popLeast() {
        let node = next.node
        guard !isSettled[node] else { continue }
        isSettled[node] = true
        if node == sink { break }
        if node < n {
          for j in 0..<m where partner[j] != node {
            let cost = problem.costs[node * m + j]
            if cost.distance.isFinite { relax(node, n + j, cost) }
          }
        } else if node < n + m {
          let j = node - n
          if partner[j] >= 0 {
            relax(node, partner[j], -problem.costs[partner[j] * m + j])
          } else if let finest = problem.levels.last {
            relax(node, (problem.firstNode.last ?? sink) + finest.category[j], .zero)
          } else {
            relax(node, sink, .zero)
          }
        } else {
          let level = problem.firstNode.lastIndex { $0 <= node } ?? 0
          let category = node - problem.firstNode[level]
          let up =
            level == 0 ? sink : problem.firstNode[level - 1] + parents[level][category]
          relax(node, up, step(level, category).more)
          if level + 1 < problem.levels.count {
            for child in children[level][category] {
              if let less = step(level + 1, child).less {
                relax(node, problem.firstNode[level + 1] + child, less)
              }
            }
          } else {
            for j in members[category] where partner[j] >= 0 { relax(node, n + j, .zero) }
          }
        }
      }
      guard isSettled[sink] else { return false }
      for node in 0...sink {
        potential[node] =
          potential[node]
          + (isSettled[node] && distance[node] < distance[sink]
            ? distance[node] : distance[sink])
      }
      send(along: previous)
      return true
    }

    private mutating func send(along previous: [Int]) {
      let n = problem.askingCount
      let asked = n..<(n + problem.askedCount)
      var node = problem.sink
      while previous[node] >= 0 {
        let from = previous[node]
        if from < n {
          partner[node - n] = from
        } else if !asked.contains(from) {
          let level = problem.firstNode.lastIndex { $0 <= from } ?? 0
          if asked.contains(node) {
            // The category gives up an asked unit, to whose partner the path goes on.
            partner[node - n] = -1
          } else if node == problem.sink || node < problem.firstNode[level] {
            through[level][from - problem.firstNode[level]] += 1
          } else {
            through[level + 1][node - problem.firstNode[level + 1]] -= 1
          }
        }
        // From an asked unit to its partner: whoever comes before on the path takes it over.
        node = from
      }
      count[node] += 1
    }

    var solution: Solution {
      let m = problem.askedCount
      var pairs: [(asking: Int, asked: Int)] = []
      var total = RankedCost.zero
      for (j, i) in partner.enumerated() where i >= 0 {
        pairs.append((i, j))
        total = total + problem.costs[i * m + j]
      }
      for times in count { for copy in 0..<times { total.penalty += problem.copies[copy] } }
      for (level, flows) in zip(problem.levels, through) {
        for (flow, capacity) in zip(flows, level.capacity) {
          total.penalty += level.penalty * max(0, flow - capacity)
        }
      }
      pairs.sort { ($0.asking, $0.asked) < ($1.asking, $1.asked) }
      return Solution(
        pairs: pairs, total: total, bound: bound(flow: pairs.count), isUnique: isOnly)
    }

    /// Whether no pair lies on a cycle of steps that cost nothing.
    private var isOnly: Bool {
      let (n, m, sink) = (problem.askingCount, problem.askedCount, problem.sink)
      let source = sink + 1
      var longest = 0.0
      for (j, i) in partner.enumerated() where i >= 0 {
        longest = max(longest, problem.costs[i * m + j].distance)
      }
      let tolerance = 1e-9 * longest
      var steps = StepGraph(nodes: source + 1)
      func isFree(_ from: RankedCost, _ to: RankedCost, _ cost: RankedCost) -> Bool {
        let reduced = cost + from - to
        return reduced.penalty == 0 && abs(reduced.distance) <= tolerance
      }
      for i in 0..<n {
        for (copy, penalty) in problem.copies.enumerated()
        where isFree(.zero, potential[i], RankedCost(penalty: penalty, distance: 0)) {
          if copy < count[i] { steps.join(i, source) } else { steps.join(source, i) }
        }
      }
      var links: [(Int, Int)] = []
      for i in 0..<n {
        for j in 0..<m where problem.costs[i * m + j].distance.isFinite {
          guard isFree(potential[i], potential[n + j], problem.costs[i * m + j]) else { continue }
          let link = partner[j] == i ? (n + j, i) : (i, n + j)
          steps.join(link.0, link.1)
          links.append(link)
        }
      }
      for j in 0..<m {
        let next =
          problem.levels.last.map { (problem.firstNode.last ?? sink) + $0.category[j] } ?? sink
        guard isFree(potential[n + j], potential[next], .zero) else { continue }
        if partner[j] >= 0 { steps.join(next, n + j) } else { steps.join(n + j, next) }
      }
      for (position, level) in problem.levels.enumerated() {
        for (category, capacity) in level.capacity.enumerated() {
          let here = problem.firstNode[position] + category
          let up =
            position == 0
            ? sink : problem.firstNode[position - 1] + parents[position][category]
          let flow = through[position][category]
          if isFree(potential[here], potential[up], .zero) {
            if flow < capacity { steps.join(here, up) }
            if flow > 0, capacity > 0 { steps.join(up, here) }
          }
          if isFree(potential[here], potential[up], RankedCost(penalty: level.penalty, distance: 0))
          {
            if flow >= capacity { steps.join(here, up) }
            if flow > capacity { steps.join(up, here) }
          }
        }
      }
      let component = steps.components
      return !links.contains { component[$0.0] == component[$0.1] }
    }

    /// F · (π(sink) − π(source)) + Σ capacity · min(0, reduced cost), over all arcs, with a source of potential
    /// zero.
    private func bound(flow: Int) -> RankedCost {
      let (n, m, sink) = (problem.askingCount, problem.askedCount, problem.sink)
      var bound = RankedCost.zero
      func add(_ times: Int, _ cost: RankedCost) {
        bound.penalty += times * cost.penalty
        bound.distance += Double(times) * cost.distance
      }
      func addArc(_ from: RankedCost, _ to: RankedCost, _ cost: RankedCost, capacity: Int) {
        let reduced = cost + from - to
        if reduced < .zero { add(capacity, reduced) }
      }
      add(flow, potential[sink])
      for i in 0..<n {
        for penalty in problem.copies {
          addArc(
            .zero, potential[i], RankedCost(penalty: penalty, distance: 0), capacity: 1)
        }
      }
      for i in 0..<n {
        for j in 0..<m where problem.costs[i * m + j].distance.isFinite {
          addArc(potential[i], potential[n + j], problem.costs[i * m + j], capacity: 1)
        }
      }
      for j in 0..<m {
        let next =
          problem.levels.last.map { (problem.firstNode.last ?? sink) + $0.category[j] } ?? sink
        addArc(potential[n + j], potential[next], .zero, capacity: 1)
      }
      for (position, level) in problem.levels.enumerated() {
        for (category, capacity) in level.capacity.enumerated() {
          let up =
            position == 0
            ? sink : problem.firstNode[position - 1] + parents[position][category]
          let here = potential[problem.firstNode[position] + category]
          addArc(here, potential[up], .zero, capacity: capacity)
          addArc(
            here, potential[up], RankedCost(penalty: level.penalty, distance: 0), capacity: flow)
        }
      }
      return bound
    }
  }
}

private struct QueuedNode: Comparable {
  let cost: RankedCost
  let node: Int

  static func == (a: Self, b: Self) -> Bool { a.cost == b.cost && a.node == b.node }

  static func < (a: Self, b: Self) -> Bool {
    a.cost == b.cost ? a.node < b.node : a.cost < b.cost
  }
}
