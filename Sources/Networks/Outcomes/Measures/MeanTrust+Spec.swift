public import StudyFiles

/// `trust`
public struct TrustMeasureSpec: PlainMeasureSpec {
  public static let name = "trust"
  public static let documentation = ChoiceDocumentation(
    summary: "the mean trust of ties, from 0 to 1; needs `trust`")

  public init() {}

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure { MeanTrust() }
}
