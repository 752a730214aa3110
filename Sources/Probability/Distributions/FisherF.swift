/// The F distribution, of a ratio of two mean squares.
public struct FisherF: Sendable, Hashable {
  public let numerator: Double
  public let denominator: Double

  /// - Parameters: degrees of freedom of the numerator and denominator; the denominator's may be +∞.
  public init(numerator: Double, denominator: Double) {
    precondition(numerator > 0 && denominator > 0, "F(\(numerator), \(denominator))")
    self.numerator = numerator
    self.denominator = denominator
  }

  /// P(F ≥ x): the p-value of a statistic.
  public func upperTail(_ x: Double) -> Double {
    guard x > 0 else { return 1 }
    guard denominator.isFinite else {
      return ChiSquared(degreesOfFreedom: numerator).upperTail(x * numerator)
    }
    let total = denominator + numerator * x
    return regularizedIncompleteBeta(
      denominator / total, complement: numerator * x / total, denominator / 2, numerator / 2)
  }
}
