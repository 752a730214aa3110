public import StudyFiles

/// `clustering` or `clustering(RELATION)`
public struct ClusteringMeasureSpec: TieMeasureSpec {
  public static let name = "clustering"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of pairs of a school's partners that are partners themselves",
    formula:
      "3 triangles / paths of two ties; clustering(RELATION) of another relation than the first")
  public let relation: LocatedText?

  public init(of relation: LocatedText?) { self.relation = relation }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    Clustering(name, of: schools.position(relation) ?? 0)
  }
}
