public import StudyFiles

/// `dyadic(TABLE)`
public struct DyadicSpec: NetworkEffectSpec {
  public static let name = "dyadic"
  public static let documentation = ChoiceDocumentation(
    summary:
      "a value of each pair, from a table with columns from, to, value; pairs that are not listed have 0",
    formula: "s_i = sum_j x_ij (w_ij - mean w), mean over ordered pairs",
    change: "w_ij - mean w",
    reference: "Snijders (2001), doi:10.1111/0081-1750.00099")
  private let table: LocatedText

  public init(from section: Section) throws(SpecErrors) {
    table = try section.onlyArgument(of: Self.name)
  }

  public var tables: [LocatedText] { [table] }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    DyadicCovariate(
      PairTable(actors: actors.count, pairs: try actors.pairs(table.text, valued: true)))
  }
}

/// `past(TABLE)`
public struct PastSpec: NetworkEffectSpec {
  public static let name = "past"
  public static let documentation = ChoiceDocumentation(
    summary: "partners of an earlier time, listed in either order in a table with columns from, to",
    formula: "s_i = sum_j x_ij 1{i and j were partners}",
    change: "1{i and j were partners}",
    reference: "Snijders (2001), doi:10.1111/0081-1750.00099")
  private let table: LocatedText

  public init(from section: Section) throws(SpecErrors) {
    table = try section.onlyArgument(of: Self.name)
  }

  public var tables: [LocatedText] { [table] }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    DyadicCovariate(
      PairTable(
        actors: actors.count, pairs: try actors.pairs(table.text, valued: false), symmetric: true),
      centred: false)
  }
}
