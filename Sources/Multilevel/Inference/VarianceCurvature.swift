internal import LinearAlgebra

/// What inference about variances needs, in standardised θ̃ and σ̃.
///
/// Degrees of freedom and the delta method do not change with the parametrisation, so nothing here is
/// brought back to the units of the data but the coefficients.
struct VarianceCurvature: Sendable {
  /// Second derivatives of −2 log likelihood in (θ̃, σ̃), not profiled.
  let hessian: Matrix
  let theta: [Double]
  let sigma: Double
  /// Coefficients in data units are `back` × the standardised ones plus a shift.
  let back: Matrix
  /// S = (*X̃ᵀV⁻¹X̃*)⁻¹.
  let inverse: Matrix
  /// For each parameter θ̃ₖ the derivative of *S*.
  let derivatives: [Matrix]

  init(_ problem: Problem, _ optimum: Optimum, theta: [Double], back: Matrix) {
    let value = optimum.value
    let (p, count) = (problem.coefficientCount, theta.count)
    let variance = value.residual / problem.degrees
    sigma = variance.squareRoot()
    self.theta = theta
    self.back = back
    inverse = value.inverse
    let lambda = problem.structure.triangles(theta)
    // ∂²f/∂θ∂σ with f = log|V| + d log σ² + r²/σ²: the gradient holds −(1/σ²) h hᵀ.
    var contrast = value.coefficients.map { -$0 }
    contrast.append(1)
    let c = problem.order
    var outer = [Double](repeating: 0, count: c * c)
    for i in 0..<c { for j in 0..<c { outer[i * c + j] = contrast[i] * contrast[j] } }
    var mixed: [Double] = []
    var derivatives: [Matrix] = []
    for parameter in problem.structure.parameters {
      let width = problem.plan.factors[parameter.factor].width
      let scores = optimum.gradient.scores[parameter.factor]
      let squares = problem.contract(scores, outer, width)
      let place = parameter.row * width + parameter.column
      mixed.append(
        4 / (sigma * variance)
          * problem.timesTriangle(squares, lambda[parameter.factor], width)[place])
      // dS = S Q'(dλ λᵀ + λ dλᵀ)Q S summed over levels, of which the first half is formed here.
      var inner = Matrix(rows: p, columns: p)
      for other in parameter.column..<width {
        let factor = lambda[parameter.factor][other * width + parameter.column]
        let block = (parameter.row * width + other) * c * c
        for i in 0..<p {
          for j in 0..<p { inner[i, j] += factor * scores[block + i * c + j] }
        }
      }
      derivatives.append(value.inverse * (inner + inner.transposed) * value.inverse)
    }
    for change in optimum.gradient.residual {
      mixed.append(-2 / (sigma * variance) * dot(contrast, change * contrast))
      var block = Matrix(rows: p, columns: p)
      for i in 0..<p { for j in 0..<p { block[i, j] = -change[i, j] } }
      derivatives.append(value.inverse * block * value.inverse)
    }
    self.derivatives = derivatives
    let own = 4 * problem.degrees / variance
    var hessian = Matrix(rows: count + 1, columns: count + 1)
    for i in 0..<count {
      for j in 0..<count {
        hessian[i, j] = optimum.hessian[i, j] + mixed[i] * mixed[j] / own
      }
      hessian[i, count] = mixed[i]
      hessian[count, i] = mixed[i]
    }
    hessian[count, count] = own
    self.hessian = hessian
  }
}
