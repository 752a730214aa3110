internal import Probability
internal import Tables

/// The E-value: how strongly an unseen covariate would have to go with both treatment and outcome, as risk
/// ratios, to explain an effect away (VanderWeele & Ding 2017, DOI 10.7326/M16-2607).
///
/// For a risk ratio RR ≥ 1, RR + √(RR(RR − 1)); below one its inverse is taken. A difference d in standard
/// deviations counts as exp(0.91 d), its limits as exp(0.91 d ± 1.78 se). The E-value of the interval is that
/// of the limit nearer to no effect, and 1 where the interval holds it. A 0/1 outcome is taken as a risk
/// ratio, with the limits of the risk difference at the comparators' risk.
public struct EValue: SensitivityCheck, Hashable {
  public init() {}

  /// RR + √(RR(RR − 1)), of the ratio or its inverse.
  public static func of(riskRatio: Double) -> Double {
    let ratio = riskRatio < 1 ? 1 / riskRatio : riskRatio
    return ratio + (ratio * (ratio - 1)).squareRoot()
  }

  /// The E-value of the limit of an interval that is nearer to one; 1 where the interval holds one.
  public static func of(interval: ClosedRange<Double>) -> Double {
    if interval.lowerBound > 1 { return of(riskRatio: interval.lowerBound) }
    return interval.upperBound < 1 ? of(riskRatio: interval.upperBound) : 1
  }

  /// The risk ratio that a difference in standard deviations counts as, with its interval.
  public static func riskRatio(
    difference d: Double, standardError: Double
  ) -> (ratio: Double, interval: ClosedRange<Double>) {
    let low = PortableMath.exp(0.91 * d - 1.78 * standardError)
    let high = PortableMath.exp(0.91 * d + 1.78 * standardError)
    return (PortableMath.exp(0.91 * d), low...high)
  }

  public func run(_ context: SensitivityContext) throws(MatchingError) -> SensitivityResult {
    let match = context.match.outcome
    var effects = [try context.effect(of: context.outcome, adjust: [])]
    if !context.adjust.isEmpty { effects.append(try context.effect(of: context.outcome)) }
    let rows = effects.map { effect -> EValueRow in
      if let risk = comparatorRisk(match, outcome: context.outcome), risk > 0 {
        let ratio = (risk + effect.estimate) / risk
        let low = max(0, (risk + effect.interval.lowerBound) / risk)
        return EValueRow(
          effect: effect, scale: "risk ratio", ratio: max(0, ratio),
          interval: low...max(low, (risk + effect.interval.upperBound) / risk))
      }
      let found = Self.riskRatio(
        difference: effect.estimate / effect.deviation,
        standardError: effect.standardError / effect.deviation)
      return EValueRow(
        effect: effect, scale: "exp(0.91 d)", ratio: found.ratio, interval: found.interval)
    }
    return SensitivityResult(tables: [TidyTable("e_values", rows)])
  }

  /// The comparators' weighted share of ones; `nil` where the outcome is not 0/1.
  private func comparatorRisk(_ match: MatchOutcome, outcome: Covariate) -> Double? {
    guard case .numbers(let y) = outcome.values else { return nil }
    let used = y.indices.filter { match.sample.isUsed($0) && y[$0].isFinite }
    guard used.allSatisfy({ y[$0] == 0 || y[$0] == 1 }) else { return nil }
    var sum = 0.0
    var total = 0.0
    for unit in used where !match.candidates.treated[unit] {
      sum += match.sample.weights[unit] * y[unit]
      total += match.sample.weights[unit]
    }
    return total > 0 ? sum / total : nil
  }
}

/// A row of `e_values`.
struct EValueRow: TidyRow {
  let effect: DesignEffect
  let scale: String
  let ratio: Double
  let interval: ClosedRange<Double>

  static let schema = [
    Field("outcome", "the outcome"),
    Field("adjusted", "covariates that the estimate is adjusted for"),
    Field("scale", "how the effect was made a risk ratio"),
    Field("d", unit: "sd", "the effect in standard deviations within arms"),
    Field("risk_ratio", "the effect as a risk ratio"),
    Field("ratio_low", "lower end of its interval"),
    Field("ratio_high", "upper end of its interval"),
    Field(
      "e_value", "risk ratio with treatment and with outcome that would explain the effect away"),
    Field("e_value_interval", "the same for the limit nearer to no effect; 1 where it holds none"),
  ]

  var cells: [Cell] {
    [
      .text(effect.outcome), .text(effect.adjusted.joined(separator: " ")), .text(scale),
      .number(effect.estimate / effect.deviation), .number(ratio), .number(interval.lowerBound),
      .number(interval.upperBound), .number(EValue.of(riskRatio: ratio)),
      .number(EValue.of(interval: interval)),
    ]
  }
}
