package import Designs
internal import LinearAlgebra

/// The criterion as a function of θ, for tests that check it against dense matrices and differences.
package struct CriterionProbe: Sendable {
  private let problem: Problem

  package init(
    _ frame: ModelFrame, criterion: LikelihoodCriterion, threads: Int = 1
  ) throws(EstimationError) {
    problem = try Problem(frame, criterion: criterion, threads: threads)
  }

  /// How many parameters θ has.
  package var parameterCount: Int { problem.structure.parameters.count }

  /// Whether each parameter stands on a diagonal.
  package var isDiagonal: [Bool] { problem.structure.parameters.map(\.isDiagonal) }

  /// How many factors are eliminated level by level, and the sizes of the dense matrices of the rest.
  package var plan: (sparse: Int, dense: [Int]) {
    (problem.plan.sparseCount, problem.plan.components.map(\.size))
  }

  /// −2 log likelihood (ML) or restricted likelihood, and its gradient, at θ of the standardised columns.
  package func value(
    at theta: [Double]
  ) throws(EstimationError) -> (criterion: Double, gradient: [Double]) {
    var work = Workspace(problem.plan, order: problem.order)
    let value = try problem.evaluate(theta, &work)
    return (value.criterion, problem.gradient(theta, value, &work).gradient)
  }

  /// How many numbers the matrices of connected effects take; fewer than their squares where a pattern
  /// stores them.
  package var storedCount: Int { problem.plan.denseCount }

  /// Where the search by average information ends, and after how many evaluations; `nil` where it leaves
  /// the model to the general one, or the effects are not scalars.
  package func climbed() throws(EstimationError) -> (theta: [Double], evaluations: Int)? {
    guard problem.isScalar, problem.plan.components.allSatisfy({ $0.pattern == nil }) else {
      return nil
    }
    var optimizer = Optimizer(problem, threads: 1)
    return try optimizer.climb().map { ($0.theta, $0.evaluations) }
  }

  /// Where the search by a surrogate of the slope ends, with second derivatives, and after how many
  /// evaluations; `nil` where it leaves the model to another search, or the effects are not scalars.
  package func corrected() throws(EstimationError)
    -> (theta: [Double], hessian: [[Double]], evaluations: Int)?
  {
    guard problem.isScalar else { return nil }
    var optimizer = Optimizer(problem, threads: 1)
    return try optimizer.correct().map { found in
      (found.theta, found.theta.indices.map { found.hessian.row($0) }, found.evaluations)
    }
  }

  /// Where the general search ends.
  package func searched() throws(EstimationError) -> [Double] {
    var optimizer = Optimizer(problem, threads: 1)
    return try optimizer.search().theta
  }

  /// Second derivatives at θ by central differences of the gradient.
  package func hessian(at theta: [Double]) throws(EstimationError) -> [[Double]] {
    var optimizer = Optimizer(problem, threads: 1)
    let found = try optimizer.differences(theta, from: nil)
    return theta.indices.map { found.row($0) }
  }

  /// Whether the model is large enough for the search by a surrogate.
  package var usesSurrogate: Bool { Optimizer(problem, threads: 1).usesSurrogate }

  /// The relative covariance *T*⁻¹λλᵀ*T*⁻ᵀ of each factor's effects in units of the data, with the factor's
  /// name and the frame's columns, at θ of the standardised columns.
  package func relativeCovariances(
    at theta: [Double]
  ) -> [(factor: String, columns: [Int], covariance: [[Double]])] {
    let triangles = problem.structure.triangles(theta)
    return problem.structure.factors.indices.map { index in
      let factor = problem.structure.factors[index]
      let width = factor.width
      let lower = lowerTriangle(
        solving: problem.standard.transforms[index], triangles[index], width: width)
      let covariance = (0..<width).map { i in
        (0..<width).map { j in
          (0..<width).reduce(0) { $0 + lower[i * width + $1] * lower[j * width + $1] }
        }
      }
      return (factor.name, factor.columns, covariance)
    }
  }
}
