public import StudyFiles

/// `transitivity`
public struct TransitivitySpec: NetworkEffectSpec {
  public static let name = "transitivity"
  public static let documentation = ChoiceDocumentation(
    summary:
      "partners of partners: transitive triplets where directed, transitive triads where not",
    formula: "directed: s_i = sum_jh x_ij x_ih x_hj; undirected: s_i = sum_j<h x_ij x_ih x_jh",
    change: "directed sum_h x_ih (x_hj + x_jh), undirected sum_h x_ih x_jh",
    reference: "Snijders (2001), doi:10.1111/0081-1750.00099")

  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
  }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    Transitivity()
  }
}
