internal import LinearAlgebra

extension VarianceCurvature {
  /// Covariance of (θ̃, σ̃): twice the inverse of the second derivatives of −2 log likelihood. Directions
  /// without curvature, which a singular fit can have, are left out.
  var parameterCovariance: Matrix? {
    guard let eigen = try? SymmetricEigen(hessian) else { return nil }
    let floor = 1e-10 * (eigen.values.last ?? 0)
    return eigen.mapped { $0 > floor ? 2 / $0 : 0 }
  }

  /// Degrees of freedom 2v²/(∇vᵀ *A* ∇v) of a contrast with variance v(θ̃, σ̃) = σ̃² *c̃ᵀS c̃*.
  ///
  /// Satterthwaite (1946), doi:10.2307/3002019; with these derivatives as in lmerTest, Kuznetsova,
  /// Brockhoff & Christensen (2017), doi:10.18637/jss.v082.i13, but analytic.
  func satterthwaite(_ contrast: [Double]) -> Double {
    guard let spread = parameterCovariance else { return 1 }
    let own = back.transposedTimes(contrast)
    let base = dot(own, inverse * own)
    let variance = sigma * sigma * base
    var slope = derivatives.map { sigma * sigma * dot(own, $0 * own) }
    slope.append(2 * sigma * base)
    let uncertainty = dot(slope, spread * slope)
    return uncertainty > 0 ? 2 * variance * variance / uncertainty : .infinity
  }
}
