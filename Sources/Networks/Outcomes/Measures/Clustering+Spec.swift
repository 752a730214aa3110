public import StudyFiles

/// `clustering`
public struct ClusteringMeasureSpec: PlainMeasureSpec {
  public static let name = "clustering"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of pairs of a school's partners that are partners themselves",
    formula: "3 triangles / paths of two ties")

  public init() {}

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure { Clustering() }
}
