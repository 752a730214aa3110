internal import LinearAlgebra

/// Walks along the profile of one quantity to where the root of the rise in deviance is a given number.
struct ProfileSearch {
  private let minimum: Double
  private let reach: Double
  private let held: Int
  /// Coordinates at the optimum, and their covariance.
  private let origin: [Double]
  private let covariance: Matrix
  private let solve: ([Double]) -> (deviance: Double, point: [Double])

  init(_ fit: GeneralisedMixedFit, holding quantity: HeldQuantity, reach: Double) {
    self.init(fit.source.deviance, fit, quantity, reach)
  }

  private init(
    _ deviance: some MarginalDeviance, _ fit: GeneralisedMixedFit, _ quantity: HeldQuantity,
    _ reach: Double
  ) {
    let source = fit.source
    minimum = fit.deviance
    self.reach = reach
    held = quantity.place
    let (x, jacobian) = quantity.coordinates(source.point)
    origin = x
    let covariance = (jacobian * source.covariance).timesTransposed(jacobian)
    self.covariance = covariance
    let scales = source.terms.entries(scales: deviance.observations.randomScales).map(\.scale)
    let metric = conditionalMetric(0.5 * covariance, holding: [quantity.place])
    solve = { start in
      var minimiser = DevianceMinimiser(
        QuantityDeviance(base: deviance, quantity: quantity), at: start, thetaScale: scales)
      minimiser.descend(firstMetric: metric, tolerance: 1e-9)
      return (minimiser.current.value, minimiser.point)
    }
  }

  /// Both ends, where they lie within the range of the quantity; otherwise the end of the range.
  func interval(
    smallest: Double?, largest: Double?
  ) throws(GeneralisedModelError) -> (low: Double, high: Double) {
    let error = covariance[held, held].squareRoot()
    let step = error > 0 && error.isFinite ? error : 0.1
    return (try end(-step, limit: smallest), try end(step, limit: largest))
  }

  private func end(_ step: Double, limit: Double?) throws(GeneralisedModelError) -> Double {
    let start = origin[held]
    let variance = covariance[held, held]
    var (last, lastRoot) = (start, 0.0)
    var point = origin
    var next = start + reach * step
    var isAtLimit = false
    for _ in 0..<40 {
      if let limit, (next - limit) * step >= 0 {
        // A second visit to the edge says that it is the end.
        if isAtLimit { return limit }
        next = limit
        isAtLimit = true
      }
      var trial = point
      for k in trial.indices where variance > 0 {
        trial[k] += covariance[k, held] / variance * (next - point[held])
      }
      trial[held] = next
      let found = solve(trial)
      let root = max(found.deviance - minimum, 0).squareRoot()
      guard root.isFinite else {
        next = 0.5 * (last + next)
        isAtLimit = false
        continue
      }
      if abs(root - reach) < 1e-6 { return next }
      if isAtLimit, next == limit, root < reach { return next }
      point = found.point
      let slope = (root - lastRoot) / (next - last)
      let here = next
      // The root of the rise is nearly a straight line; a step that is not is cut to twice the last.
      let move = slope.isFinite && slope * step > 0 ? (reach - root) / slope : step
      let room = max(2 * abs(here - start), 0.01 * abs(step))
      next = here + max(-room, min(room, move))
      (last, lastRoot) = (here, root)
    }
    throw .noConvergence(decrement: .infinity, evaluations: 40)
  }
}
