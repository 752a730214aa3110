internal import Probability

/// A number that sums up a whole network, as reports of studies print it.
public enum NetworkSummary: Sendable, Hashable {
  /// Ties sent per actor; partners where undirected.
  case meanDegree
  /// Standard deviation of the same over actors.
  case sdDegree
  /// Ties that are returned over ties.
  case reciprocity
  /// Two-paths that are closed over two-paths.
  case transitivity
  /// Actors without any tie, as a share.
  case isolates
  /// Ties between actors of the same category over ties.
  case within(column: String, codes: [Int32])

  public var name: String {
    switch self {
    case .meanDegree: "mean-degree"
    case .sdDegree: "sd-degree"
    case .reciprocity: "reciprocity"
    case .transitivity: "transitivity"
    case .isolates: "isolates"
    case .within(let column, _): "within(\(column))"
    }
  }

  /// The values of a network, by number; a share of nothing is zero.
  static func values(_ summaries: [NetworkSummary], of network: Network) -> [Double] {
    let about = NetworkDescription(network)
    return summaries.map { summary in
      switch summary {
      case .meanDegree: about.meanDegree
      case .sdDegree: about.sdDegree
      case .reciprocity: about.reciprocity ?? 0
      case .transitivity: about.transitivity ?? 0
      case .isolates: Double(about.isolates) / Double(max(1, about.actors))
      case .within(_, let codes): Self.within(network, codes)
      }
    }
  }

  private static func within(_ network: Network, _ codes: [Int32]) -> Double {
    var (inside, all) = (0, 0)
    for ego in 0..<network.actorCount {
      all += network.degree(ego)
      for k in 0..<network.degree(ego)
      where codes[ego] >= 0 && codes[Int(network.partner(k, of: ego))] == codes[ego] {
        inside += 1
      }
    }
    return all > 0 ? Double(inside) / Double(all) : 0
  }
}
