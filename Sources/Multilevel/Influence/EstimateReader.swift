internal import LinearAlgebra
internal import Probability

/// Brings refits of a model back to the units of the data, beside the estimates of all rows.
struct EstimateReader: Sendable {
  private let fit: LinearMixedModelFit
  private let shift: [Double]
  private let precision: Matrix

  init(_ fit: LinearMixedModelFit) throws(EstimationError) {
    self.fit = fit
    var work = Workspace(fit.problem.plan, order: fit.problem.order)
    let value = try fit.problem.evaluate(fit.standardizedTheta, &work)
    shift = zip(fit.coefficients, fit.curvature.back * value.coefficients).map { $0 - $1 }
    do throws(FactorizationError) { precision = try Cholesky(fit.covariance).inverse } catch {
      throw .noConvergence(decrement: .infinity, evaluations: 0)
    }
  }

  func coefficients(_ value: CriterionValue) -> [Double] {
    zip(fit.curvature.back * value.coefficients, shift).map { $0 + $1 }
  }

  func covariance(_ problem: Problem, _ value: CriterionValue) -> Matrix {
    (value.residual / problem.degrees)
      * (fit.curvature.back * value.inverse).timesTransposed(fit.curvature.back)
  }

  /// The variances of the terms' columns, term after term, and the residual variance.
  func variances(_ problem: Problem, _ theta: [Double], _ value: CriterionValue) -> [Double] {
    let scale = problem.standard.response.scale
    let variance = scale * scale * value.residual / problem.degrees
    let triangles = problem.structure.triangles(theta)
    var result: [Double] = []
    for (index, factor) in problem.structure.factors.enumerated() {
      let width = factor.width
      let inverse = inverted(upperBlocks: problem.standard.transforms[index], width: width)
      for a in 0..<width {
        var sum = 0.0
        for column in 0..<width {
          var entry = 0.0
          for m in 0..<width {
            entry += inverse[a * width + m] * triangles[index][m * width + column]
          }
          sum += entry * entry
        }
        result.append(variance * sum)
      }
    }
    return result + [variance]
  }

  func estimates(
    _ problem: Problem, _ refit: WarmRefit, _ target: InfluenceTarget?
  ) -> GroupInfluence.Estimates {
    let without = coefficients(refit.value)
    let covariance = covariance(problem, refit.value)
    let change = zip(fit.coefficients, without).map { $0 - $1 }
    var effect: (estimate: Double, standardError: Double, pValue: Double)?
    if let target {
      let estimate = dot(target.contrast, without)
      let error = dot(target.contrast, covariance * target.contrast).squareRoot()
      effect = (
        estimate, error,
        StudentT(degreesOfFreedom: target.test.degreesOfFreedom).twoSidedTail(estimate / error)
      )
    }
    return GroupInfluence.Estimates(
      coefficients: without,
      dfbetas: change.indices.map { change[$0] / covariance[$0, $0].squareRoot() },
      variances: variances(problem, refit.theta, refit.value),
      cooksDistance: dot(change, precision * change) / Double(change.count), effect: effect)
  }
}
