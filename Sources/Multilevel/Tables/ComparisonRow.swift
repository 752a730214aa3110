public import Tables

/// A row of `comparisons`: the model against a smaller one.
public struct ComparisonRow: TidyRow, Hashable {
  public let name: String
  public let formula: String
  public let comparison: ModelComparison

  public static let schema = [
    Field("name", "The name of the comparison."),
    Field("smaller", "The smaller model."),
    Field("statistic", "The fall in deviance from the smaller model to this one."),
    Field("df", "How many parameters this model has more."),
    Field("mixture", "The statistic's distribution where the smaller model holds."),
    Field("p_value", "P-value by that distribution."),
    Field("p_bootstrap", "P-value by responses drawn from the smaller model, where asked for."),
  ]

  public var cells: [Cell] {
    [
      .text(name), .text(formula), .number(comparison.statistic),
      .count(comparison.degreesOfFreedom), .text(comparison.mixtureText),
      .number(comparison.pValue), .optional(comparison.bootstrapPValue),
    ]
  }
}
