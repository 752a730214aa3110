public import StudyFiles

/// `coverage` or `coverage(RELATION)`
public struct CoverageSpec: TieMeasureSpec {
  public static let name = "coverage"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of schools that have a partner, of all and of fifths by poverty",
    formula:
      "coverage: a tie of the first relation or a group; coverage(RELATION): a tie of that one")
  public let relation: LocatedText?

  public init(of relation: LocatedText?) { self.relation = relation }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    Coverage(
      name, of: schools.position(relation), schools: schools.actors.count,
      poverty: schools.poverty)
  }
}
