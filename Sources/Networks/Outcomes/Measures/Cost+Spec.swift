public import StudyFiles

/// `cost`
public struct CostMeasureSpec: PlainMeasureSpec {
  public static let name = "cost"
  public static let documentation = ChoiceDocumentation(
    summary: "what the policy has cost from the start, not discounted, in prices of `costs`")

  public init() {}

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure { Cost() }
}
