public import LinearAlgebra

/// Coefficients of a fitted step with their covariance, on their way into a scenario.
public struct CarriedEstimate: Sendable, Codable {
  public let terms: [String]
  public let estimates: [Double]
  /// p × p.
  public let covariance: Matrix
  /// The term that the step was asked about, which is meant where none is named.
  public let effect: String?
  /// `sd` where the estimates are in standard deviations of the outcome; empty for its own unit.
  public let unit: String

  public init(
    terms: [String], estimates: [Double], covariance: Matrix, unit: String, effect: String? = nil
  ) {
    precondition(
      terms.count == estimates.count, "\(terms.count) terms, \(estimates.count) estimates")
    self.terms = terms
    self.estimates = estimates
    self.covariance = covariance
    self.unit = unit
    self.effect = effect
  }
}
