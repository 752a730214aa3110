public import Tables

/// A row of `coefficients`.
public struct CoefficientRow: TidyRow, Hashable {
  public let test: CoefficientTest

  public init(_ test: CoefficientTest) { self.test = test }

  public static let schema = [
    Field("term", "The coefficient, in R's spelling."),
    Field("estimate", "Its estimate, in units of the response per unit of the covariate."),
    Field("std_error", "Standard error of the estimate."),
    Field(
      "df", "Degrees of freedom of the test; missing where the normal distribution was asked for."),
    Field("statistic", "Estimate over standard error."),
    Field("p_value", "Two-sided p-value of the test against zero."),
    Field("ci_low", "Lower end of the 95 % interval."),
    Field("ci_high", "Upper end of the 95 % interval."),
  ]

  public var cells: [Cell] {
    [
      .text(test.term), .number(test.estimate), .number(test.standardError),
      test.degreesOfFreedom.isFinite ? .number(test.degreesOfFreedom) : .missing,
      .number(test.statistic), .number(test.pValue), .number(test.low), .number(test.high),
    ]
  }
}
