internal import LinearAlgebra
internal import Probability

/// The criterion at one θ, and what it is made of (standardised columns, units of σ²).
struct CriterionValue: Sendable {
  /// −2 log likelihood (ML) or −2 log restricted likelihood, in the data's units.
  let criterion: Double
  /// *GᵀV⁻¹G*.
  let products: Matrix
  /// (*XᵀV⁻¹X*)⁻¹.
  let inverse: Matrix
  let coefficients: [Double]
  /// *yᵀV⁻¹y* − *bᵀXᵀV⁻¹y*.
  let residual: Double
}

/// The gradient and the sums it comes from.
struct GradientValue: Sendable {
  let gradient: [Double]
  let sums: LevelSums
  /// For each factor Σ over its levels of *N_v*ᵢ ⊗ *N_v*ⱼ: c × c for each pair (i, j) of its effects,
  /// where *N_v* = *Z_vᵀV⁻¹G*.
  let scores: [[Double]]
  /// ∂*GᵀV⁻¹G* in each parameter of the residual covariance.
  var residual: [Matrix] = []
}

/// The profiled criterion and its analytic gradient on the scale of *V*, exact at singular θ:
/// ∂/∂λ_t = 2 D_t λ_t with D_t = Σ (*K_jj* − (d/r²) *h_j h_jᵀ* − [REML] *Q_j S Q_jᵀ*).
///
/// Bates et al. (2015), doi:10.18637/jss.v067.i01, for the profiling; the gradient avoids λ⁻¹.
extension Problem {
  func evaluate(
    _ theta: [Double], _ work: inout Workspace
  ) throws(EstimationError) -> CriterionValue {
    if residual != nil { return try fixed(at: theta).evaluate(theta, &work) }
    let lambda = structure.triangles(theta)
    let p = coefficientCount
    let products: Matrix
    let fixed: Cholesky
    do throws(FactorizationError) {
      products = try eliminate(lambda, &work)
      let indices = Array(0..<p)
      fixed = try Cholesky(products.selecting(rows: indices, columns: indices))
    } catch {
      throw .noConvergence(decrement: .infinity, evaluations: 0)
    }
    let right = (0..<p).map { products[$0, p] }
    let coefficients = fixed.solve(right)
    var residual = products[p, p]
    for j in 0..<p { residual -= coefficients[j] * right[j] }
    guard residual > 1e-14 * self.products.gram[p * order + p] else {
      throw .noResidualVariance(response: responseName)
    }
    let d = degrees
    var criterion =
      work.logDeterminant + d * (1 + PortableMath.log(2 * Double.pi * residual / d)) + constant
    if self.criterion == .reml { criterion += fixed.logDeterminant }
    return CriterionValue(
      criterion: criterion, products: products, inverse: fixed.inverse, coefficients: coefficients,
      residual: residual)
  }

  /// What undoes the scaling of columns and counts the weights.
  private var constant: Double {
    var result = 2 * degrees * PortableMath.log(abs(standard.response.scale)) - products.logWeights
    if criterion == .reml {
      for column in standard.fixed.dropLast() {
        result += 2 * PortableMath.log(abs(column.scale))
      }
    }
    return result
  }

  /// The gradient at the θ just evaluated on `work`, which it uses up.
  func gradient(
    _ theta: [Double], _ value: CriterionValue, _ work: inout Workspace
  ) -> GradientValue {
    if let residual { return gradient(residual, theta, value, &work) }
    let lambda = structure.triangles(theta)
    let sums = sweepBack(lambda, &work)
    let scores = scoreProducts(&work)
    let weight = scoreWeight(value, residualWeight: degrees / value.residual)
    let outer = plan.factors.indices.map { contract(scores[$0], weight, plan.factors[$0].width) }
    var gradient: [Double] = []
    for parameter in structure.parameters {
      let width = plan.factors[parameter.factor].width
      let times = timesTriangle(outer[parameter.factor], lambda[parameter.factor], width)
      let place = parameter.row * width + parameter.column
      gradient.append(2 * (sums.innerTimesLambda[parameter.factor][place] - times[place]))
    }
    return GradientValue(gradient: gradient, sums: sums, scores: scores)
  }

  /// Ω with Σ N Ω Nᵀ = w Σ h hᵀ + [REML] Σ Q S Qᵀ, c × c.
  func scoreWeight(_ value: CriterionValue, residualWeight: Double) -> [Double] {
    let (c, p) = (order, coefficientCount)
    var contrast = value.coefficients.map { -$0 }
    contrast.append(1)
    var weight = [Double](repeating: 0, count: c * c)
    for i in 0..<c {
      for j in 0..<c {
        weight[i * c + j] = residualWeight * contrast[i] * contrast[j]
        if criterion == .reml, i < p, j < p { weight[i * c + j] += value.inverse[i, j] }
      }
    }
    return weight
  }

  /// Σ N Ω Nᵀ from the factor's score products.
  func contract(_ scores: [Double], _ weight: [Double], _ width: Int) -> [Double] {
    let square = order * order
    return (0..<width * width).map { pair in
      var sum = 0.0
      for k in 0..<square { sum += scores[pair * square + k] * weight[k] }
      return sum
    }
  }

  private func scoreProducts(_ work: inout Workspace) -> [[Double]] {
    let c = order
    let scores = work.score
    return plan.factors.map { factor in
      let width = factor.width
      let first = Int(plan.panelRow[factor.firstNode]) * c
      // The panel of one level is c × width, so all pairs of effects come from one product of panels of
      // c · width rows.
      let side = c * width
      var gram = [Double](repeating: 0, count: side * side)
      var span = gram.mutableSpan
      Panels.addGram(
        scores.span.extracting(first..<first + factor.levelCount * side), stride: side,
        order: side, count: factor.levelCount, to: &span)
      var result = [Double](repeating: 0, count: width * width * c * c)
      for a in 0..<width {
        for b in 0..<width {
          for i in 0..<c {
            for j in 0..<c {
              let (x, y) = (a * c + i, b * c + j)
              result[(a * width + b) * c * c + i * c + j] =
                gram[min(x, y) * side + max(x, y)]
            }
          }
        }
      }
      return result
    }
  }
}
