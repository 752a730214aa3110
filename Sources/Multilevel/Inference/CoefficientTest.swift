public import LinearAlgebra
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

  package init(
    term: String, estimate: Double, variance: Double, degreesOfFreedom: Double, level: Double
  ) {
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
  /// - Parameters:
  ///   - errors: a covariance of this fit that is robust to clusters, with whose own degrees of freedom
  ///     `satterthwaite` then tests; the model's where `nil`.
  ///   - level: the coverage of the intervals.
  /// - Throws: ``EstimationError`` where `method` is Kenward and Roger's and too many groups hang together,
  ///   or `errors` are not the model's.
  public func tests(
    _ method: DegreesOfFreedomMethod = .satterthwaite, errors: ClusterRobust? = nil,
    level: Double = 0.95
  ) throws(EstimationError) -> [CoefficientTest] {
    let inference = try SmallSampleInference(self, method, errors)
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
    errors: ClusterRobust? = nil, level: Double = 0.95
  ) throws(EstimationError) -> CoefficientTest {
    precondition(
      contrast.count == coefficients.count,
      "\(contrast.count) weights for \(coefficients.count) coefficients")
    return try SmallSampleInference(self, method, errors).test(contrast, named: name, level: level)
  }
}

extension LinearMixedModelFit {
  /// The covariance of the coefficients that the tests of a method rest on: Kenward and Roger's is adjusted
  /// for small samples, the others use ``covariance``.
  ///
  /// - Throws: ``EstimationError`` where `method` is Kenward and Roger's and too many groups hang together.
  public func covariance(_ method: DegreesOfFreedomMethod) throws(EstimationError) -> Matrix {
    method == .kenwardRoger ? try KenwardRoger(self).covariance : covariance
  }
}

/// Variances and degrees of freedom of contrasts by one method.
struct SmallSampleInference {
  let fit: LinearMixedModelFit
  let method: DegreesOfFreedomMethod
  let betweenWithin: [Double]
  let kenwardRoger: KenwardRoger?
  let errors: ClusterRobust?

  init(
    _ fit: LinearMixedModelFit, _ method: DegreesOfFreedomMethod, _ errors: ClusterRobust?
  ) throws(EstimationError) {
    if method == .kenwardRoger, errors != nil { throw .modelErrorsNeeded(method) }
    try fit.checkStructure(for: method)
    if method == .betweenWithin, fit.isStreamed { throw .needsRows("`df: between-within`") }
    self.errors = errors
    self.fit = fit
    self.method = method
    betweenWithin = method == .betweenWithin ? fit.betweenWithin : []
    kenwardRoger = method == .kenwardRoger ? try KenwardRoger(fit) : nil
  }

  func test(_ contrast: [Double], named name: String, level: Double) -> CoefficientTest {
    let covariance = errors?.covariance ?? kenwardRoger?.covariance ?? fit.covariance
    let variance = dot(contrast, covariance * contrast)
    let degrees: Double =
      switch method {
      case .satterthwaite:
        errors?.degreesOfFreedom(contrast) ?? fit.curvature.satterthwaite(contrast)
      case .kenwardRoger: kenwardRoger?.degreesOfFreedom(contrast) ?? .infinity
      case .betweenWithin:
        contrast.indices.filter { contrast[$0] != 0 }.map { betweenWithin[$0] }.min() ?? .infinity
      case .none: .infinity
      }
    return CoefficientTest(
      term: name, estimate: dot(contrast, fit.coefficients), variance: variance,
      degreesOfFreedom: degrees, level: level)
  }
}
