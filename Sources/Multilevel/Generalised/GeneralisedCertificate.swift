internal import LinearAlgebra

/// How sure it is that the estimates are an optimum, in units that mean something.
public struct GeneralisedCertificate: Sendable, Hashable {
  /// gᵀH⁻¹g: how much the deviance could still fall, doubled.
  public let decrement: Double
  /// The largest distance to the optimum of the quadratic there, in standard errors.
  public let distance: Double
  /// The smallest eigenvalue of the Hessian scaled to a unit diagonal.
  public let smallestCurvature: Double
  /// For every θ at zero, the derivative of the deviance in its square: above zero where the variance is
  /// not wanted.
  public let boundary: [BoundaryCheck]
  /// Parameters along which the deviance is flat, so that nothing tells them apart; empty where a variance
  /// is zero, which leaves its correlations free.
  public let unidentified: [String]
  /// The largest step in u that the search for the modes left undone.
  public let innerStep: Double
  public let evaluations: Int
  /// What quadrature would change; `nil` where it cannot be had.
  public let gap: QuadratureGap?

  /// Whether every figure is what an optimum shows.
  public var isOptimum: Bool {
    distance < 1e-3 && smallestCurvature > -1e-5 && boundary.allSatisfy { $0.slope > -1e-3 }
  }

  init<Deviance: MarginalDeviance>(
    _ minimiser: DevianceMinimiser<Deviance>, newton: NewtonStep, names: [String],
    gap: QuadratureGap?
  ) {
    decrement = newton.decrement
    distance =
      zip(newton.step, newton.metric.diagonal)
      .map { $1 > 0 ? abs($0) / (2 * $1).squareRoot() : 0 }.max() ?? 0
    smallestCurvature = newton.smallestCurvature
    let terms = minimiser.deviance.observations.terms
    boundary = terms.diagonal.filter { minimiser.point[$0] == 0 }.map {
      BoundaryCheck(parameter: names[$0], slope: 0.5 * minimiser.hessian[$0, $0])
    }
    let p = minimiser.deviance.observations.fixedCount
    let all =
      names + minimiser.deviance.observations.standardisation.names
      + (0..<minimiser.point.count - names.count - p).map { "threshold \($0 + 2)" }
    unidentified = boundary.isEmpty ? newton.flat.map { all[$0] } : []
    innerStep = minimiser.current.innerStep
    evaluations = minimiser.evaluations
    self.gap = gap
  }
}

/// The sign condition of a variance at zero.
public struct BoundaryCheck: Sendable, Hashable {
  public let parameter: String
  /// d deviance / d θ² at zero.
  public let slope: Double
}

/// The distance between Laplace's approximation and adaptive quadrature with nine points.
public struct QuadratureGap: Sendable, Hashable {
  /// Deviance by quadrature less deviance by Laplace, at the same estimates.
  public let deviance: Double
  /// The largest move that quadrature asks of an estimate, in standard errors (one Newton step).
  public let shift: Double

  /// - Returns: `nil` unless the model has one random effect a group and was fitted by Laplace.
  init?<Deviance: MarginalDeviance>(
    _ minimiser: DevianceMinimiser<Deviance>, newton: NewtonStep
  ) {
    guard let scalar = minimiser.deviance as? ScalarTermDeviance, scalar.rule.nodes.count == 1
    else { return nil }
    var finer = ScalarTermDeviance(scalar, points: 9)
    let other = finer.evaluate(minimiser.point)
    deviance = other.value - minimiser.current.value
    let step = newton.metric * other.gradient
    shift =
      zip(step, newton.metric.diagonal)
      .map { $1 > 0 ? abs($0) / (2 * $1).squareRoot() : 0 }.max() ?? 0
  }
}
