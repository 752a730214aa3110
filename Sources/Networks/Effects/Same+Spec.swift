public import StudyFiles

/// `same(COLUMN)`
public struct SameSpec: NetworkEffectSpec {
  public static let name = "same"
  public static let documentation = ChoiceDocumentation(
    summary: "partners with the same value of a column",
    formula: "s_i = sum_j x_ij 1{v_i = v_j}",
    change: "1{v_i = v_j}",
    reference: "Snijders (2001), doi:10.1111/0081-1750.00099")

  private let column: LocatedText

  public init(from section: Section) throws(SpecErrors) {
    column = try section.onlyArgument(of: Self.name)
  }

  public var columns: [LocatedText] { [column] }

  public func selection(_ centring: Centring) -> (any PairFunction)? { SameValue() }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    Same(try actors.codes(column.text))
  }
}
