/// How many triples of actors have which of the possible sets of ties: sixteen kinds where directed, four where
/// not.
///
/// Names are those of Holland & Leinhardt: mutual, asymmetric and null pairs, then the direction, as in
/// `030T`. Undirected kinds are named by their number of ties. Batagelj & Mrvar (2001),
/// doi:10.1016/S0378-8733(01)00035-1.
///
/// - Complexity: O(ties · largest degree).
public struct TriadCensus: Sendable, Hashable {
  public let isDirected: Bool
  /// In the order of ``names(directed:)``.
  public let counts: [Double]

  public static func names(directed: Bool) -> [String] {
    directed
      ? [
        "003", "012", "102", "021D", "021U", "021C", "111D", "111U", "030T", "030C", "201", "120D",
        "120U", "120C", "210", "300",
      ] : ["0", "1", "2", "3"]
  }

  public init(_ network: Network) {
    isDirected = network.isDirected
    let n = network.actorCount
    var counts = [Double](repeating: 0, count: isDirected ? 16 : 4)
    // Neighbours in either direction, ascending.
    let neighbours = (0..<n).map { Self.neighbours($0, in: network) }
    for v in 0..<n {
      for u in neighbours[v] where u > v {
        // Third actors tied to one of the two, each met once.
        var third: [Int] = []
        Self.merge(neighbours[v], neighbours[u]) { if $0 != u && $0 != v { third.append($0) } }
        let mutual = network.isDirected && network.hasTie(v, u) && network.hasTie(u, v)
        let alone = Double(n - third.count - 2)
        counts[network.isDirected ? (mutual ? 2 : 1) : 1] += alone
        for w in third {
          let isNeighbour = Self.contains(neighbours[v], w)
          if u < w || (v < w && w < u && !isNeighbour) {
            counts[Self.kind(network, v, u, w)] += 1
          }
        }
      }
    }
    let total = Double(n) * Double(n - 1) * Double(n - 2) / 6
    counts[0] = total - counts.dropFirst().reduce(0, +)
    self.counts = counts
  }

  private static func neighbours(_ actor: Int, in network: borrowing Network) -> [Int] {
    var result: [Int] = []
    let sent = (0..<network.degree(actor)).map { Int(network.partner($0, of: actor)) }
    if !network.isDirected { return sent }
    let received = (0..<network.inDegree(actor)).map { Int(network.sender($0, to: actor)) }
    merge(sent, received) { result.append($0) }
    return result
  }

  /// Calls `body` with the members of either of two ascending lists, each once, ascending.
  private static func merge(_ a: [Int], _ b: [Int], _ body: (Int) -> Void) {
    var (i, j) = (0, 0)
    while i < a.count || j < b.count {
      let x = i < a.count ? a[i] : Int.max
      let y = j < b.count ? b[j] : Int.max
      body(min(x, y))
      if x <= y { i += 1 }
      if y <= x { j += 1 }
    }
  }

  private static func contains(_ list: [Int], _ value: Int) -> Bool {
    var (low, high) = (0, list.count)
    while low < high {
      let middle = (low + high) / 2
      if list[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low < list.count && list[low] == value
  }

  /// The position of a triple's kind among the names.
  private static func kind(_ network: borrowing Network, _ a: Int, _ b: Int, _ c: Int) -> Int {
    if !network.isDirected {
      return (network.hasTie(a, b) ? 1 : 0) + (network.hasTie(a, c) ? 1 : 0)
        + (network.hasTie(b, c) ? 1 : 0)
    }
    var code = 0
    for (bit, pair) in [(a, b), (b, a), (a, c), (c, a), (b, c), (c, b)].enumerated()
    where network.hasTie(pair.0, pair.1) { code |= 1 << bit }
    return kinds[code]
  }

  /// The kind of each of the 64 sets of ties of three actors; bits as above.
  private static let kinds: [Int] = (0..<64).map { code in
    func tie(_ bit: Int) -> Int { code >> bit & 1 }
    // Ties sent by a, b, c, and received.
    let sent = [tie(0) + tie(2), tie(1) + tie(4), tie(3) + tie(5)]
    let received = [tie(1) + tie(3), tie(0) + tie(5), tie(2) + tie(4)]
    let pairs = [tie(0) + tie(1), tie(2) + tie(3), tie(4) + tie(5)]
    let (mutual, asymmetric) = (pairs.count { $0 == 2 }, pairs.count { $0 == 1 })
    // The actor without part in the only asymmetric, or the only mutual pair, and so on, tells the direction.
    switch (mutual, asymmetric) {
    case (0, 0): return 0
    case (0, 1): return 1
    case (1, 0): return 2
    case (0, 2): return sent.contains(2) ? 3 : received.contains(2) ? 4 : 5
    // 111D: the asymmetric tie goes to the mutual pair's member; 111U: it comes from it.
    case (1, 1): return received.contains(2) ? 6 : 7
    case (0, 3): return sent.contains(2) ? 8 : 9
    case (2, 0): return 10
    case (1, 2):
      // The actor outside the mutual pair sends both, receives both, or one each.
      let outside = pairs[0] == 2 ? 2 : pairs[1] == 2 ? 1 : 0
      return sent[outside] == 2 ? 11 : received[outside] == 2 ? 12 : 13
    case (2, 1): return 14
    default: return 15
    }
  }
}
