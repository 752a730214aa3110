public import StudyFiles

/// `sustained` or `sustained(RELATION)`
public struct SustainedMeasureSpec: TieMeasureSpec {
  public static let name = "sustained"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of ties that outlast the policies",
    formula:
      "of the ties at the end of the last year in which any policy works, those still there; "
      + "sustained(RELATION) of another relation than the first")
  public let relation: LocatedText?

  public init(of relation: LocatedText?) { self.relation = relation }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    Sustained(name, of: schools.position(relation) ?? 0)
  }
}
