public import Tables

/// A row of `hypotheses`: equations tested at once.
public struct HypothesisRow: TidyRow, Hashable {
  public let test: JointTest
  public let equations: String

  public static let schema = [
    Field("hypothesis", "The name of the hypothesis."),
    Field("equations", "Its equations as written."),
    Field(
      "statistic", "F; the χ² statistic over `df` where the normal distribution was asked for."),
    Field("df", "How many independent equations are tested."),
    Field(
      "df_error",
      "Degrees of freedom of the denominator; missing where the normal distribution was asked for or too few "
        + "clusters leave none."),
    Field("p_value", "P-value of all equations together."),
  ]

  public var cells: [Cell] {
    [
      .text(test.name), .text(equations), .number(test.statistic), .count(test.numerator),
      .optional(test.denominator.flatMap { $0.isFinite ? $0 : nil }), .optional(test.pValue),
    ]
  }
}
