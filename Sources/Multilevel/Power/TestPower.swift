internal import Probability

/// What a two-sided t test of an effect can find.
///
/// Under the alternative the statistic has a noncentral t distribution with noncentrality effect / standard
/// error. Hedges & Rhoads (2009), *Statistical Power Analysis in Education Research*, NCSER 2010-3006.
public struct TestPower: Sendable, Hashable {
  public let degreesOfFreedom: Double
  /// The two-sided size of the test.
  public let significance: Double

  public init(degreesOfFreedom: Double, significance: Double = 0.05) {
    precondition(degreesOfFreedom > 0, "\(degreesOfFreedom) degrees of freedom")
    precondition(significance > 0 && significance < 1, "a significance level of \(significance)")
    self.degreesOfFreedom = degreesOfFreedom
    self.significance = significance
  }

  /// The probability of rejecting no effect where the true effect is `ratio` standard errors.
  public func power(ratio: Double) -> Double {
    let critical = StudentT(degreesOfFreedom: degreesOfFreedom).quantile(1 - significance / 2)
    let distribution = NoncentralT(
      degreesOfFreedom: degreesOfFreedom, noncentrality: min(37, abs(ratio)))
    return min(1, 1 - distribution.cumulative(critical) + distribution.cumulative(-critical))
  }

  /// The effect in standard errors that is found with the given power, where the effect is above zero.
  public func detectableRatio(power: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while self.power(ratio: high) < power, high < 37 { high *= 2 }
    high = min(high, 37)
    for _ in 0..<200 where high - low > 1e-13 * high {
      let middle = 0.5 * (low + high)
      if self.power(ratio: middle) < power { low = middle } else { high = middle }
    }
    return 0.5 * (low + high)
  }

  /// Bloom's multiplier t(1 − α/2) + t(power): the same from central t distributions, as PowerUp! reports it.
  ///
  /// Bloom (1995), doi:10.1177/0193841X9501900504.
  public func multiplier(power: Double) -> Double {
    let t = StudentT(degreesOfFreedom: degreesOfFreedom)
    return t.quantile(1 - significance / 2) + t.quantile(power)
  }
}
