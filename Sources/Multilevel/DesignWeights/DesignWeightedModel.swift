public import Designs
internal import LinearAlgebra

/// A nested linear mixed model whose rows, and groups, count with sampling or matching weights.
///
/// Its estimates maximise the weighted pseudo-likelihood; standard errors are a sandwich over the groups of the
/// coarsest factor, whatever the variances within. There is no restricted likelihood of it, and its
/// likelihood ratios have no known distribution.
///
/// Pfeffermann et al. (1998), doi:10.1111/1467-9868.00106; Rabe-Hesketh & Skrondal (2006),
/// doi:10.1111/j.1467-985X.2006.00426.x.
public struct DesignWeightedModel: Sendable {
  public init() {}

  /// - Parameter frame: with design weights among its ``Designs/ModelFrame/rows``.
  /// - Throws: ``EstimationError``
  /// - Complexity: one pass over the rows, then groups · columns² an evaluation.
  public func fit(_ frame: ModelFrame) throws(EstimationError) -> DesignWeightedFit {
    BLAS.useOneThread()
    guard let design = frame.rows?.design else { throw .structure(.noDesignWeights) }
    if frame.rows?.dispersion != nil || frame.rows?.serial != nil {
      throw .structure(.residualCovariance(asked: "design weights"))
    }
    let groups = try WeightedGroups(frame, design)
    let response = frame.columns[frame.response].name
    let likelihood = PseudoLikelihood(groups: groups)
    let found = try minimum(likelihood, response)
    return try DesignWeightedFit(frame, design, likelihood, found.point, decrement: found.decrement)
  }

  /// Newton's method on the profiled pseudo-likelihood, unconstrained in θ, with absolute curvatures; it
  /// leaves a zero where the curvature there is negative.
  private func minimum(
    _ likelihood: PseudoLikelihood, _ response: String
  ) throws(EstimationError) -> (point: PseudoLikelihood.Point, decrement: Double) {
    let parameters = likelihood.groups.structure.parameters
    var theta = parameters.map { $0.isDiagonal ? 0.5 : 0 }
    var (point, value, gradient) = try likelihood.profile(theta, response: response)
    var decrement = Double.infinity
    for _ in 0..<100 {
      let eigen = try curvature(likelihood, theta, response)
      let largest = eigen.values.map(abs).max() ?? 0
      let projected = eigen.vectors.transposedTimes(gradient)
      var step = [Double](repeating: 0, count: theta.count)
      decrement = 0
      for (k, curvature) in eigen.values.enumerated() {
        let size = max(abs(curvature), 1e-9 * largest, 1e-12)
        decrement += projected[k] * projected[k] / size
        for i in step.indices { step[i] -= eigen.vectors[i, k] * projected[k] / size }
      }
      var slope = dot(step, gradient)
      if decrement < 1e-13 {
        guard (eigen.values.first ?? 0) < -1e-6 * max(1e-3, largest) else { break }
        for i in step.indices { step[i] = 0.1 * eigen.vectors[i, 0] }
        slope = 0
      }
      var length = 1.0
      let room = 1 + (theta.map(abs).max() ?? 0)
      let longest = step.map(abs).max() ?? 0
      if longest > room { length = room / longest }
      var isMoved = false
      for _ in 0..<30 {
        let next = zip(theta, step).map { $0 + length * $1 }
        if let trial = try? likelihood.profile(next, response: response),
          trial.value <= value + 1e-4 * length * slope + 1e-13 * abs(value)
        {
          isMoved = trial.value < value || decrement > 1e-12
          theta = next
          (point, value, gradient) = trial
          break
        }
        length *= 0.4
      }
      if !isMoved { break }
    }
    guard decrement < 1e-8 else { throw .noConvergence(decrement: decrement, evaluations: 100) }
    return (point, decrement)
  }

  private func curvature(
    _ likelihood: PseudoLikelihood, _ theta: [Double], _ response: String
  ) throws(EstimationError) -> SymmetricEigen {
    var hessian = Matrix(rows: theta.count, columns: theta.count)
    for k in theta.indices {
      let h = 1e-4 * max(0.1, abs(theta[k]))
      var (up, down) = (theta, theta)
      up[k] += h
      down[k] -= h
      let (above, below) = (
        try likelihood.profile(up, response: response).gradient,
        try likelihood.profile(down, response: response).gradient
      )
      for i in theta.indices {
        let half = (above[i] - below[i]) / (4 * h)
        hessian[i, k] += half
        hessian[k, i] += half
      }
    }
    do throws(FactorizationError) { return try SymmetricEigen(hessian) } catch {
      throw .noConvergence(decrement: .infinity, evaluations: 0)
    }
  }
}
