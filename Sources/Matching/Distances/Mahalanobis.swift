internal import LinearAlgebra
internal import Probability
internal import Tables

/// √((x − y)ᵀ S⁻¹ (x − y)) with S the covariance within arms, divisor n − 2 (Rubin 1980,
/// DOI 10.2307/2529981).
///
/// A factor enters as the full set of its 0/1 columns over √2, so that two different levels are as far
/// apart as 0 and 1. Where S is singular its generalised inverse is used, which for such sets changes
/// nothing; a diagnostic says so where more than that is missing.
public struct Mahalanobis: MatchingDistance, Hashable {
  public init() {}

  public func embed(_ units: MatchingUnits) throws(MatchingError) -> Embedding {
    let features = try DistanceFeatures(units)
    let spread = features.withinArmsCovariance
    let scales = spread.diagonal.map { $0 > 0 ? $0.squareRoot() : 1 }
    var x = features.values
    var correlation = spread
    for j in 0..<x.columns {
      for i in 0..<x.rows { x[i, j] /= scales[j] }
      for i in 0..<x.columns { correlation[i, j] /= scales[i] * scales[j] }
    }
    return whitened(
      x, covariance: correlation, expectedRank: features.expectedRank,
      diagnostics: features.diagnostics)
  }
}

/// Coordinates in which Euclidean distance is √(dᵀ S⁺ d): x V Λ^−½ over the positive eigenvalues of S.
func whitened(
  _ x: Matrix, covariance: Matrix, expectedRank: Int, diagnostics: [Diagnostic]
) -> Embedding {
  guard let eigen = try? SymmetricEigen(covariance) else {
    return Embedding(coordinates: x.transposed, diagnostics: diagnostics)
  }
  let floor = 1e-9 * (eigen.values.max() ?? 0)
  let used = eigen.values.indices.filter { eigen.values[$0] > floor }
  var axes = Matrix(rows: x.columns, columns: used.count)
  for (k, axis) in used.enumerated() {
    // An eigenvector's sign is the library's whim: its largest entry is made positive.
    let column = eigen.vectors.column(axis)
    let largest = column.max { abs($0) < abs($1) } ?? 1
    let scale = (largest < 0 ? -1 : 1) / eigen.values[axis].squareRoot()
    for j in 0..<x.columns { axes[j, k] = column[j] * scale }
  }
  var coordinates = axes.transposedTimes(x.transposed)
  for i in coordinates.elements.indices {
    coordinates.elements[i] = tenDigits(coordinates.elements[i])
  }
  var diagnostics = diagnostics
  if used.count < expectedRank {
    diagnostics.append(
      Diagnostic(
        .warning, code: "singular-covariance",
        "the covariance of the covariates has rank \(used.count) of \(expectedRank): its generalised "
          + "inverse is used, so directions in which the arms do not vary count for nothing"))
  }
  return Embedding(coordinates: coordinates, diagnostics: diagnostics)
}
