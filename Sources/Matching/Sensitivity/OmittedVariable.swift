internal import Probability

/// What an omitted covariate could do to a regression coefficient (Cinelli & Hazlett 2020,
/// DOI 10.1111/rssb.12348).
public struct OmittedVariable: Sendable, Hashable {
  public let estimate: Double
  public let standardError: Double
  public let degreesOfFreedom: Double

  public init(estimate: Double, standardError: Double, degreesOfFreedom: Double) {
    self.estimate = estimate
    self.standardError = standardError
    self.degreesOfFreedom = degreesOfFreedom
  }

  public var statistic: Double { estimate / standardError }

  /// The share of the outcome's residual variance that the treatment explains: t²/(t² + df).
  public var partialR2: Double {
    statistic * statistic / (statistic * statistic + degreesOfFreedom)
  }

  /// The share of the residual variance of both treatment and outcome that a covariate must explain to bring
  /// the estimate down by a share `q` of it: ½(√(f⁴ + 4f²) − f²) with f = q|t|/√df.
  public func robustness(q: Double = 1) -> Double {
    Self.robustness(q * abs(statistic) / degreesOfFreedom.squareRoot())
  }

  /// The same to bring the estimate, so reduced, to where it is no longer significant at `alpha`.
  ///
  /// f is less by the critical value at one degree of freedom less. Where the covariate need not explain the
  /// outcome as much for that, the smaller share counts: (f² − f*²)/(1 + f²).
  public func robustness(q: Double = 1, alpha: Double) -> Double {
    let f = q * abs(statistic) / degreesOfFreedom.squareRoot()
    guard degreesOfFreedom > 1 else { return 0 }
    let critical =
      StudentT(degreesOfFreedom: degreesOfFreedom - 1).quantile(1 - alpha / 2)
      / (degreesOfFreedom - 1).squareRoot()
    let rest = f - critical
    guard rest > 0 else { return 0 }
    if f <= 1 / critical { return Self.robustness(rest) }
    return (f * f - critical * critical) / (1 + f * f)
  }

  /// The same with the standard error and degrees of freedom of another estimator, such as one robust to
  /// clusters: the share of both that brings the estimate, reduced to `q` of it, to where that error no longer
  /// finds it significant. What the covariate would do to that error is left out.
  public func robustness(q: Double, alpha: Double, error: OmittedVariable) -> Double {
    let critical = StudentT(degreesOfFreedom: error.degreesOfFreedom).quantile(1 - alpha / 2)
    let share = q - critical * error.standardError / abs(estimate)
    return share > 0 ? robustness(q: share) : 0
  }

  private static func robustness(_ f: Double) -> Double {
    ((f * f * f * f + 4 * f * f).squareRoot() - f * f) / 2
  }

  /// The estimate if an omitted covariate explained these shares of the residual variance and pulled it
  /// towards zero. Its interval keeps the degrees of freedom, as sensemakr's does.
  ///
  /// - Parameters:
  ///   - treatment: share of the treatment's residual variance, below 1.
  ///   - outcome: share of the outcome's residual variance.
  public func adjusted(treatment: Double, outcome: Double) -> OmittedVariable {
    let bias =
      (outcome * treatment / (1 - treatment)).squareRoot() * standardError
      * degreesOfFreedom.squareRoot()
    let error =
      ((1 - outcome) / (1 - treatment)).squareRoot() * standardError
      * (degreesOfFreedom / (degreesOfFreedom - 1)).squareRoot()
    return OmittedVariable(
      estimate: (estimate < 0 ? -1 : 1) * (abs(estimate) - bias), standardError: error,
      degreesOfFreedom: degreesOfFreedom)
  }

  public var interval: ClosedRange<Double> {
    let half = StudentT(degreesOfFreedom: degreesOfFreedom).quantile(0.975) * standardError
    return half.isFinite ? estimate - half...estimate + half : -.infinity ... .infinity
  }

  /// The shares of a covariate `times` as strong as an observed one.
  ///
  /// - Parameters:
  ///   - treatment: the observed covariate's partial R² with the treatment.
  ///   - outcome: its partial R² with the outcome, given the treatment.
  /// - Returns: `nil` where no covariate can be so strong; the outcome's share is at most 1.
  public static func shares(
    times: Double, treatment: Double, outcome: Double
  ) -> (treatment: Double, outcome: Double)? {
    let own = times * treatment / (1 - treatment)
    guard own < 1, times * treatment < 1 else { return nil }
    let between = times * treatment * treatment / ((1 - times * treatment) * (1 - treatment))
    guard between < 1 else { return nil }
    let slope = (times.squareRoot() + between.squareRoot()) / (1 - between).squareRoot()
    return (own, min(1, slope * slope * outcome / (1 - outcome)))
  }
}
