public import Tables

/// A row of `margins`: the mean effect of a column over the rows.
public struct MarginRow: TidyRow, Hashable {
  public let column: String
  public let contrast: String
  public let test: CoefficientTest

  public static let schema = [
    Field("column", "The column."),
    Field(
      "contrast", "`slope` for a number; for categories and 0/1 columns the two values compared."),
    Field("estimate", "Mean effect over the rows, in units of the response."),
    Field("std_error", "Its standard error."),
    Field(
      "df", "Degrees of freedom of the test; missing where the normal distribution was asked for."),
    Field("statistic", "Estimate over standard error."),
    Field("p_value", "Two-sided p-value of the test against zero."),
    Field("ci_low", "Lower end of the 95 % interval."),
    Field("ci_high", "Upper end of the 95 % interval."),
  ]

  public var cells: [Cell] { [.text(column), .text(contrast)] + test.estimateCells(true) }
}
