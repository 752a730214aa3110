public import StudyFiles

/// `components` or `components(RELATION)`
public struct ComponentsMeasureSpec: TieMeasureSpec {
  public static let name = "components"
  public static let documentation = ChoiceDocumentation(
    summary: "the number of sets of schools that ties connect; a school without a tie is none")
  public let relation: LocatedText?

  public init(of relation: LocatedText?) { self.relation = relation }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    Connection(name, .components, of: schools.position(relation) ?? 0)
  }
}

/// `largest-component` or `largest-component(RELATION)`
public struct LargestComponentMeasureSpec: TieMeasureSpec {
  public static let name = "largest-component"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of schools in the largest set that ties connect, 0 without ties")
  public let relation: LocatedText?

  public init(of relation: LocatedText?) { self.relation = relation }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    Connection(name, .largest, of: schools.position(relation) ?? 0)
  }
}
