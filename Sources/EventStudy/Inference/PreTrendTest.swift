internal import LinearAlgebra
internal import Probability

/// Whether all effects before treatment are zero: W = θ̂ᵀ Cov⁻¹ θ̂, chi-squared.
///
/// A trend that the test does not find may still be there; bounds say what it could do.
public struct PreTrendTest: Sendable, Hashable {
  public let statistic: Double
  public let degreesOfFreedom: Int
  public let pValue: Double

  /// `nil` where there is no effect before treatment, or the effects are too many for their clusters.
  public init?(_ effects: GroupTimeEffects) {
    let anticipation = effects.settings.anticipation
    let before = effects.cells.filter {
      $0.failure == nil && !$0.isBase && $0.period < $0.cohort - anticipation
    }
    guard !before.isEmpty else { return nil }
    let covariance = InfluenceCovariance(before.map(\.influence), in: effects.panel).covariance
    guard before.count < effects.panel.clusterCount, let factor = try? Cholesky(covariance),
      (0..<before.count).allSatisfy({
        factor.lower[$0, $0] * factor.lower[$0, $0] > 1e-10 * covariance[$0, $0]
      })
    else { return nil }
    let estimates = before.map(\.estimate)
    var sum = 0.0
    for (a, b) in zip(estimates, factor.solve(estimates)) { sum += a * b }
    statistic = sum
    degreesOfFreedom = before.count
    pValue = ChiSquared(degreesOfFreedom: Double(before.count)).upperTail(sum)
  }
}
