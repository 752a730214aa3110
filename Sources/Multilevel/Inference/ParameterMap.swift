internal import LinearAlgebra

/// The way from a point of the criterion to estimates in the units of the data, for many refits of one model.
struct ParameterMap: Sendable {
  private let problem: Problem
  private let back: Matrix
  private let shift: [Double]
  /// In the order of the fit's terms.
  private let means: [[Double]]
  private let groups: [String]
  let factors: [String]

  init(_ fit: LinearMixedModelFit) {
    problem = fit.problem
    (back, shift) = fit.problem.standard.wayBack
    means = fit.terms.map(\.means)
    groups = fit.terms.map(\.group)
    factors = fit.factors.map(\.name)
  }

  /// Estimates of one refit.
  struct Estimates: Sendable {
    let coefficients: [Double]
    let sigma: Double
    /// Standard deviations of the terms' effects, then their correlations, term after term; NaN for the
    /// correlation with an effect that does not vary.
    let deviations: [[Double]]
    let correlations: [[Double]]
    /// For each factor the variance between its groups at mean covariates.
    let between: [Double]

    var totalVariance: Double { between.reduce(sigma * sigma, +) }
    /// Of each factor and of the residual.
    var shares: [Double] { (between + [sigma * sigma]).map { $0 / totalVariance } }
  }

  func estimates(_ theta: [Double], _ value: CriterionValue) -> Estimates {
    let scale = problem.standard.response.scale
    let variance = scale * scale * value.residual / problem.degrees
    var deviations: [[Double]] = []
    var correlations: [[Double]] = []
    var between = [Double](repeating: 0, count: factors.count)
    let triangles = problem.structure.triangles(theta)
    var position = 0
    for (index, factor) in problem.structure.factors.enumerated() {
      let lower = lowerTriangle(
        solving: problem.standard.transforms[index], triangles[index], width: factor.width)
      for term in factor.terms {
        let rows = (0..<term.width).map { i in
          (0..<term.width).map { lower[(term.offset + i) * factor.width + term.offset + $0] }
        }
        let own = rows.map { (variance * dot($0, $0)).squareRoot() }
        deviations.append(own)
        var pairs: [Double] = []
        for i in rows.indices {
          for j in 0..<i {
            let product = variance * dot(rows[i], rows[j])
            pairs.append(
              own[i] > 0 && own[j] > 0 ? max(-1, min(1, product / (own[i] * own[j]))) : .nan)
          }
        }
        correlations.append(pairs)
        for column in 0..<term.width {
          let sum = rows.indices.reduce(0) { $0 + means[position][$1] * rows[$1][column] }
          between[index] += variance * sum * sum
        }
        position += 1
      }
    }
    return Estimates(
      coefficients: zip(back * value.coefficients, shift).map { $0 + $1 },
      sigma: variance.squareRoot(), deviations: deviations, correlations: correlations,
      between: between)
  }
}
