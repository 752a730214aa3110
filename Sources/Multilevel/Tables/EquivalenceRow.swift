public import Tables

/// A row of `equivalence`: whether a coefficient is shown to lie within bounds.
public struct EquivalenceRow: TidyRow, Hashable {
  public let test: EquivalenceTest
  /// As the study writes it.
  public let bound: String

  public static let schema = [
    Field("term", "The coefficient."),
    Field("bound", "The largest difference that does not matter, as written."),
    Field("estimate", "Its estimate, in units of the response."),
    Field("std_error", "Standard error of the estimate."),
    Field(
      "df", "Degrees of freedom of the tests; missing where the normal distribution was asked for."),
    Field("low_bound", "The lower bound, in units of the response."),
    Field("high_bound", "The upper bound."),
    Field("p_low", "P-value of the hypothesis that the truth lies at or below the lower bound."),
    Field("p_high", "P-value of the hypothesis that it lies at or above the upper bound."),
    Field("ci_low", "Lower end of the 90 % interval."),
    Field("ci_high", "Upper end of the 90 % interval."),
    Field("verdict", "`equivalent` where both p-values are below 0.05, otherwise `not shown`."),
  ]

  public var cells: [Cell] {
    [
      .text(test.term), .text(bound), .number(test.estimate), .number(test.standardError),
      .optional(test.degreesOfFreedom.isFinite ? test.degreesOfFreedom : nil),
      .number(test.lowBound), .number(test.highBound), .number(test.lowPValue),
      .number(test.highPValue), .number(test.low), .number(test.high),
      .text(test.isEquivalent ? "equivalent" : "not shown"),
    ]
  }
}
