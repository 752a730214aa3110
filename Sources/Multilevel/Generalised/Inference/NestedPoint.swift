internal import Designs
internal import LinearAlgebra

/// A smaller model as a point of a larger one's parameters: coefficients and elements of Λ that it lacks are zero
/// and held there.
///
/// That gives both models' deviances of the same responses, and a model without random effects as well.
struct NestedPoint: Sendable {
  let point: [Double]
  let value: Double
  let law: GeneralisedResponseLaw
  private let isHeld: [Bool]
  private let thetaCount: Int
  private let metric: Matrix

  /// - Parameter smaller: a frame whose columns and terms are among the larger model's, by name.
  /// - Returns: `nil` where it lacks the intercept that the larger one centres on, or has no optimum.
  init?(_ smaller: ModelFrame, in fit: GeneralisedMixedFit) {
    let (source, larger) = (fit.source, fit.source.frame)
    let observations = source.deviance.observations
    let standard = observations.standardisation
    thetaCount = source.terms.thetaCount
    var isHeld = [Bool](repeating: false, count: source.point.count)
    let kept = Set(smaller.fixedNames)
    for (j, name) in larger.fixedNames.enumerated() where !kept.contains(name) {
      if j == standard.intercept { return nil }
      isHeld[thetaCount + j] = true
    }
    let entries = source.terms.entries(scales: observations.randomScales)
    for entry in entries {
      let factor = source.terms.factors[entry.factor]
      guard let share = factor.shares.last(where: { $0.start <= entry.column }) else { continue }
      let term = larger.random[share.term]
      let names = [entry.row, entry.column].map {
        larger.columns[term.columns[$0 - share.start]].name
      }
      isHeld[entry.theta] = !smaller.random.contains { other in
        let own = other.columns.map { smaller.columns[$0].name }
        return other.factor.codes == term.factor.codes && names.allSatisfy(own.contains)
      }
    }
    self.isHeld = isHeld
    var start = source.point
    for k in start.indices where isHeld[k] { start[k] = 0 }
    for entry in entries where entry.row == entry.column && !isHeld[entry.theta] {
      if start[entry.theta] == 0 { start[entry.theta] = 0.1 * entry.scale }
    }
    metric = conditionalMetric(
      0.5 * source.covariance, holding: isHeld.indices.filter { isHeld[$0] })
    guard
      let found = Self.search(
        source.deviance, from: start, isHeld, metric, entries.map(\.scale), tolerance: 1e-11)
    else { return nil }
    (point, value) = found
    law = GeneralisedResponseLaw(
      observations, kernel: source.deviance.kernel, point: found.point)
  }

  /// The least deviance of other responses with the same parameters held.
  func minimise(_ deviance: some MarginalDeviance, scales: [Double]) -> Double? {
    var start = point
    // A variance that ended at zero may not do so for other responses.
    for k in 0..<thetaCount where !isHeld[k] && abs(start[k]) < 1e-4 * scales[k] {
      start[k] = 0.1 * scales[k]
    }
    return Self.search(
      deviance, from: start, isHeld, metric, scales, tolerance: 1e-6)?.value
  }

  private static func search(
    _ deviance: some MarginalDeviance, from start: [Double], _ isHeld: [Bool], _ metric: Matrix,
    _ scales: [Double], tolerance: Double
  ) -> (point: [Double], value: Double)? {
    var minimiser = DevianceMinimiser(
      HeldDeviance(base: deviance, isHeld: isHeld), at: start, thetaScale: scales)
    if !minimiser.descendByNewton(tolerance: tolerance) {
      minimiser.descend(firstMetric: metric, tolerance: tolerance)
    }
    guard minimiser.current.value.isFinite else { return nil }
    return (minimiser.point, minimiser.current.value)
  }
}
