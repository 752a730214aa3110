public import StudyFiles

/// `log-distance`
public struct LogDistanceSpec: NetworkEffectSpec {
  public static let name = "log-distance"
  public static let documentation = ChoiceDocumentation(
    summary:
      "the logarithm of one plus the distance in kilometres: below zero where the near are preferred",
    formula: "s_i = sum_j x_ij ln(1 + d_ij)",
    change: "ln(1 + d_ij)",
    reference: "Preciado et al. (2012), doi:10.1016/j.socnet.2011.01.002")

  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
  }

  public var needsLocations: Bool { true }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    LogDistance(try actors.places(for: Self.name))
  }
}
