/// An observed network in a few numbers.
///
/// Wasserman & Faust (1994), Social Network Analysis; Newman (2003), doi:10.1103/PhysRevE.67.026126 for
/// assortativity.
public struct NetworkDescription: Sendable, Hashable {
  public let actors: Int
  /// Unordered pairs where undirected.
  public let ties: Int
  /// Ties over possible ties.
  public let density: Double
  /// Ties sent per actor; partners where undirected.
  public let meanDegree: Double
  /// Standard deviation of the same over actors.
  public let sdDegree: Double
  /// Ties that are returned over ties; `nil` where undirected or without ties.
  public let reciprocity: Double?
  /// Two-paths *i* → *h* → *j* with *i* → *j*, over two-paths with *i* ≠ *j*; `nil` where there are none.
  public let transitivity: Double?
  /// Actors without any tie.
  public let isolates: Int
  /// Sets of actors connected by ties, whatever their direction; an isolate is one.
  public let components: Int
  public let largestComponent: Int
  /// The correlation of degrees over the two ends of ties: of the sender's outdegree and the receiver's
  /// indegree where directed; `nil` where degrees do not vary.
  public let degreeAssortativity: Double?

  public init(_ network: Network) {
    let n = network.actorCount
    actors = n
    ties = network.tieCount
    let ordered = Double(network.tieCount) * (network.isDirected ? 1 : 2)
    density = n > 1 ? ordered / Double(n * (n - 1)) : 0
    let degrees = (0..<n).map { Double(network.degree($0)) }
    let mean = n > 0 ? ordered / Double(n) : 0
    meanDegree = mean
    sdDegree =
      (degrees.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, n - 1))).squareRoot()
    let (returned, whole) = (Reciprocity(), network.isDirected && network.tieCount > 0)
    reciprocity = whole ? returned.statistic(of: network) / ordered : nil
    var (paths, closed) = (0, 0)
    var (own, other): ([Double], [Double]) = ([], [])
    for i in 0..<n {
      for k in 0..<network.degree(i) {
        let j = Int(network.partner(k, of: i))
        closed += network.twoPaths(from: i, to: j)
        paths += network.degree(j) - (network.hasTie(j, i) ? 1 : 0)
        own.append(Double(network.degree(i)))
        other.append(Double(network.inDegree(j)))
      }
    }
    transitivity = paths > 0 ? Double(closed) / Double(paths) : nil
    isolates = (0..<n).count { network.degree($0) + network.inDegree($0) == 0 }
    let parts = Components(network)
    components = parts.sizes.count
    largestComponent = parts.sizes.max() ?? 0
    degreeAssortativity = correlation(own, other)
  }
}

/// Pearson's correlation; `nil` where one of the two does not vary.
func correlation(_ a: [Double], _ b: [Double]) -> Double? {
  let n = Double(a.count)
  guard n > 1 else { return nil }
  let (meanA, meanB) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
  var (ab, aa, bb) = (0.0, 0.0, 0.0)
  for (x, y) in zip(a, b) {
    ab += (x - meanA) * (y - meanB)
    aa += (x - meanA) * (x - meanA)
    bb += (y - meanB) * (y - meanB)
  }
  guard aa > 1e-12 * n, bb > 1e-12 * n else { return nil }
  return ab / (aa * bb).squareRoot()
}

extension Network {
  /// Ties of both networks over ties of either (Jaccard); 1 where neither has any.
  public func jaccard(_ other: Network) -> Double {
    let different = distance(to: other)
    let either = (tieCount + other.tieCount + different) / 2
    return either == 0 ? 1 : Double(either - different) / Double(either)
  }
}
