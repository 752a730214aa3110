public import LinearAlgebra

/// What was estimated of a model of formation, and how well it was.
public struct FormationEstimate: Sendable {
  /// One parameter.
  public struct Parameter: Sendable, Hashable {
    /// As the study writes it; rates are `rate`, a behaviour's are preceded by its name.
    public let effect: String
    /// Of a rate, from one.
    public let period: Int?
    public let estimate: Double
    public let standardError: Double
    /// Of 95 %.
    public internal(set) var interval: FormationInterval
    /// Mean deviation of the simulated statistics from the observed one over their standard deviation; `nil` for the
    /// rates of conditional estimation.
    public let convergence: Double?
    /// The observed statistic.
    public let target: Double
    public let simulatedMean: Double
    public let simulatedSD: Double
  }

  public internal(set) var parameters: [Parameter]
  /// Of the estimates of ``freeParameters``.
  public let covariance: Matrix
  /// Positions in ``parameters`` of those estimated by moments.
  public let freeParameters: [Int]
  /// The largest convergence t-ratio of any linear combination of the statistics; below 0.25 is good.
  public let overallConvergence: Double
  /// Simulations that standard errors and t-ratios come from.
  public let replicates: Int
  public let fit: [GoodnessOfFit]
  /// Simulated periods that were stopped because ties ran away.
  public let ranAway: Int
  /// Positions in ``parameters`` of those without a finite estimate, whose observed statistic lies at the edge of what
  /// the model can bring about: their value is where they were held, without standard error.
  public let unbounded: [Int]

  /// Positions in ``parameters`` of those whose interval by the score-type test lacks an end that was not found.
  public internal(set) var withoutEnds: [Int] = []

  /// The usual bounds: every t-ratio below 0.1 and the overall one below 0.25.
  public var hasConverged: Bool {
    overallConvergence < 0.25 && parameters.allSatisfy { abs($0.convergence ?? 0) < 0.1 }
  }
}
