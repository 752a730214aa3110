/// The sets of actors that ties connect, whatever their direction, and the ties whose end would divide one.
public struct Components: Sendable, Hashable {
  /// The component of each actor, numbered in the order of their first actors.
  public let of: [Int]
  /// How many actors each has.
  public let sizes: [Int]
  /// Pairs whose only connection is the tie between them, the smaller actor first, ascending.
  public let bridges: [Bridge]

  /// A tie whose end would divide a component.
  public struct Bridge: Sendable, Hashable {
    public let from: Int
    public let to: Int
  }

  /// Depth first, with a stack of its own (Tarjan 1974, doi:10.1016/0020-0190(74)90003-9).
  ///
  /// - Complexity: O(*n* + ties).
  public init(_ network: Network) {
    let n = network.actorCount
    var component = [Int](repeating: -1, count: n)
    var sizes: [Int] = []
    var bridges: [Bridge] = []
    var number = [Int](repeating: 0, count: n)
    var lowest = [Int](repeating: 0, count: n)
    var next = 1
    for root in 0..<n where component[root] < 0 {
      let label = sizes.count
      sizes.append(0)
      var stack: [(actor: Int, parent: Int, next: Int)] = []
      func enter(_ actor: Int, from parent: Int) {
        component[actor] = label
        sizes[label] += 1
        number[actor] = next
        lowest[actor] = next
        next += 1
        stack.append((actor, parent, 0))
      }
      enter(root, from: -1)
      while let top = stack.last {
        let actor = top.actor
        let sent = network.degree(actor)
        let all = network.isDirected ? sent + network.inDegree(actor) : sent
        if top.next < all {
          stack[stack.count - 1].next += 1
          let other = Int(
            top.next < sent
              ? network.partner(top.next, of: actor)
              : network.sender(top.next - sent, to: actor))
          if component[other] < 0 {
            enter(other, from: actor)
          } else if other != top.parent {
            lowest[actor] = min(lowest[actor], number[other])
          }
        } else {
          stack.removeLast()
          if top.parent >= 0 {
            lowest[top.parent] = min(lowest[top.parent], lowest[actor])
            if lowest[actor] > number[top.parent] {
              bridges.append(
                Bridge(from: min(actor, top.parent), to: max(actor, top.parent)))
            }
          }
        }
      }
    }
    of = component
    self.sizes = sizes
    self.bridges = bridges.sorted { ($0.from, $0.to) < ($1.from, $1.to) }
  }
}
