internal import LinearAlgebra

/// Refits a model to changed responses from where the original fit ended, with its second derivatives.
struct Refit: Sendable {
  private let start: [Double]
  private let search: QuasiNewton
  private let diagonals: [Int]

  /// Where a refit ended.
  struct Optimum: Sendable {
    let theta: [Double]
    let value: CriterionValue
    /// Whether a variance ended at zero or a correlation at ±1.
    let isSingular: Bool
  }

  init(_ fit: LinearMixedModelFit) {
    let curvature = fit.curvature.profiledHessian
    var start = fit.standardizedTheta
    let diagonals = fit.problem.structure.parameters.indices.filter {
      fit.problem.structure.parameters[$0].isDiagonal
    }
    // At zero the criterion is stationary whatever the data: start where it has risen by about one.
    for k in diagonals where abs(start[k]) < 1e-4 {
      start[k] = min(0.5, max(0.01, (2 / max(curvature[k, k], 1e-4)).squareRoot()))
    }
    self.start = start
    self.diagonals = diagonals
    // One more step follows, without its gradient: what is left is far below what replicates differ by.
    search = QuasiNewton(inverse: curvature.positiveInverse(floor: 1e-6), tolerance: 5e-4)
  }

  /// - Returns: `nil` where no optimum was found.
  func run(_ problem: Problem, _ work: inout Workspace) -> Optimum? {
    var latest: (theta: [Double], value: CriterionValue)?
    let found = search.minimize(from: start) { theta in
      guard let value = try? problem.evaluate(theta, &work) else { return nil }
      latest = (theta, value)
      return (value.criterion, problem.gradient(theta, value, &work).gradient)
    }
    var (theta, best): ([Double], CriterionValue)
    if let found, let end = latest, end.theta == found.point {
      (theta, best) = end
      if let value = try? problem.evaluate(found.next, &work), value.criterion < best.criterion {
        (theta, best) = (found.next, value)
      }
    } else {
      var optimizer = Optimizer(problem, threads: 1)
      guard let optimum = try? optimizer.minimize() else { return nil }
      (theta, best) = (optimum.theta, optimum.value)
    }
    var isSingular = false
    for k in diagonals where abs(theta[k]) < 0.02 {
      var zero = theta
      zero[k] = 0
      if let value = try? problem.evaluate(zero, &work),
        value.criterion <= best.criterion + 1e-7
      {
        (theta, best, isSingular) = (zero, value, true)
      }
    }
    return Optimum(theta: theta, value: best, isSingular: isSingular)
  }
}

extension VarianceCurvature {
  /// Second derivatives in θ̃ of the criterion with σ profiled out.
  var profiledHessian: Matrix {
    let count = theta.count
    var result = Matrix(rows: count, columns: count)
    for i in 0..<count {
      for j in 0..<count {
        result[i, j] = hessian[i, j] - hessian[i, count] * hessian[count, j] / hessian[count, count]
      }
    }
    return result
  }
}
