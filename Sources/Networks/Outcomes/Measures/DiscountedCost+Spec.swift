public import StudyFiles

/// `discounted-cost`
public struct DiscountedCostMeasureSpec: PlainMeasureSpec {
  public static let name = "discounted-cost"
  public static let documentation = ChoiceDocumentation(
    summary: "what the policy has cost from the start, discounted to the first year",
    formula: "sum_t cost_t / (1 + discount)^(t - 1)", reference: "HM Treasury, The Green Book")

  public init() {}

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure { DiscountedCost(discount: schools.prices.discount) }
}
