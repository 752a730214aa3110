public import StudyFiles

/// `turnover` or `turnover(RELATION)`
public struct TurnoverMeasureSpec: TieMeasureSpec {
  public static let name = "turnover"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of ties of a year's start or end that are not there at both",
    formula: "1 - Jaccard index of the ties at the two ends of the year")
  public let relation: LocatedText?

  public init(of relation: LocatedText?) { self.relation = relation }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    Turnover(name, of: schools.position(relation) ?? 0)
  }
}
