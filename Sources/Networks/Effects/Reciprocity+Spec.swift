public import StudyFiles

/// `reciprocity`
public struct ReciprocitySpec: NetworkEffectSpec {
  public static let name = "reciprocity"
  public static let documentation = ChoiceDocumentation(
    summary: "ties that are returned; directed networks only",
    formula: "s_i = sum_j x_ij x_ji",
    change: "x_ji",
    reference: "Snijders (2001), doi:10.1111/0081-1750.00099")

  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
  }

  public var isForUndirected: Bool { false }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    Reciprocity()
  }
}
