/// How often each actor lies on shortest paths between others: Σ_s≠v≠t σ_st(v) / σ_st, over unordered pairs where
/// undirected.
///
/// Brandes (2001), doi:10.1080/0022250X.2001.9990249.
public struct Betweenness: Sendable, Hashable {
  /// One an actor.
  public let values: [Double]

  /// - Complexity: O(*n* · ties) time, O(*n* + ties) memory.
  public init(_ network: Network) {
    let n = network.actorCount
    var values = [Double](repeating: 0, count: n)
    var distance = [Int](repeating: -1, count: n)
    var paths = [Double](repeating: 0, count: n)
    var share = [Double](repeating: 0, count: n)
    for source in 0..<n {
      for k in 0..<n {
        distance[k] = -1
        paths[k] = 0
        share[k] = 0
      }
      distance[source] = 0
      paths[source] = 1
      var queue = [source]
      var head = 0
      while head < queue.count {
        let actor = queue[head]
        head += 1
        for k in 0..<network.degree(actor) {
          let other = Int(network.partner(k, of: actor))
          if distance[other] < 0 {
            distance[other] = distance[actor] + 1
            queue.append(other)
          }
          if distance[other] == distance[actor] + 1 { paths[other] += paths[actor] }
        }
      }
      for actor in queue.reversed() {
        for k in 0..<network.degree(actor) {
          let other = Int(network.partner(k, of: actor))
          if distance[other] == distance[actor] + 1 {
            share[actor] += paths[actor] / paths[other] * (1 + share[other])
          }
        }
        if actor != source { values[actor] += share[actor] }
      }
    }
    self.values = network.isDirected ? values : values.map { $0 / 2 }
  }
}
