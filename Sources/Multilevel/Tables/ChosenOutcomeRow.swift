public import Tables

/// A row of `chosen_predictions`: the average probability or mean where some columns hold given values.
public struct ChosenOutcomeRow: TidyRow, Hashable {
  public let name: String
  public let values: String
  public let outcome: AverageOutcome

  public static let schema = [
    Field("prediction", "The name of the prediction."),
    Field("at", "What the columns are set to; all others are as they are."),
    Field("category", "The category of an ordered response; missing for others."),
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
      .text(name), .text(values), .optional(outcome.category), .text(outcome.scale.rawValue),
      .number(outcome.estimate), .number(outcome.standardError), .number(outcome.low),
      .number(outcome.high),
    ]
  }
}
