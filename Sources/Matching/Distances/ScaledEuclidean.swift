internal import LinearAlgebra
internal import Probability

/// √Σ((x − y)/s)² with s the standard deviation within arms, divisor n − 2: covariates count the same and
/// their correlation is left alone. Factors as in ``Mahalanobis``.
public struct ScaledEuclidean: MatchingDistance, Hashable {
  public init() {}

  public func embed(_ units: MatchingUnits) throws(MatchingError) -> Embedding {
    let features = try DistanceFeatures(units)
    let scales = features.withinArmsCovariance.diagonal
    var coordinates = features.values.transposed
    for k in 0..<coordinates.rows {
      let scale = scales[k] > 0 ? scales[k].squareRoot() : 1
      for i in 0..<coordinates.columns { coordinates[k, i] = tenDigits(coordinates[k, i] / scale) }
    }
    return Embedding(coordinates: coordinates, diagnostics: features.diagnostics)
  }
}
