internal import LinearAlgebra

/// The search where an evaluation is dear: dense matrices of thousands of connected groups.
///
/// Steps come from the average information, which needs no further factorisation, and start from moments;
/// second derivatives proper are differences of the gradient at the optimum, taken once.
extension Optimizer {
  /// A dense matrix of this many entries makes evaluations dear.
  private static let dear = 250_000

  var usesAverageInformation: Bool {
    problem.isScalar && problem.residual == nil && problem.plan.denseCount >= Self.dear
      && problem.plan.components.allSatisfy { $0.pattern == nil }
  }

  /// - Returns: `nil` where a variance goes to zero or the criterion will not fall: the general search must
  ///   decide there.
  mutating func climb() throws(EstimationError) -> Optimum? {
    var ratios = problem.momentRatios
    let unit = problem.unit * problem.unit
    var (value, gradient) = try evaluate(ratios.map { $0.squareRoot() })
    // What the traces' averages leave out, learnt from how the slope has changed along each step.
    var correction = Matrix(rows: ratios.count, columns: ratios.count)
    var last: (ratios: [Double], slope: [Double])?
    for _ in 0..<40 {
      let information = problem.averageInformation(value, work)
      let slope = zip(gradient.gradient, ratios).map { $0 / (2 * $1.squareRoot()) }
      if let last {
        correction.learn(
          step: zip(ratios, last.ratios).map { $0 - $1 },
          change: zip(slope, last.slope).map { $0 - $1 }, beside: information)
      }
      last = (ratios, slope)
      guard let factor = (try? Cholesky(information + correction)) ?? (try? Cholesky(information))
      else { return nil }
      let step = factor.solve(slope).map { -$0 }
      let decrement = -dot(step, slope)
      trace.append(
        OptimizationStep(
          criterion: value.criterion,
          largestGradient: gradient.gradient.map(abs).max() ?? 0, decrement: decrement,
          stepLength: dot(step, step).squareRoot()))
      if decrement < Self.target {
        return try settled(ratios.map { $0.squareRoot() }, value, gradient)
      }
      var scale = 1.0
      search: while true {
        // No ratio falls below a tenth or grows beyond ten times and one in a step.
        let next = zip(ratios, step).map { min(10 * $0 + unit, max(0.1 * $0, $0 + scale * $1)) }
        guard next.allSatisfy({ $0 > 1e-6 * unit }) else { return nil }
        let (nextValue, nextGradient) = try evaluate(next.map { $0.squareRoot() })
        if nextValue.criterion <= value.criterion + 1e-12 * abs(value.criterion) {
          (ratios, value, gradient) = (next, nextValue, nextGradient)
          break search
        }
        scale *= 0.3
        if scale < 0.01 { return nil }
      }
    }
    return nil
  }

  /// The optimum with its second derivatives; `nil` where they deny it.
  private mutating func settled(
    _ theta: [Double], _ value: CriterionValue, _ gradient: GradientValue
  ) throws(EstimationError) -> Optimum? {
    // Differences use the workspace up, and what it holds is wanted for the results.
    let kept = work
    let hessian = try differences(theta, from: gradient)
    guard let factor = try? Cholesky(hessian) else { return nil }
    let decrement = dot(gradient.gradient, factor.solve(gradient.gradient))
    guard decrement < Self.target else { return nil }
    return Optimum(
      theta: theta, value: value, gradient: gradient, hessian: hessian, decrement: decrement,
      trace: trace, evaluations: evaluations, work: kept)
  }
}

extension Matrix {
  /// The symmetric change of rank one after which `other` + self turns `step` into `change`
  /// (Davidon's update).
  fileprivate mutating func learn(step: [Double], change: [Double], beside other: Matrix) {
    let image = other * step
    let own = self * step
    let left = change.indices.map { change[$0] - image[$0] - own[$0] }
    let scale = dot(left, step)
    guard abs(scale) > 1e-8 * (dot(left, left) * dot(step, step)).squareRoot() else { return }
    for i in left.indices { for j in left.indices { self[i, j] += left[i] * left[j] / scale } }
  }
}
