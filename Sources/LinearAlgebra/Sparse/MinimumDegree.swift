/// An order of elimination that keeps the factor of a sparse symmetric matrix sparse: approximate minimum
/// degree on the quotient graph.
///
/// The matrix is given by its cliques, sets of rows that are all joined to each other; eliminated variables
/// become cliques ("elements") too, so there is nothing else in the graph. Variables that no clique tells
/// apart are taken as one.
///
/// Amestoy, Davis & Duff (1996), doi:10.1137/S0895479894278952.
struct MinimumDegree {
  private let size: Int
  /// Members of each element; those eliminated or merged have no weight.
  private var members: [[Int32]]
  /// Σ weight of an element's members; −1 once it is absorbed.
  private var weights: [Int]
  /// The elements of each variable.
  private var elements: [[Int32]]
  /// How many variables this one stands for; 0 once it is eliminated or merged.
  private var weight: [Int]
  /// Variables that were merged into this one.
  private var merged: [[Int32]]
  private var degree: [Int]
  private var next: [Int32]
  private var previous: [Int32]
  private var head: [Int32]
  private var lowest = 0

  /// - Parameter cliques: each without repetitions.
  static func order(size: Int, cliques: [[Int32]]) -> [Int32] {
    var search = MinimumDegree(size: size, cliques: cliques)
    return search.run()
  }

  private init(size: Int, cliques: [[Int32]]) {
    self.size = size
    members = cliques
    weights = cliques.map(\.count)
    elements = [[Int32]](repeating: [], count: size)
    for (element, clique) in cliques.enumerated() {
      for variable in clique { elements[Int(variable)].append(Int32(element)) }
    }
    weight = [Int](repeating: 1, count: size)
    merged = [[Int32]](repeating: [], count: size)
    degree = [Int](repeating: 0, count: size)
    next = [Int32](repeating: -1, count: size)
    previous = next
    head = [Int32](repeating: -1, count: size + 1)
    for variable in 0..<size {
      let sum = elements[variable].reduce(0) { $0 + weights[Int($1)] - 1 }
      degree[variable] = min(size - 1, sum)
    }
    for variable in (0..<size).reversed() { insert(variable) }
  }

  private mutating func insert(_ variable: Int) {
    let place = degree[variable]
    let old = head[place]
    next[variable] = old
    previous[variable] = -1
    if old >= 0 { previous[Int(old)] = Int32(variable) }
    head[place] = Int32(variable)
    lowest = min(lowest, place)
  }

  private mutating func remove(_ variable: Int) {
    let (before, after) = (previous[variable], next[variable])
    if before >= 0 { next[Int(before)] = after } else { head[degree[variable]] = after }
    if after >= 0 { previous[Int(after)] = before }
  }

  private mutating func run() -> [Int32] {
    var order: [Int32] = []
    order.reserveCapacity(size)
    var mark = [Int](repeating: 0, count: size)
    var stamp = 0
    // |L_e \ L_p| of elements met in this step.
    var outside = weights
    var seen = [Int](repeating: -1, count: weights.count)
    while order.count < size {
      while head[lowest] < 0 { lowest += 1 }
      let pivot = Int(head[lowest])
      remove(pivot)
      stamp += 1
      // The new element: what the pivot's elements hold, which it absorbs.
      var list: [Int32] = []
      var total = 0
      mark[pivot] = stamp
      for element in elements[pivot] {
        for member in members[Int(element)]
        where weight[Int(member)] > 0 && mark[Int(member)] != stamp {
          mark[Int(member)] = stamp
          list.append(member)
          total += weight[Int(member)]
        }
        members[Int(element)] = []
        weights[Int(element)] = -1
      }
      elements[pivot] = []
      weight[pivot] = 0
      append(pivot, to: &order)
      for variable in list {
        remove(Int(variable))
        for element in elements[Int(variable)] where weights[Int(element)] >= 0 {
          let e = Int(element)
          if seen[e] != stamp {
            seen[e] = stamp
            outside[e] = weights[e]
          }
          outside[e] -= weight[Int(variable)]
        }
      }
      let element = Int32(weights.count)
      weights.append(total)
      outside.append(0)
      seen.append(-1)
      members.append([])
      var left: [Int32] = []
      var buckets: [(hash: Int, variable: Int32)] = []
      for variable in list {
        let v = Int(variable)
        var kept: [Int32] = []
        var (sum, hash) = (0, 0)
        for other in elements[v] where weights[Int(other)] >= 0 {
          if outside[Int(other)] == 0 {
            // It lies within the new element.
            members[Int(other)] = []
            weights[Int(other)] = -1
            continue
          }
          kept.append(other)
          sum += outside[Int(other)]
          hash &+= Int(other)
        }
        kept.append(element)
        elements[v] = kept
        if kept.count == 1 {
          // Nothing else is joined to it: it can go with the pivot.
          total -= weight[v]
          weight[v] = 0
          append(v, to: &order)
          continue
        }
        degree[v] = min(degree[v] + total, total + sum)
        left.append(variable)
        buckets.append((hash, variable))
      }
      merge(&buckets)
      let remaining = size - order.count
      var members: [Int32] = []
      for variable in left where weight[Int(variable)] > 0 {
        let v = Int(variable)
        degree[v] = max(0, min(degree[v] - weight[v], remaining - weight[v]))
        insert(v)
        members.append(variable)
      }
      self.members[Int(element)] = members
      weights[Int(element)] = members.reduce(0) { $0 + weight[Int($1)] }
    }
    return order
  }

  /// Merges variables of the same elements.
  private mutating func merge(_ buckets: inout [(hash: Int, variable: Int32)]) {
    buckets.sort { ($0.hash, $0.variable) < ($1.hash, $1.variable) }
    var start = 0
    while start < buckets.count {
      var end = start + 1
      while end < buckets.count, buckets[end].hash == buckets[start].hash { end += 1 }
      for i in start..<end {
        let a = Int(buckets[i].variable)
        guard weight[a] > 0 else { continue }
        for j in (i + 1)..<max(i + 1, end) {
          let b = Int(buckets[j].variable)
          guard weight[b] > 0, elements[a] == elements[b] else { continue }
          weight[a] += weight[b]
          weight[b] = 0
          merged[a].append(Int32(b))
          elements[b] = []
        }
      }
      start = end
    }
  }

  /// A variable and all that were merged into it.
  private func append(_ variable: Int, to order: inout [Int32]) {
    var stack = [Int32(variable)]
    while let top = stack.popLast() {
      order.append(top)
      stack += merged[Int(top)]
    }
  }
}
