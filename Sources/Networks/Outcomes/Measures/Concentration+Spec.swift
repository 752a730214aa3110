public import StudyFiles

/// `concentration(KIND)`
public struct ConcentrationMeasureSpec: GroupMeasureSpec {
  public static let name = "concentration"
  public static let documentation = ChoiceDocumentation(
    summary: "how far the members of a kind of group are concentrated in few groups",
    formula: "sum over groups of (members / all members)^2, from 1 / groups to 1; 0 without groups",
    reference: "Hirschman (1964), American Economic Review 54, 761-762")
  public let kind: PartnershipKind

  public init(of kind: PartnershipKind) { self.kind = kind }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure { Concentration(name, kind: kind) }
}
