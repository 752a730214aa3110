internal import LinearAlgebra

/// How the conditional modes follow the parameters, and so how uncertain they are beside their conditional
/// variances.
///
/// Var(b̂ − b) ≈ Var(b | y, ψ̂) + J V Jᵀ with ψ = (θ, β), J = ∂b̂/∂ψ by central differences of a hundredth of
/// a standard error, and V the covariance of ψ̂ (Booth & Hobert 1998, doi:10.1080/01621459.1998.10474121;
/// Skaug & Fournier 2006, doi:10.1016/j.csda.2006.03.005).
struct RandomEffectSpread: Sendable {
  /// For each factor what the parameters add to its effects' variances, levels × columns of its block.
  let added: [[Double]]

  /// - Parameter covariance: V, in the deviance's own parameters.
  init(_ deviance: any MarginalDeviance, at point: [Double], covariance: Matrix) {
    let own = deviance.observations.terms.factors
    var added = own.map { [Double](repeating: 0, count: $0.levels.count * $0.columns) }
    var slopes: [[[Double]]] = []
    var used: [Int] = []
    for k in point.indices where covariance[k, k] > 0 {
      let step = 0.01 * covariance[k, k].squareRoot()
      func modes(_ sign: Double) -> [FactorModes] {
        var moved = point
        moved[k] += sign * step
        var other = deviance
        _ = other.evaluate(moved)
        return other.conditionalModes(moved)
      }
      let (above, below) = (modes(1), modes(-1))
      guard above.count == own.count, below.count == own.count else { continue }
      slopes.append(
        zip(above, below).map { pair in
          zip(pair.0.modes, pair.1.modes).map { ($0 - $1) / (2 * step) }
        })
      used.append(k)
    }
    for f in own.indices {
      for e in added[f].indices {
        var sum = 0.0
        for (i, first) in used.enumerated() {
          for (j, second) in used.enumerated() {
            sum += slopes[i][f][e] * covariance[first, second] * slopes[j][f][e]
          }
        }
        added[f][e] = max(sum, 0)
      }
    }
    self.added = added
  }
}
