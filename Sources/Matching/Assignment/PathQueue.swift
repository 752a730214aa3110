/// A binary heap of costs with what they belong to; the least cost first, among equals the lower number.
struct PathQueue {
  private var costs: [Double] = []
  private var entries: [Int32] = []

  mutating func removeAll() {
    costs.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
  }

  mutating func insert(_ cost: Double, _ entry: Int32) {
    costs.append(cost)
    entries.append(entry)
    var child = costs.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard cost < costs[parent] || (cost == costs[parent] && entry < entries[parent]) else {
        break
      }
      costs[child] = costs[parent]
      entries[child] = entries[parent]
      child = parent
    }
    costs[child] = cost
    entries[child] = entry
  }

  mutating func popLeast() -> (cost: Double, entry: Int32)? {
    guard let leastCost = costs.first, let leastEntry = entries.first,
      let cost = costs.popLast(), let entry = entries.popLast()
    else { return nil }
    let count = costs.count
    guard count > 0 else { return (leastCost, leastEntry) }
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < count else { break }
      let sibling = child + 1
      if sibling < count,
        costs[sibling] < costs[child]
          || (costs[sibling] == costs[child] && entries[sibling] < entries[child])
      {
        child = sibling
      }
      guard costs[child] < cost || (costs[child] == cost && entries[child] < entry) else { break }
      costs[parent] = costs[child]
      entries[parent] = entries[child]
      parent = child
    }
    costs[parent] = cost
    entries[parent] = entry
    return (leastCost, leastEntry)
  }
}
