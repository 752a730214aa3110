public import Tables

/// A row of `residuals`: one number that says how residuals or group effects are distributed.
public struct ResidualRow: TidyRow, Hashable {
  public let level: String
  public let term: String?
  public let measure: String
  public let at: Double?
  public let value: Double
  public let expected: Double?
  public let degreesOfFreedom: Int?
  public let pValue: Double?
  public let count: Int

  init(
    _ level: String, _ term: String?, _ measure: String, at: Double? = nil, _ value: Double,
    expected: Double? = nil, degreesOfFreedom: Int? = nil, pValue: Double? = nil, count: Int
  ) {
    self.level = level
    self.term = term
    self.measure = measure
    self.at = at
    self.value = value
    self.expected = expected
    self.degreesOfFreedom = degreesOfFreedom
    self.pValue = pValue
    self.count = count
  }

  public static let schema = [
    Field("level", "`Residual` for the rows, or a grouping factor."),
    Field("term", "The column whose effect this is, or the group that lies far out."),
    Field(
      "measure",
      "mean, sd, skewness, kurtosis (less 3), quantile, binned-variance, homogeneity, shapiro-francia, "
        + "or distance."),
    Field("at", "The probability of a quantile, or the mean fitted value of a bin."),
    Field("value", "Of the measure, for standardised residuals or effects."),
    Field("expected", "What it is expected to be under the model."),
    Field("df", "Degrees of freedom of a test."),
    Field("p_value", "Of a test; of a distance allowing for the number of groups."),
    Field("count", "Rows or groups behind the value."),
  ]

  public var cells: [Cell] {
    [
      .text(level), .optional(term), .text(measure), .optional(at), .number(value),
      .optional(expected), .optional(degreesOfFreedom), .optional(pValue), .count(count),
    ]
  }
}
