public import StudyFiles

/// `density`
public struct DensitySpec: NetworkEffectSpec {
  public static let name = "density"
  public static let documentation = ChoiceDocumentation(
    summary: "the number of ties: below zero where ties are rare",
    formula: "s_i = sum_j x_ij",
    change: "1",
    reference: "Snijders (2001), doi:10.1111/0081-1750.00099")

  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
  }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    Density()
  }
}
