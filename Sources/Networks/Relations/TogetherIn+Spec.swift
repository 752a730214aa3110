public import StudyFiles

/// `together-in(KIND)`
public struct TogetherInSpec: NetworkEffectSpec {
  public static let name = "together-in"
  public static let documentation = ChoiceDocumentation(
    summary:
      "ties within a kind of group as it is at present: federation, trust, family, hub or programme; in "
      + "scenarios, where policies found, join and end groups",
    formula: "s_i = sum_j x_ij 1{i and j are in the same group of the kind}",
    change: "1{i and j are in the same group of the kind}",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  let kind: PartnershipKind
  private let text: LocatedText

  public init(from section: Section) throws(SpecErrors) {
    kind = try section.kindOfGroup(Self.name)
    text = try section.onlyArgument(of: Self.name)
  }

  /// - Throws: always: no column of the actors says who is in which group later. Scenarios look at the groups.
  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    throw .presentGroups(effect: "\(Self.name)(\(text.text))")
  }
}
