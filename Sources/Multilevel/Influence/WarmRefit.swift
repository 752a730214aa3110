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
    let parameters = problem.structure.parameters
    // A column of λ that is zero stays so while the rest moves: the criterion is even in it. Whether zero is still its
    // best place is looked at in the end.
    let zeros = parameters.indices.filter { k in
      start[k] == 0 && parameters[k].isDiagonal
        && !parameters.indices.contains {
          $0 != k && parameters[$0].factor == parameters[k].factor
            && parameters[$0].column == parameters[k].column
        }
    }
    let diagonals = parameters.indices.filter { parameters[$0].isDiagonal && !zeros.contains($0) }
    func isInner(_ theta: [Double]) -> Bool { diagonals.allSatisfy { abs(theta[$0]) > 0.03 } }
    var hessian = hessian
    for k in zeros {
      for j in parameters.indices {
        hessian[k, j] = 0
        hessian[j, k] = 0
      }
      hessian[k, k] = 1
    }
    func withoutZeros(_ gradient: GradientValue) -> [Double] {
      gradient.gradient.indices.map { zeros.contains($0) ? 0 : gradient.gradient[$0] }
    }
    func found(
      _ theta: [Double], _ value: CriterionValue, _ gradient: GradientValue
    ) throws(EstimationError) -> WarmRefit? {
      guard isInner(theta) else { return nil }
      for k in zeros {
        var moved = theta
        moved[k] = 1e-3
        let beside = try problem.evaluate(moved, &work)
        guard problem.gradient(moved, beside, &work).gradient[k] > 0 else { return nil }
      }
      return WarmRefit(theta: theta, value: value, gradient: gradient, hessian: hessian)
    }
    guard isInner(start), var inverseHessian = positiveInverse(hessian) else { return nil }
    var theta = start
    var value = try problem.evaluate(theta, &work)
    var gradient = problem.gradient(theta, value, &work)
    for _ in 0..<30 {
      let slope = withoutZeros(gradient)
      let step = (inverseHessian * slope).map { -$0 }
      let decrement = -dot(step, slope)
      if decrement < 1e-15 { return try found(theta, value, gradient) }
      let next = zip(theta, step).map { $0 + $1 }
      guard isInner(next) else { return nil }
      let trial = try problem.evaluate(next, &work)
      let slack = 1e-12 * abs(value.criterion)
      guard trial.criterion <= value.criterion + slack else { return nil }
      let trialGradient = problem.gradient(next, trial, &work)
      let change = zip(withoutZeros(trialGradient), slope).map { $0 - $1 }
      // Near the rounding of the gradient its change says nothing about curvature.
      if decrement > 1e-13 {
        guard let updated = updated(hessian, step, change), let inverse = positiveInverse(updated)
        else { return nil }
        (hessian, inverseHessian) = (updated, inverse)
      }
      let before = decrement
      (theta, value, gradient) = (next, trial, trialGradient)
      let rest = withoutZeros(gradient)
      let after = dot(rest, inverseHessian * rest)
      if before < 1e-10, after >= 0.5 * before || after < 1e-13 {
        return try found(theta, value, gradient)
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
