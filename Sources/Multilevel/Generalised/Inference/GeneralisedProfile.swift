internal import LinearAlgebra
internal import Probability

/// A profile likelihood interval of one parameter.
public struct ProfileInterval: Sendable, Hashable {
  public let parameter: String
  public let estimate: Double
  public let low: Double
  public let high: Double
}

extension GeneralisedMixedFit {
  /// The values of a parameter at which the deviance, with all others optimised, is no more than the χ²(1)
  /// quantile above its minimum (Venzon & Moolgavkar 1988, doi:10.2307/2347496).
  ///
  /// - Parameter parameter: a coefficient other than intercept and thresholds, or as
  ///   `school.(Intercept)` the standard deviation of a term's first column. The lower end of a standard
  ///   deviation is 0 where the deviance there is within reach.
  /// - Throws: ``GeneralisedModelError/notProfiled(_:known:)``, and
  ///   ``GeneralisedModelError/noConvergence(decrement:evaluations:)`` where an end cannot be found.
  /// - Complexity: some fifty evaluations of the deviance.
  public func profileInterval(
    _ parameter: String, level: Double = 0.95
  ) throws(GeneralisedModelError) -> ProfileInterval {
    let known = profiled
    guard let own = known.first(where: { $0.name == parameter }) else {
      throw .notProfiled(parameter, known: known.map(\.name))
    }
    let reach = Normal().quantile(0.5 + level / 2)
    let estimate = source.point[own.place]
    let isDeviation = own.place < theta.count
    let error = source.covariance[own.place, own.place].squareRoot()
    func end(_ sign: Double) throws(GeneralisedModelError) -> Double {
      try Profile(source.deviance, source, minimum: deviance, held: own.place)
        .end(
          sign * (error > 0 ? error : 0.1 * own.unit), reach: reach, floor: isDeviation ? 0 : nil)
    }
    let (low, high) = (try end(-1), try end(1))
    return ProfileInterval(
      parameter: parameter, estimate: own.factor * estimate, low: own.factor * low,
      high: own.factor * high)
  }

  /// What can be held: its place among (θ, b, α), what turns it to the frame's scale, and its unit.
  private var profiled: [(name: String, place: Int, factor: Double, unit: Double)] {
    var result: [(name: String, place: Int, factor: Double, unit: Double)] = []
    for factor in source.terms.factors {
      for share in factor.shares {
        result.append((thetaNames[share.firstTheta], share.firstTheta, 1, 1))
      }
    }
    let standardisation = source.deviance.observations.standardisation
    for (j, name) in standardisation.names.enumerated() where j != standardisation.intercept {
      result.append((name, theta.count + j, standardisation.transform[j, j], 1))
    }
    return result
  }
}

/// The deviance with one parameter held, minimised over the others.
private struct Profile {
  private let source: GeneralisedSource
  private let minimum: Double
  private let held: Int
  private let solve: ([Double]) -> (deviance: Double, point: [Double])

  init(
    _ deviance: some MarginalDeviance, _ source: GeneralisedSource, minimum: Double, held: Int
  ) {
    self.source = source
    self.minimum = minimum
    self.held = held
    let terms = source.terms
    let scales = terms.entries(scales: deviance.observations.randomScales).map(\.scale)
    // The metric of the others given the one held: their block of the inverse Hessian less what goes
    // through it.
    var metric = 0.5 * source.covariance
    let column = metric.column(held)
    if column[held] > 0 {
      for j in column.indices {
        for i in column.indices { metric[i, j] -= column[i] * column[j] / column[held] }
      }
    }
    for j in column.indices {
      metric[held, j] = 0
      metric[j, held] = 0
    }
    let conditional = metric
    solve = { start in
      var minimiser = DevianceMinimiser(
        HeldDeviance(base: deviance, held: held), theta: Array(start[..<terms.thetaCount]),
        thetaScale: scales, coefficients: Array(start[terms.thetaCount...]))
      minimiser.descend(firstMetric: conditional, tolerance: 1e-9)
      return (minimiser.current.value, minimiser.point)
    }
  }

  /// Where the root of the rise is `reach`, in the direction of `step`.
  func end(
    _ step: Double, reach: Double, floor: Double?
  ) throws(GeneralisedModelError) -> Double {
    let origin = source.point[held]
    let variance = source.covariance[held, held]
    var (last, lastRoot) = (origin, 0.0)
    var point = source.point
    var next = origin + reach * step
    var isAtFloor = false
    for _ in 0..<30 {
      if let floor, next <= floor {
        // A second visit to the edge says that it is the end.
        if isAtFloor { return floor }
        next = floor
        isAtFloor = true
      }
      var start = point
      for k in start.indices where variance > 0 {
        start[k] += source.covariance[k, held] / variance * (next - point[held])
      }
      start[held] = next
      let found = solve(start)
      let root = max(found.deviance - minimum, 0).squareRoot()
      guard root.isFinite else {
        next = 0.5 * (last + next)
        continue
      }
      if abs(root - reach) < 1e-6 { return next }
      if isAtFloor, next == floor, root < reach { return next }
      point = found.point
      let slope = (root - lastRoot) / (next - last)
      let here = next
      // The root of the rise is nearly a straight line; a step that is not is cut to twice the last.
      let move = slope.isFinite && slope * step > 0 ? (reach - root) / slope : step
      next = here + max(-2 * abs(here - origin), min(2 * abs(here - origin), move))
      (last, lastRoot) = (here, root)
    }
    throw .noConvergence(decrement: .infinity, evaluations: 30)
  }
}

/// A deviance whose slope in one parameter is taken for zero, so that a search leaves it where it is.
private struct HeldDeviance<Base: MarginalDeviance>: MarginalDeviance {
  var base: Base
  let held: Int

  var observations: GeneralisedObservations { base.observations }
  var kernel: ResponseKernel { base.kernel }

  mutating func evaluate(_ parameters: [Double]) -> DevianceEvaluation {
    let result = base.evaluate(parameters)
    var gradient = result.gradient
    gradient[held] = 0
    return DevianceEvaluation(
      value: result.value, gradient: gradient, innerStep: result.innerStep)
  }

  func information(_ parameters: [Double]) -> StartingInformation { base.information(parameters) }
  func conditionalModes(_ parameters: [Double]) -> [FactorModes] {
    base.conditionalModes(parameters)
  }
  func linearPredictor(_ parameters: [Double]) -> [Double] { base.linearPredictor(parameters) }
}
