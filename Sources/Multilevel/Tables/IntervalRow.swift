public import Tables

/// A row of `intervals`.
public struct IntervalRow: TidyRow, Hashable {
  public let interval: IntervalEstimate

  public init(_ interval: IntervalEstimate) { self.interval = interval }

  public static let schema = [
    Field(
      "parameter",
      "What is estimated: coefficient, sd or correlation of group-level effects, sigma (residual), vpc "
        + "(share of the variance left), icc (share without covariates), effect (in sd)."),
    Field("group", "The grouping factor, or `Residual`; missing for coefficients and effects."),
    Field("term", "The coefficient, the column whose effect varies, or the effect."),
    Field("other", "The second column of a correlation."),
    Field("kind", "How the interval was found: profile, percentile or basic (bootstrap)."),
    Field("estimate", "The estimate of the fit; of the ML fit where the interval is a profile."),
    Field("ci_low", "Lower end of the 95 % interval."),
    Field("ci_high", "Upper end of the 95 % interval."),
  ]

  public var cells: [Cell] {
    [
      .text(interval.parameter.kind.rawValue), .optional(interval.parameter.group),
      .optional(interval.parameter.term), .optional(interval.parameter.other),
      .text(interval.kind.rawValue), .optional(interval.estimate), .optional(interval.low),
      .optional(interval.high),
    ]
  }
}
