public import LinearAlgebra
internal import Probability

/// What the parameters can be, given summaries of a network: their posterior.
public struct SummaryEstimate: Sendable {
  /// One parameter.
  public struct Parameter: Sendable, Hashable {
    public let priorMean: Double
    public let priorSD: Double
    public let mean: Double
    public let sd: Double
    /// The middle 95 %.
    public let low: Double
    public let high: Double
  }

  /// One summary, as observed and over networks of the posterior.
  public struct Fit: Sendable, Hashable {
    public let name: String
    public let observed: Double
    public let mean: Double
    public let low: Double
    public let high: Double
  }

  /// In the order of the model's terms; a parameter that was given has no spread.
  public let parameters: [Parameter]
  /// Of all of them.
  public let covariance: Matrix
  public let fits: [Fit]
  /// The largest distance that was kept, in spreads of summaries under the prior.
  public let tolerance: Double
  public let generations: Int
  public let simulated: Int
  public let ranAway: Int
  /// How many draws of equal weight the kept ones are worth.
  public let effectiveDraws: Double

  init(
    _ estimator: SummaryEstimator, _ particles: [SummaryEstimator.Particle], tolerance: Double,
    generations: Int, simulated: Int, ranAway: Int
  ) {
    self.tolerance = tolerance
    self.generations = generations
    self.simulated = simulated
    self.ranAway = ranAway
    let adjusted = Self.adjusted(particles, observed: estimator.observed)
    let weights = adjusted.map(\.weight)
    effectiveDraws = 1 / weights.reduce(0) { $0 + $1 * $1 }
    let points = adjusted.map { estimator.parameters($0.z) }
    let moments = WeightedMoments(points, weights: weights)
    covariance = moments.covariance
    parameters = estimator.priors.indices.map { k in
      let prior = estimator.priors[k]
      let quantiles = Self.quantiles(points.map { $0[k] }, weights, at: [0.025, 0.975])
      return Parameter(
        priorMean: prior.mean, priorSD: prior.sd, mean: moments.mean[k],
        sd: max(0, moments.covariance[k, k]).squareRoot(), low: quantiles[0], high: quantiles[1])
    }
    let kept = particles.map(\.weight)
    fits = estimator.summaries.indices.map { k in
      let values = particles.map { $0.summaries[k] }
      let quantiles = Self.quantiles(values, kept, at: [0.025, 0.975])
      return Fit(
        name: estimator.summaries[k].name, observed: estimator.observed[k],
        mean: zip(values, kept).reduce(0) { $0 + $1.0 * $1.1 }, low: quantiles[0],
        high: quantiles[1])
    }
  }

  /// The particles moved to where a local linear regression on their summaries expects them at the observed ones, those
  /// closer counting for more.
  private static func adjusted(
    _ particles: [SummaryEstimator.Particle], observed: [Double]
  ) -> [SummaryEstimator.Particle] {
    let most = particles.map(\.distance).max() ?? 0
    guard most > 0 else { return particles }
    let weights = particles.map { particle in
      let share = particle.distance / most
      return particle.weight * (1 - share * share)
    }
    let sum = weights.reduce(0, +)
    guard sum > 0 else { return particles }
    // Summaries that do not vary among these say nothing.
    let gaps = particles.map { zip($0.summaries, observed).map { $0 - $1 } }
    let used = observed.indices.filter { k in
      gaps.contains { abs($0[k] - gaps[0][k]) > 1e-12 }
    }
    let size = used.count + 1
    var normal = Matrix(rows: size, columns: size)
    var right = Matrix(rows: size, columns: particles[0].z.count)
    for (particle, (gap, weight)) in zip(particles, zip(gaps, weights)) {
      let row = [1] + used.map { gap[$0] }
      for i in 0..<size {
        for j in 0..<size { normal[i, j] += weight * row[i] * row[j] }
        for j in particle.z.indices { right[i, j] += weight * row[i] * particle.z[j] }
      }
    }
    guard let slopes = try? Cholesky(normal).solve(right) else { return particles }
    return zip(particles, zip(gaps, weights)).map { particle, item in
      var moved = particle
      for j in moved.z.indices {
        for (i, k) in used.enumerated() { moved.z[j] -= slopes[i + 1, j] * item.0[k] }
      }
      moved.weight = item.1 / sum
      return moved
    }
  }

  private static func quantiles(
    _ values: [Double], _ weights: [Double], at levels: [Double]
  ) -> [Double] {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    let total = weights.reduce(0, +)
    return levels.map { level in
      var sum = 0.0
      for k in order {
        sum += weights[k]
        if sum >= level * total { return values[k] }
      }
      return order.last.map { values[$0] } ?? .nan
    }
  }
}

extension Spread {
  /// The expectation.
  fileprivate var mean: Double {
    switch self {
    case .fixed(let value): value
    case .normal(let mean, _): mean
    case .uniform(let low, let high): (low + high) / 2
    case .lognormal(let median, let sd): median * PortableMath.exp(sd * sd / 2)
    }
  }
}
