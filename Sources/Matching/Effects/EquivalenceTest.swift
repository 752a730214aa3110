internal import Probability
public import Tables

/// Two one-sided tests of whether an effect is smaller, in either direction, than what matters (Schuirmann
/// 1987, DOI 10.1007/BF01068419): a small effect is shown by an interval that lies within the bounds, never
/// by a difference that was not found.
public struct EquivalenceTest: TidyRow, Hashable {
  public let outcome: String
  public let adjusted: [String]
  public let estimate: Double
  /// In the outcome's units.
  public let bound: Double
  /// In standard deviations within arms of the sample.
  public let boundDeviations: Double
  /// 90 %: it lies within the bounds where both one-sided tests reject at 5 %.
  public let interval: ClosedRange<Double>
  /// The larger of both one-sided p-values.
  public let pValue: Double

  public var isEquivalent: Bool { pValue <= 0.05 }

  public static let schema = [
    Field("outcome", "the outcome"),
    Field("adjusted", "covariates that the estimate is adjusted for"),
    Field("estimate", unit: "outcome", "treated less comparators"),
    Field("bound", unit: "outcome", "the largest effect that does not matter"),
    Field("bound_sd", unit: "sd", "the same, in standard deviations within arms"),
    Field("ci90_low", unit: "outcome", "lower end of the 90 % interval"),
    Field("ci90_high", unit: "outcome", "upper end of the 90 % interval"),
    Field("p_value", "the larger of both one-sided p-values"),
    Field("equivalent", "whether the effect is shown to be within the bounds, at 5 %"),
  ]

  public var cells: [Cell] {
    [
      .text(outcome), .text(adjusted.joined(separator: " ")), .number(estimate), .number(bound),
      .number(boundDeviations), .number(interval.lowerBound), .number(interval.upperBound),
      .number(pValue), .flag(isEquivalent),
    ]
  }

  /// A bound as it is asked for.
  public enum Bound: Sendable, Hashable {
    case outcome(Double)
    /// Standard deviations within arms of the matched sample.
    case deviations(Double)
  }

  public init(_ effect: DesignEffect, within bound: Bound) {
    let limit =
      switch bound {
      case .outcome(let value): value
      case .deviations(let value): value * effect.deviation
      }
    let t = StudentT(degreesOfFreedom: effect.degreesOfFreedom)
    let half = t.quantile(0.95) * effect.standardError
    outcome = effect.outcome
    adjusted = effect.adjusted
    estimate = effect.estimate
    self.bound = limit
    boundDeviations = limit / effect.deviation
    interval =
      half.isFinite ? effect.estimate - half...effect.estimate + half : -.infinity ... .infinity
    pValue = max(
      t.cumulative(-(effect.estimate + limit) / effect.standardError),
      t.cumulative((effect.estimate - limit) / effect.standardError))
  }
}
