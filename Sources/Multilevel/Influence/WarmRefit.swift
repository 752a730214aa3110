internal import LinearAlgebra

/// An optimum found from one that is near, with its curvature: a few evaluations each.
struct WarmRefit: Sendable {
  let theta: [Double]
  let value: CriterionValue
  let gradient: GradientValue
  /// Second derivatives as the search left them.
  let hessian: Matrix
}

extension WarmRefit {
  /// Quasi-Newton steps from `start` with the curvature `hessian`, updated on the way; where they do not settle at
  /// an inner optimum, the full search, which also looks at zero variances.
  init(
    _ problem: Problem, from start: [Double], _ hessian: Matrix, _ work: inout Workspace
  ) throws(EstimationError) {
    if let found = try Self.search(problem, start, hessian, &work) {
      self = found
      return
    }
    var optimizer = Optimizer(problem, threads: 1)
    let optimum = try optimizer.minimize()
    theta = optimum.theta
    value = optimum.value
    gradient = optimum.gradient
    self.hessian = optimum.hessian
  }

  private static func search(
    _ problem: Problem, _ start: [Double], _ hessian: Matrix, _ work: inout Workspace
  ) throws(EstimationError) -> WarmRefit? {
    let diagonals = problem.structure.parameters.indices.filter {
      problem.structure.parameters[$0].isDiagonal
    }
    func isInner(_ theta: [Double]) -> Bool { diagonals.allSatisfy { abs(theta[$0]) > 0.03 } }
    guard isInner(start), let inverse = positiveInverse(hessian) else { return nil }
    var (theta, hessian, inverseHessian) = (start, hessian, inverse)
    var value = try problem.evaluate(theta, &work)
    var gradient = problem.gradient(theta, value, &work)
    for _ in 0..<30 {
      let step = (inverseHessian * gradient.gradient).map { -$0 }
      let decrement = -dot(step, gradient.gradient)
      if decrement < 1e-15 {
        return isInner(theta)
          ? WarmRefit(theta: theta, value: value, gradient: gradient, hessian: hessian) : nil
      }
      let next = zip(theta, step).map { $0 + $1 }
      guard isInner(next) else { return nil }
      let trial = try problem.evaluate(next, &work)
      let slack = 1e-12 * abs(value.criterion)
      guard trial.criterion <= value.criterion + slack else { return nil }
      let trialGradient = problem.gradient(next, trial, &work)
      let change = zip(trialGradient.gradient, gradient.gradient).map { $0 - $1 }
      // Near the rounding of the gradient its change says nothing about curvature.
      if decrement > 1e-13 {
        guard let updated = updated(hessian, step, change), let inverse = positiveInverse(updated)
        else { return nil }
        (hessian, inverseHessian) = (updated, inverse)
      }
      let before = decrement
      (theta, value, gradient) = (next, trial, trialGradient)
      let after = dot(gradient.gradient, inverseHessian * gradient.gradient)
      if before < 1e-10, after >= 0.5 * before || after < 1e-13 {
        return WarmRefit(theta: theta, value: value, gradient: gradient, hessian: hessian)
      }
    }
    return nil
  }

  private static func positiveInverse(_ hessian: Matrix) -> Matrix? {
    try? Cholesky(hessian).inverse
  }

  private static func updated(_ hessian: Matrix, _ step: [Double], _ change: [Double]) -> Matrix? {
    let curvature = dot(step, change)
    let image = hessian * step
    let before = dot(step, image)
    guard curvature > 0, before > 0 else { return nil }
    var result = hessian
    for i in step.indices {
      for j in step.indices {
        result[i, j] += change[i] * change[j] / curvature - image[i] * image[j] / before
      }
    }
    return result
  }
}
