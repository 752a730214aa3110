public import Tables

/// A row of `predictions`: the mean prediction where some columns hold given values.
public struct PredictionRow: TidyRow, Hashable {
  public let name: String
  public let values: String
  public let test: CoefficientTest

  public static let schema = [
    Field("prediction", "The name of the prediction."),
    Field("at", "What the columns are set to; all others are as they are."),
    Field("estimate", "Mean prediction over the rows, in units of the response."),
    Field("std_error", "Its standard error."),
    Field(
      "df",
      "Degrees of freedom of the interval; missing where the normal distribution was asked for."),
    Field("ci_low", "Lower end of the 95 % interval."),
    Field("ci_high", "Upper end of the 95 % interval."),
  ]

  public var cells: [Cell] { [.text(name), .text(values)] + test.estimateCells(false) }
}
