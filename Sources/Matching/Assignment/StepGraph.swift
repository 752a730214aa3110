/// A directed graph, for finding what can be reached from what and back.
struct StepGraph {
  private let nodes: Int
  private var sources: [Int32] = []
  private var targets: [Int32] = []

  init(nodes: Int) { self.nodes = nodes }

  mutating func join(_ from: Int, _ to: Int) {
    sources.append(Int32(truncatingIfNeeded: from))
    targets.append(Int32(truncatingIfNeeded: to))
  }

  /// The strongly connected component of each node (Tarjan 1972, DOI 10.1137/0201010), without recursion.
  var components: [Int32] {
    var first = [Int](repeating: 0, count: nodes + 1)
    for source in sources { first[Int(source) + 1] += 1 }
    for node in 0..<nodes { first[node + 1] += first[node] }
    var place = first
    var ordered = [Int32](repeating: 0, count: targets.count)
    for arc in sources.indices {
      ordered[place[Int(sources[arc])]] = targets[arc]
      place[Int(sources[arc])] += 1
    }
    var next = Array(first.dropLast())
    var number = [Int32](repeating: -1, count: nodes)
    var low = number
    var component = number
    var isOpen = [Bool](repeating: false, count: nodes)
    var open: [Int] = []
    var path: [Int] = []
    var count: Int32 = 0
    var found: Int32 = 0
    for start in 0..<nodes where number[start] < 0 {
      path.append(start)
      while let node = path.last {
        if number[node] < 0 {
          number[node] = count
          low[node] = count
          count += 1
          open.append(node)
          isOpen[node] = true
        }
        var isDone = true
        while next[node] < first[node + 1] {
          let target = Int(ordered[next[node]])
          if number[target] < 0 {
            path.append(target)
            isDone = false
            break
          }
          if isOpen[target] { low[node] = min(low[node], low[target]) }
          next[node] += 1
        }
        guard isDone else { continue }
        path.removeLast()
        guard low[node] == number[node] else { continue }
        while let member = open.popLast() {
          isOpen[member] = false
          component[member] = found
          if member == node { break }
        }
        found += 1
      }
    }
    return component
  }
}
