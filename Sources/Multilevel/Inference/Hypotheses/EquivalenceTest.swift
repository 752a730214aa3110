internal import Probability

/// Two one-sided tests that an estimate lies within bounds: whether a difference is shown to be too small to matter.
///
/// With t_low = (b − low)/SE and t_high = (b − high)/SE, both hypotheses b ≤ low and b ≥ high must be rejected, which
/// is to say that the interval of 1 − 2α lies within the bounds. Not rejecting a difference of zero is no such
/// evidence. Schuirmann (1987), doi:10.1007/BF01068419; Lakens (2017), doi:10.1177/1948550617697177.
public struct EquivalenceTest: Sendable, Hashable {
  public let term: String
  public let estimate: Double
  public let standardError: Double
  public let degreesOfFreedom: Double
  /// The bounds, in units of the estimate.
  public let lowBound: Double
  public let highBound: Double
  /// Of the hypothesis that the truth lies at or below the lower bound.
  public let lowPValue: Double
  /// Of the hypothesis that the truth lies at or above the upper bound.
  public let highPValue: Double
  /// The interval of 1 − 2α.
  public let low: Double
  public let high: Double
  /// Whether both are rejected at level α.
  public let isEquivalent: Bool

  /// - Parameters:
  ///   - standardError: above 0.
  ///   - degreesOfFreedom: above 0; +∞ for the normal distribution.
  ///   - alpha: the level of each of both tests.
  public init(
    term: String, estimate: Double, standardError: Double, degreesOfFreedom: Double,
    bounds: ClosedRange<Double>, alpha: Double = 0.05
  ) {
    let t = StudentT(degreesOfFreedom: degreesOfFreedom)
    self.term = term
    self.estimate = estimate
    self.standardError = standardError
    self.degreesOfFreedom = degreesOfFreedom
    lowBound = bounds.lowerBound
    highBound = bounds.upperBound
    lowPValue = t.cumulative(-(estimate - bounds.lowerBound) / standardError)
    highPValue = t.cumulative((estimate - bounds.upperBound) / standardError)
    let reach = t.quantile(1 - alpha) * standardError
    low = estimate - reach
    high = estimate + reach
    isEquivalent = max(lowPValue, highPValue) < alpha
  }

  /// The test of a coefficient, or of any contrast, within ± `bound`.
  public init(_ test: CoefficientTest, within bound: Double, alpha: Double = 0.05) {
    self.init(
      term: test.term, estimate: test.estimate, standardError: test.standardError,
      degreesOfFreedom: test.degreesOfFreedom, bounds: -bound...bound, alpha: alpha)
  }
}
