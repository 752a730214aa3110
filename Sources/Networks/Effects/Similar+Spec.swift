public import StudyFiles

/// `similar(COLUMN)`
public struct SimilarSpec: NetworkEffectSpec {
  public static let name = "similar"
  public static let documentation = ChoiceDocumentation(
    summary: "partners alike in a number",
    formula:
      "s_i = sum_j x_ij (sim_ij - mean sim), sim_ij = 1 - |v_i - v_j| / range, mean over ordered pairs",
    change: "sim_ij - mean sim",
    reference: "Snijders (2001), doi:10.1111/0081-1750.00099")

  private let column: LocatedText

  public init(from section: Section) throws(SpecErrors) {
    column = try section.onlyArgument(of: Self.name)
  }

  public var columns: [LocatedText] { [column] }

  public func selection(_ centring: Centring) -> (any PairFunction)? {
    Likeness(range: centring.range, centre: centring.similarity)
  }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    Similar(try actors.numbers(column.text))
  }
}
