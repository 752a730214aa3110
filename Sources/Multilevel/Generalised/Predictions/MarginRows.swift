public import Tables

/// A row of `predictions`.
public struct AverageOutcomeRow: TidyRow, Hashable {
  public let outcome: AverageOutcome

  public init(_ outcome: AverageOutcome) { self.outcome = outcome }

  public static let schema = [
    Field("category", "The category of an ordered response; missing for others."),
    Field(
      "covariate", "The covariate that is set in every row; missing where rows are as they are."),
    Field("value", "What it is set to."),
    Field(
      "scale", "population: averaged over the random effects; typical: with random effects of zero."
    ),
    Field("estimate", "Predicted probability, or mean, averaged over the rows."),
    Field("std_error", "Its standard error, by the delta method."),
    Field("ci_low", "Lower end of the 95 % interval."),
    Field("ci_high", "Upper end of the 95 % interval."),
  ]

  public var cells: [Cell] {
    [
      .optional(outcome.category), .optional(outcome.covariate), .optional(outcome.value),
      .text(outcome.scale.rawValue), .number(outcome.estimate), .number(outcome.standardError),
      .number(outcome.low), .number(outcome.high),
    ]
  }
}

/// A row of `margins`.
public struct MarginalEffectRow: TidyRow, Hashable {
  public let effect: MarginalEffect

  public init(_ effect: MarginalEffect) { self.effect = effect }

  public static let schema = [
    Field("term", "The covariate."),
    Field("kind", "difference: between 1 and 0; derivative: per unit."),
    Field("category", "The category of an ordered response; missing for others."),
    Field(
      "scale", "population: averaged over the random effects; typical: with random effects of zero."
    ),
    Field("estimate", "Average marginal effect on the probability, or on the mean."),
    Field("std_error", "Its standard error, by the delta method."),
    Field("ci_low", "Lower end of the 95 % interval."),
    Field("ci_high", "Upper end of the 95 % interval."),
  ]

  public var cells: [Cell] {
    [
      .text(effect.term), .text(effect.isDifference ? "difference" : "derivative"),
      .optional(effect.category), .text(effect.scale.rawValue), .number(effect.estimate),
      .number(effect.standardError), .number(effect.low), .number(effect.high),
    ]
  }
}

/// A row of `r_squared`.
public struct ExplainedShareRow: TidyRow, Hashable {
  public let share: ExplainedShare

  public init(_ share: ExplainedShare) { self.share = share }

  public static let schema = [
    Field("variant", "latent: the link's own variance; delta: by the slope of the mean."),
    Field("marginal", "Share of the fixed part."),
    Field("conditional", "Share of the fixed and the random part."),
    Field("fixed_variance", "Variance of the fixed part over the rows."),
    Field("random_variance", "Mean variance of the random part."),
    Field("distribution_variance", "Variance of the distribution on this scale."),
  ]

  public var cells: [Cell] {
    [
      .text(share.variant.rawValue), .number(share.marginal), .number(share.conditional),
      .number(share.fixedVariance), .number(share.randomVariance),
      .number(share.distributionVariance),
    ]
  }
}
