internal import LinearAlgebra
internal import Probability

/// An estimate with its test against zero and its interval.
public struct CoefficientTest: Sendable, Hashable {
  public let term: String
  public let estimate: Double
  public let standardError: Double
  /// +∞ where the normal distribution was asked for.
  public let degreesOfFreedom: Double
  /// Estimate over standard error.
  public let statistic: Double
  /// Two-sided.
  public let pValue: Double
  public let low: Double
  public let high: Double

  init(term: String, estimate: Double, variance: Double, degreesOfFreedom: Double, level: Double) {
    self.term = term
    self.estimate = estimate
    standardError = variance.squareRoot()
    self.degreesOfFreedom = degreesOfFreedom
    statistic = estimate / standardError
    let distribution = StudentT(degreesOfFreedom: degreesOfFreedom)
    pValue = distribution.twoSidedTail(statistic)
    let reach = distribution.quantile(0.5 + level / 2) * standardError
    low = estimate - reach
    high = estimate + reach
  }
}

extension LinearMixedModelFit {
  /// Every coefficient's test and interval.
  ///
  /// - Parameter level: the coverage of the intervals.
  public func tests(
    _ method: DegreesOfFreedomMethod = .satterthwaite, level: Double = 0.95
  ) -> [CoefficientTest] {
    let inference = SmallSampleInference(self, method)
    return coefficientNames.indices.map { k in
      var contrast = [Double](repeating: 0, count: coefficients.count)
      contrast[k] = 1
      return inference.test(contrast, named: coefficientNames[k], level: level)
    }
  }

  /// The test of one linear combination of the coefficients.
  ///
  /// - Parameter contrast: a weight for each coefficient, not all zero.
  public func test(
    _ contrast: [Double], named name: String, _ method: DegreesOfFreedomMethod = .satterthwaite,
    level: Double = 0.95
  ) -> CoefficientTest {
    precondition(
      contrast.count == coefficients.count,
      "\(contrast.count) weights for \(coefficients.count) coefficients")
    return SmallSampleInference(self, method).test(contrast, named: name, level: level)
  }
}

/// Variances and degrees of freedom of contrasts by one method.
struct SmallSampleInference {
  private let fit: LinearMixedModelFit
  private let method: DegreesOfFreedomMethod
  private let betweenWithin: [Double]

  init(_ fit: LinearMixedModelFit, _ method: DegreesOfFreedomMethod) {
    self.fit = fit
    self.method = method
    betweenWithin = method == .betweenWithin ? fit.betweenWithin : []
  }

  func test(_ contrast: [Double], named name: String, level: Double) -> CoefficientTest {
    let variance = dot(contrast, fit.covariance * contrast)
    let degrees: Double =
      switch method {
      case .satterthwaite, .kenwardRoger: fit.curvature.satterthwaite(contrast)
      case .betweenWithin:
        contrast.indices.filter { contrast[$0] != 0 }.map { betweenWithin[$0] }.min() ?? .infinity
      case .none: .infinity
      }
    return CoefficientTest(
      term: name, estimate: dot(contrast, fit.coefficients), variance: variance,
      degreesOfFreedom: degrees, level: level)
  }
}
