/// The cheapest circulation in a network, by the simplex method on spanning trees, over costs that are
/// compared part by part (``RankedCost``).
///
/// Every node hangs on a hub by a dear arc of its own, so that the empty circulation is a feasible start; arcs
/// may be added after a solution, which then is the start of the next. Of the arcs that could give way the
/// last one along the cycle does, which keeps the trees strongly feasible, so that the method ends (Cunningham
/// 1976, DOI 10.1007/BF01580659; Ahuja, Magnanti & Orlin 1993, Network Flows, chapter 11).
///
/// - Complexity: a step looks at about √(arcs) arcs and renews the prices of one subtree.
struct NetworkSimplex {
  struct Arc {
    let from: Int32
    let to: Int32
    let capacity: Int32
    fileprivate(set) var flow: Int32 = 0
    /// 1 without flow, −1 at capacity, 0 in the tree.
    fileprivate var state: Int8 = 1
    let cost: RankedCost
  }

  private struct Node {
    var parent: Int32 = -1
    /// The arc to the parent, and whether it points there.
    var arc: Int32 = -1
    var isUp = true
    var depth: Int32 = 0
    var firstChild: Int32 = -1
    var next: Int32 = -1
    var previous: Int32 = -1
    var price = RankedCost.zero
  }

  private(set) var arcs: [Arc] = []
  private var nodes: [Node]
  private let hub: Int32
  private var position = 0
  private var stack: [Int32] = []
  /// Distances below this are rounding.
  private var tolerance = 0.0

  /// - Parameters:
  ///   - nodes: their number; the last one is the hub.
  ///   - dear: the cost of the arcs that nothing ever flows through, beyond every cycle's.
  init(nodes count: Int, dear: Int) {
    hub = Int32(truncatingIfNeeded: count - 1)
    nodes = [Node](repeating: Node(), count: count)
    for node in 0..<count - 1 {
      addArc(
        from: node, to: count - 1, capacity: Int(Int32.max / 2),
        cost: RankedCost(penalty: dear, distance: 0))
      arcs[node].state = 0
      nodes[node].arc = Int32(truncatingIfNeeded: node)
      nodes[node].price = RankedCost(penalty: -dear, distance: 0)
      nodes[node].depth = 1
      attach(Int32(truncatingIfNeeded: node), to: hub)
    }
  }

  var hubNode: Int { Int(hub) }

  func price(_ node: Int) -> RankedCost { nodes[node].price }

  mutating func addArc(from: Int, to: Int, capacity: Int, cost: RankedCost) {
    arcs.append(
      Arc(
        from: Int32(truncatingIfNeeded: from), to: Int32(truncatingIfNeeded: to),
        capacity: Int32(truncatingIfNeeded: capacity), cost: cost))
    tolerance = max(tolerance, abs(cost.distance) * 1e-13)
  }

  /// What an arc costs beyond the prices of its ends: at least zero where nothing flows, at most zero where it
  /// is full.
  func reducedCost(_ arc: Int) -> RankedCost {
    let here = arcs[arc]
    return here.cost + nodes[Int(here.from)].price - nodes[Int(here.to)].price
  }

  mutating func solve() {
    while let (arc, next) = entering(from: position) {
      position = next
      pivot(arc)
    }
  }

  private mutating func attach(_ node: Int32, to parent: Int32) {
    let first = nodes[Int(parent)].firstChild
    nodes[Int(node)].parent = parent
    nodes[Int(node)].previous = -1
    nodes[Int(node)].next = first
    if first >= 0 { nodes[Int(first)].previous = node }
    nodes[Int(parent)].firstChild = node
  }

  private mutating func detach(_ node: Int32) {
    let here = nodes[Int(node)]
    if here.previous >= 0 {
      nodes[Int(here.previous)].next = here.next
    } else {
      nodes[Int(here.parent)].firstChild = here.next
    }
    if here.next >= 0 { nodes[Int(here.next)].previous = here.previous }
  }

  /// The arc of a block whose flow, changed, saves most, and where the next block begins; `nil` where none
  /// saves anything.
  private func entering(from start: Int) -> (arc: Int, next: Int)? {
    let count = arcs.count
    let block = max(64, Int(Double(count).squareRoot()))
    var best = RankedCost.zero
    var chosen = -1
    var left = block
    let arcs = arcs.span
    let nodes = nodes.span
    var place = start < count ? start : 0
    for _ in 0..<count {
      let arc = arcs[place]
      if arc.state != 0 {
        let a = nodes[Int(arc.from)].price
        let b = nodes[Int(arc.to)].price
        var penalty = arc.cost.penalty + a.penalty - b.penalty
        var distance = arc.cost.distance + a.distance - b.distance
        if arc.state < 0 {
          penalty = -penalty
          distance = -distance
        }
        if penalty < best.penalty
          || penalty == best.penalty && distance < best.distance - (chosen < 0 ? tolerance : 0)
        {
          // Costs of another penalty compare afresh.
          best = RankedCost(penalty: penalty, distance: distance)
          chosen = place
        }
      }
      place += 1
      if place == count { place = 0 }
      left -= 1
      if left == 0 {
        if chosen >= 0 { break }
        left = block
      }
    }
    return chosen >= 0 ? (chosen, place) : nil
  }

  private mutating func pivot(_ entering: Int) {
    let arc = arcs[entering]
    let isForward = arc.state > 0
    let first = isForward ? arc.from : arc.to
    let second = isForward ? arc.to : arc.from
    var (a, b) = (first, second)
    while a != b {
      if nodes[Int(a)].depth >= nodes[Int(b)].depth {
        a = nodes[Int(a)].parent
      } else {
        b = nodes[Int(b)].parent
      }
    }
    let join = a
    var delta = arc.capacity
    var leaving: Int32 = -1
    var isOnFirst = false
    var node = first
    while node != join {
      let here = nodes[Int(node)]
      let tree = arcs[Int(here.arc)]
      let room = here.isUp ? tree.flow : tree.capacity - tree.flow
      if room < delta {
        delta = room
        leaving = node
        isOnFirst = true
      }
      node = here.parent
    }
    node = second
    while node != join {
      let here = nodes[Int(node)]
      let tree = arcs[Int(here.arc)]
      let room = here.isUp ? tree.capacity - tree.flow : tree.flow
      if room <= delta {
        delta = room
        leaving = node
        isOnFirst = false
      }
      node = here.parent
    }
    if delta > 0 {
      arcs[entering].flow += isForward ? delta : -delta
      node = first
      while node != join {
        let here = nodes[Int(node)]
        arcs[Int(here.arc)].flow += here.isUp ? -delta : delta
        node = here.parent
      }
      node = second
      while node != join {
        let here = nodes[Int(node)]
        arcs[Int(here.arc)].flow += here.isUp ? delta : -delta
        node = here.parent
      }
    }
    guard leaving >= 0 else {
      arcs[entering].state = -arcs[entering].state
      return
    }
    let gone = Int(nodes[Int(leaving)].arc)
    arcs[gone].state = arcs[gone].flow == 0 ? 1 : -1
    arcs[entering].state = 0
    hang(isOnFirst ? first : second, on: isOnFirst ? second : first, by: entering, until: leaving)
  }

  /// Turns the path from `start` up to `top`, which has lost its arc, and hangs it by `start` on `parent`.
  private mutating func hang(_ start: Int32, on parent: Int32, by arc: Int, until top: Int32) {
    var node = start
    var newParent = parent
    var newArc = Int32(truncatingIfNeeded: arc)
    while true {
      let oldParent = nodes[Int(node)].parent
      let oldArc = nodes[Int(node)].arc
      detach(node)
      attach(node, to: newParent)
      nodes[Int(node)].arc = newArc
      nodes[Int(node)].isUp = arcs[Int(newArc)].from == node
      if node == top { break }
      newParent = node
      newArc = oldArc
      node = oldParent
    }
    stack.removeAll(keepingCapacity: true)
    stack.append(start)
    while let here = stack.popLast() {
      let own = nodes[Int(here)]
      let above = nodes[Int(own.parent)]
      let cost = arcs[Int(own.arc)].cost
      nodes[Int(here)].price = own.isUp ? above.price - cost : above.price + cost
      nodes[Int(here)].depth = above.depth + 1
      var child = own.firstChild
      while child >= 0 {
        stack.append(child)
        child = nodes[Int(child)].next
      }
    }
  }
}
