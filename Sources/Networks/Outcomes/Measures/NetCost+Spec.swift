public import StudyFiles

/// `net-cost`
public struct NetCostMeasureSpec: PlainMeasureSpec {
  public static let name = "net-cost"
  public static let documentation = ChoiceDocumentation(
    summary:
      "the discounted cost less what the gain in the outcome is worth; needs `costs.value-of-sd`",
    formula: "discounted cost - value-of-sd sum_i pupils_i (y_i - y_i(0)) / sd, discounted")

  public init() {}

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    guard let value = schools.prices.valueOfSD else { throw .noValueOfSD }
    return NetCost(
      discount: schools.prices.discount, valueOfSD: value, weights: schools.weights,
      sd: schools.sd)
  }
}
