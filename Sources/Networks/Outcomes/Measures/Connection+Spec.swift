public import StudyFiles

/// `components`
public struct ComponentsMeasureSpec: PlainMeasureSpec {
  public static let name = "components"
  public static let documentation = ChoiceDocumentation(
    summary: "the number of sets of schools that ties connect; a school without a tie is none")

  public init() {}

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure { Connection(name, .components) }
}

/// `largest-component`
public struct LargestComponentMeasureSpec: PlainMeasureSpec {
  public static let name = "largest-component"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of schools in the largest set that ties connect, 0 without ties")

  public init() {}

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure { Connection(name, .largest) }
}
