public import StudyFiles

/// `sustained`
public struct SustainedMeasureSpec: PlainMeasureSpec {
  public static let name = "sustained"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of ties that outlast the policies",
    formula: "of the ties at the end of the last year in which any policy works, those still there")

  public init() {}

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure { Sustained() }
}
