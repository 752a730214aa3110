public import Tables

/// A row of `effects`.
public struct EffectRow: TidyRow, Hashable {
  public let effect: EffectSize
  /// The table that gives months of progress, where they are asked for.
  public let months: MonthsTable?

  public init(_ effect: EffectSize, months: MonthsTable? = nil) {
    self.effect = effect
    self.months = months
  }

  public static let schema = [
    Field("effect", "The coefficient, or the covariate whose average effect this is."),
    Field(
      "scale", "Whose standard deviation is the unit: total-sd, within-sd, eef-total or eef-within."
    ),
    Field(
      "estimate", unit: "sd", "Hedges' g, with the small-sample factor but for the eef scales."),
    Field("std_error", unit: "sd", "Standard error, by the delta method."),
    Field("ci_low", unit: "sd", "Lower end of the 95 % interval."),
    Field("ci_high", unit: "sd", "Upper end of the 95 % interval."),
    Field("months_low", unit: "months", "Lower end in months of progress, where asked for."),
    Field("months_high", unit: "months", "Upper end in months of progress, where asked for."),
    Field("mdes", unit: "sd", "Smallest effect found with power 0.8 by a two-sided test at 5 %."),
    Field(
      "variances", "Whose variances the unit has: of the model without covariates, or conditional."),
  ]

  public var cells: [Cell] {
    [
      .text(effect.effect), .text(effect.scale.rawValue), .number(effect.estimate),
      .number(effect.standardError), .number(effect.low), .number(effect.high),
      .optional(months?.months(effect.low)), .optional(months?.months(effect.high)),
      .number(effect.minimumDetectable),
      .text(effect.isConditional ? "conditional" : "unconditional"),
    ]
  }
}
