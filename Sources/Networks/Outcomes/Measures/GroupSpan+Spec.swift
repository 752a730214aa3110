public import StudyFiles

/// `span(KIND)`
public struct SpanMeasureSpec: GroupMeasureSpec {
  public static let name = "span"
  public static let documentation = ChoiceDocumentation(
    summary: "the mean distance between the members of a kind of group, in kilometres",
    formula: "mean over groups of the mean over pairs of members")
  public let kind: PartnershipKind

  public init(of kind: PartnershipKind) { self.kind = kind }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    GroupSpan(name, kind: kind, locations: try schools.actors.places(for: Self.name))
  }
}
