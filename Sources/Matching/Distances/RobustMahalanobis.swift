internal import LinearAlgebra

/// The Mahalanobis distance of ranks, with the covariance of the ranks rescaled so that tied covariates
/// vary as much as untied ones: long tails and rare binary covariates do not take over (Rosenbaum 2010,
/// Design of Observational Studies, section 8.3, DOI 10.1007/978-1-4419-1213-8).
public struct RobustMahalanobis: MatchingDistance, Hashable {
  public init() {}

  public func embed(_ units: MatchingUnits) throws(MatchingError) -> Embedding {
    let features = try DistanceFeatures(units)
    let n = features.values.rows
    var ranks = Matrix(rows: n, columns: features.values.columns)
    for j in 0..<ranks.columns {
      let column = averageRanks(features.values.column(j))
      for i in 0..<n { ranks[i, j] = column[i] - Double(n + 1) / 2 }
    }
    var covariance = (1 / max(1, Double(n - 1))) * ranks.crossProduct
    let untied = Double(n) * Double(n + 1) / 12
    let factors = covariance.diagonal.map { $0 > 0 ? (untied / $0).squareRoot() : 1 }
    for j in 0..<ranks.columns {
      for i in 0..<ranks.columns { covariance[i, j] *= factors[i] * factors[j] }
    }
    return whitened(
      ranks, covariance: covariance, expectedRank: features.expectedRank,
      diagnostics: features.diagnostics)
  }
}

/// Ranks from one; tied values share the mean of theirs.
func averageRanks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start
    while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
    for position in start...end { ranks[order[position]] = Double(start + end) / 2 + 1 }
    start = end + 1
  }
  return ranks
}
