public import Designs
internal import LinearAlgebra

/// Estimates with the coefficients at the joint mode of coefficients and random effects.
///
/// For each θ, (b, u) minimise the penalised deviance −2 Σ l + uᵀu; θ minimises Laplace's deviance along these
/// modes. This is what `glmer` does with `nAGQ = 0`. It is no maximum of Laplace's likelihood: coefficients are
/// drawn towards zero, the more the fewer rows a group has. It serves to reproduce results that were published
/// so; ``GeneralisedMixedModel/fit(_:trials:)`` is the better answer at the same cost. Bates, Mächler, Bolker &
/// Walker (2015), doi:10.18637/jss.v067.i01.
public struct JointModeEstimate: Sendable, Hashable {
  /// As of ``GeneralisedMixedFit/theta``.
  public let theta: [Double]
  /// Standard errors are at fixed θ.
  public let coefficients: [GeneralisedCoefficient]
  /// Laplace's −2 log likelihood at the estimates.
  public let deviance: Double
}

extension GeneralisedMixedModel {
  /// Estimates a model of binomial or Poisson responses with the coefficients at the joint mode.
  ///
  /// - Throws: ``GeneralisedModelError``
  /// - Complexity: a few hundred passes over the rows.
  public func jointModes(
    _ frame: ModelFrame, trials: Int? = nil
  ) throws(GeneralisedModelError) -> JointModeEstimate {
    switch family {
    case .binomial, .poisson: break
    case .negativeBinomial, .cumulative: throw .noJointModes(family: family)
    }
    let observations = try GeneralisedObservations(frame, family: family, trials: trials)
    let kernel = ResponseKernel(family, observations: observations)
    let entries = observations.terms.entries(scales: observations.randomScales)
    var search = JointModeSearch(
      deviance: try BlockedDeviance(observations, kernel: kernel),
      coefficients: try FixedStart(observations, kernel: kernel).coefficients)
    let start = entries.map { $0.row == $0.column ? 0.5 * $0.scale : 0 }
    guard let theta = search.minimise(from: start, scales: entries.map(\.scale)),
      let value = search.settle(theta)
    else { throw .noConvergence(decrement: .infinity, evaluations: search.evaluations) }
    let point = theta + search.coefficients
    let information = search.deviance.information(point).coefficients
    guard let inverse = (try? Cholesky(information))?.inverse else {
      throw .noConvergence(decrement: .infinity, evaluations: search.evaluations)
    }
    var metric = Matrix(rows: point.count, columns: point.count)
    for i in 0..<inverse.rows {
      for j in 0..<inverse.rows { metric[theta.count + i, theta.count + j] = 0.5 * inverse[i, j] }
    }
    let fixed = FixedEstimates(point, metric: metric, observations: observations, kernel: kernel)
    return JointModeEstimate(
      theta: theta,
      coefficients: fixed.names.indices.map { j in
        GeneralisedCoefficient(
          name: fixed.names[j], estimate: fixed.values[j],
          standardError: fixed.covariance[j, j].squareRoot())
      }, deviance: value)
  }
}

/// Laplace's deviance along the joint modes, as a function of θ alone.
private struct JointModeSearch {
  var deviance: BlockedDeviance
  private(set) var coefficients: [Double]
  private(set) var evaluations = 0

  init(deviance: BlockedDeviance, coefficients: [Double]) {
    self.deviance = deviance
    self.coefficients = coefficients
  }

  /// Finds the coefficients' joint mode at θ by Fisher's scoring, and gives Laplace's deviance there.
  ///
  /// With the random effects at their modes, the penalised deviance has the slope −2 Xᵀ dl/dη in the
  /// coefficients and the Schur complement that ``BlockedDeviance/information(_:)`` gives as its curvature.
  mutating func settle(_ theta: [Double]) -> Double? {
    let p = coefficients.count
    for _ in 0..<InnerIteration.limit {
      let point = theta + coefficients
      let current = deviance.evaluate(point)
      evaluations += 1
      guard current.value.isFinite else { return nil }
      let score = slope(deviance.linearPredictor(point))
      guard let factor = try? Cholesky(deviance.information(point).coefficients) else { return nil }
      let step = factor.solve(score)
      let decrement = dot(step, score)
      guard decrement.isFinite else { return nil }
      if decrement < 1e-22 { return current.value }
      for j in 0..<p { coefficients[j] += step[j] }
    }
    return nil
  }

  /// Xᵀ dl/dη
  private func slope(_ predictor: [Double]) -> [Double] {
    let observations = deviance.observations
    let p = observations.fixedCount
    var score = [Double](repeating: 0, count: observations.count)
    var information = score
    _ = deviance.kernel.score(
      predictor, totals: observations.totals.span, exposures: observations.exposures.span,
      score: &score, information: &information)
    var sums = [Double](repeating: 0, count: p)
    for row in 0..<observations.count {
      for j in 0..<p { sums[j] += score[row] * observations.fixed[row * p + j] }
    }
    return sums
  }

  /// Newton's method on differences of the deviance: five points for slopes, three for curvatures.
  ///
  /// - Parameter scales: what a unit of each θ means.
  mutating func minimise(from start: [Double], scales: [Double]) -> [Double]? {
    var theta = start
    guard var current = settle(theta) else { return nil }
    for _ in 0..<50 {
      guard let (gradient, hessian) = derivatives(theta, current, scales: scales) else {
        return nil
      }
      let newton = NewtonStep(hessian: hessian, gradient: gradient)
      guard newton.decrement.isFinite else { return nil }
      var fraction = 1.0
      var next: (theta: [Double], value: Double)?
      for _ in 0..<20 where next == nil {
        let candidate = zip(theta, newton.step).map { $0 + fraction * $1 }
        if let value = settle(candidate), value <= current + 1e-9 { next = (candidate, value) }
        fraction /= 2
      }
      guard let next else { return newton.decrement < 1e-9 ? theta : nil }
      (theta, current) = next
      if newton.decrement < 1e-13 { return theta }
    }
    return nil
  }

  private mutating func derivatives(
    _ theta: [Double], _ value: Double, scales: [Double]
  ) -> (gradient: [Double], hessian: Matrix)? {
    let n = theta.count
    var gradient = [Double](repeating: 0, count: n)
    var hessian = Matrix(rows: n, columns: n)
    let steps = scales.map { 2e-3 * $0 }
    func moved(_ moves: [(Int, Double)]) -> [Double] {
      var other = theta
      for (k, multiple) in moves { other[k] += multiple * steps[k] }
      return other
    }
    for k in 0..<n {
      guard let above = settle(moved([(k, 1)])), let below = settle(moved([(k, -1)])),
        let farAbove = settle(moved([(k, 2)])), let farBelow = settle(moved([(k, -2)]))
      else { return nil }
      gradient[k] = (8 * (above - below) - (farAbove - farBelow)) / (12 * steps[k])
      hessian[k, k] = (above - 2 * value + below) / (steps[k] * steps[k])
      for j in 0..<k {
        guard let same = settle(moved([(k, 1), (j, 1)])),
          let opposite = settle(moved([(k, 1), (j, -1)])),
          let other = settle(moved([(k, -1), (j, 1)])),
          let both = settle(moved([(k, -1), (j, -1)]))
        else { return nil }
        hessian[k, j] = (same - opposite - other + both) / (4 * steps[k] * steps[j])
        hessian[j, k] = hessian[k, j]
      }
    }
    return (gradient, hessian)
  }
}
