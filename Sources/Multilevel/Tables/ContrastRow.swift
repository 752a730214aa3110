public import Tables

/// A row of `contrasts`: one equation of a hypothesis.
public struct ContrastRow: TidyRow, Hashable {
  public let hypothesis: String
  public let equation: String
  public let test: CoefficientTest

  public static let schema = [
    Field("hypothesis", "The name of the hypothesis."),
    Field("equation", "The equation as written."),
    Field("estimate", "Left side minus right side."),
    Field("std_error", "Standard error of the difference."),
    Field(
      "df", "Degrees of freedom of the test; missing where the normal distribution was asked for."),
    Field("statistic", "Estimate over standard error."),
    Field("p_value", "Two-sided p-value of the equation."),
    Field("ci_low", "Lower end of the 95 % interval."),
    Field("ci_high", "Upper end of the 95 % interval."),
  ]

  public var cells: [Cell] { [.text(hypothesis), .text(equation)] + test.estimateCells(true) }
}
