public import StudyFiles

/// `coverage`
public struct CoverageSpec: PlainMeasureSpec {
  public static let name = "coverage"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of schools that have a partner, of all and of fifths by poverty")

  public init() {}

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    Coverage(schools: schools.actors.count, poverty: schools.poverty)
  }
}
