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
    // How the first and the second actor of a pair are tied to each other actor: 1 sent, 2 received.
    var (first, second) = ([UInt8](repeating: 0, count: n), [UInt8](repeating: 0, count: n))
    let kinds = isDirected ? Self.kinds : Self.undirectedKinds
    for v in 0..<n {
      Self.mark(v, in: network, &first)
      for u in neighbours[v] where u > v {
        Self.mark(u, in: network, &second)
        let pair = Int(first[u])
        // Third actors tied to one of the two, each met once.
        var third = 0
        for w in neighbours[v] where w != u {
          third += 1
          if u < w { counts[kinds[pair | Int(first[w]) << 2 | Int(second[w]) << 4]] += 1 }
        }
        for w in neighbours[u] where w != v && first[w] == 0 {
          third += 1
          if v < w { counts[kinds[pair | Int(second[w]) << 4]] += 1 }
        }
        counts[kinds[pair]] += Double(n - third - 2)
        for w in neighbours[u] { second[w] = 0 }
      }
      for u in neighbours[v] { first[u] = 0 }
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

  private static func mark(_ actor: Int, in network: borrowing Network, _ marks: inout [UInt8]) {
    for k in 0..<network.degree(actor) { marks[Int(network.partner(k, of: actor))] |= 1 }
    guard network.isDirected else { return }
    for k in 0..<network.inDegree(actor) { marks[Int(network.sender(k, to: actor))] |= 2 }
  }

  /// The kind of each of the 64 sets of ties of three actors *a*, *b*, *c*, as a position among the names: bits are the ties
  /// *ab*, *ba*, *ac*, *ca*, *bc*, *cb*, the lowest first.
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

  /// The same where only ties sent are marked.
  private static let undirectedKinds: [Int] = (0..<64).map { ($0 & 0b10101).nonzeroBitCount }
}
