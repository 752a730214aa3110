internal import LinearAlgebra

/// The fixed part on the frame's scale, with its covariance: the thresholds of ordered categories first,
/// then the coefficients in the order of the formula.
struct FixedEstimates {
  let names: [String]
  let values: [Double]
  /// (thresholds + coefficients)², in the deviance's own units: twice the inverse Hessian.
  let covariance: Matrix
  let thresholdCount: Int
  /// The standardised coefficients and their variances, intercept included.
  let standardised: [Double]
  let deviations: [Double]
  /// d(thresholds, coefficients) / d(b, α)
  let jacobian: Matrix

  /// - Parameters:
  ///   - parameters: (θ, b, α) at the optimum.
  ///   - metric: the inverse Hessian there.
  init(
    _ parameters: [Double], metric: Matrix, observations: GeneralisedObservations,
    kernel: ResponseKernel
  ) {
    let first = observations.terms.thetaCount
    let p = observations.fixedCount
    let transform = observations.standardisation.transform
    let block = Array(first..<parameters.count)
    let inner = 2 * metric.selecting(rows: block, columns: block)
    let b = Array(parameters[first..<first + p])
    standardised = b
    deviations = Array(inner.diagonal[..<p])
    let beta = transform * b
    let all = observations.standardisation.names
    guard case .cumulative(let kernel) = kernel,
      let intercept = observations.standardisation.intercept
    else {
      names = all
      values = beta
      covariance = (transform * inner).timesTransposed(transform)
      thresholdCount = 0
      jacobian = transform
      return
    }
    // τₖ = δₖ − intercept, for an intercept column of ones.
    let unit = 1 / transform[intercept, intercept]
    let cutpoints = kernel.cutpoints
    let others = (0..<p).filter { $0 != intercept }
    var jacobian = Matrix(rows: cutpoints.count + others.count, columns: block.count)
    for k in cutpoints.indices {
      for j in 0..<p { jacobian[k, j] = -unit * transform[intercept, j] }
      for gap in 0..<k { jacobian[k, p + gap] = cutpoints[gap + 1] - cutpoints[gap] }
    }
    for (row, other) in others.enumerated() {
      for j in 0..<p { jacobian[cutpoints.count + row, j] = transform[other, j] }
    }
    let categories = observations.categories
    names =
      cutpoints.indices.map { "\(categories[$0])|\(categories[$0 + 1])" } + others.map { all[$0] }
    values = cutpoints.map { $0 - unit * beta[intercept] } + others.map { beta[$0] }
    covariance = (jacobian * inner).timesTransposed(jacobian)
    thresholdCount = cutpoints.count
    self.jacobian = jacobian
  }

  /// The covariance of (θ, values) from that of (θ, b, α).
  func joint(_ own: Matrix, thetaCount: Int) -> Matrix {
    let n = thetaCount + values.count
    var whole = Matrix(rows: n, columns: own.rows)
    for k in 0..<thetaCount { whole[k, k] = 1 }
    for j in 0..<jacobian.columns {
      for i in 0..<jacobian.rows { whole[thetaCount + i, thetaCount + j] = jacobian[i, j] }
    }
    return (whole * own).timesTransposed(whole)
  }
}
