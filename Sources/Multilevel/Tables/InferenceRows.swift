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

extension CoefficientTest {
  /// Estimate, standard error and degrees of freedom, statistic and p-value where they are wanted, interval.
  fileprivate func estimateCells(_ isTested: Bool) -> [Cell] {
    [
      .number(estimate), .number(standardError),
      .optional(degreesOfFreedom.isFinite ? degreesOfFreedom : nil),
    ] + (isTested ? [.number(statistic), .number(pValue)] : []) + [.number(low), .number(high)]
  }
}
