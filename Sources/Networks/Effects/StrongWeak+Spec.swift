public import StudyFiles

/// `strong-weak(COLUMN)` or `strong-weak(COLUMN, GAP)`
public struct StrongWeakSpec: NetworkEffectSpec {
  public static let name = "strong-weak"
  public static let documentation = ChoiceDocumentation(
    summary:
      "a strong partner for a weak one: values of a column that differ by at least a gap, in standard "
      + "deviations, 0.5 unless given",
    formula: "s_i = sum_j x_ij 1{|v_i - v_j| >= gap sd(v)}",
    change: "1{|v_i - v_j| >= gap sd(v)}",
    reference: "Muijs (2015), Oxford Review of Education 41(5)")
  private let column: LocatedText
  private let gap: Double

  public init(from section: Section) throws(SpecErrors) {
    guard let column = section.arguments.first, section.arguments.count <= 2 else {
      throw section.error(
        .rule(
          "expected a column and perhaps a gap, as in `strong-weak(prior, 0.5)`, found "
            + "\(section.arguments.count) arguments"))
    }
    self.column = column
    gap = try section.number(1, or: 0.5, of: Self.name, expecting: "a gap above 0") { $0 > 0 }
  }

  public var columns: [LocatedText] { [column] }

  public func selection(_ centring: Centring) -> (any PairFunction)? {
    FarApart(gap: gap * centring.sd)
  }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    let values = try actors.numbers(column.text)
    return CovariateEffect(FarApart(gap: gap * Centring(values).sd), values)
  }
}

/// `shared-group(COLUMN)`
public struct SharedGroupSpec: NetworkEffectSpec {
  public static let name = "shared-group"
  public static let documentation = ChoiceDocumentation(
    summary: "partners in the same group; a missing value of the column is no group",
    formula: "s_i = sum_j x_ij 1{g_i = g_j, both known}",
    change: "1{g_i = g_j, both known}",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  private let column: LocatedText

  public init(from section: Section) throws(SpecErrors) {
    column = try section.onlyArgument(of: Self.name)
  }

  public var columns: [LocatedText] { [column] }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    // Whoever is in no group is in one of its own.
    var codes = try actors.groups(column.text)
    var next = (codes.max() ?? -1) + 1
    for k in codes.indices where codes[k] < 0 {
      codes[k] = next
      next += 1
    }
    return Same(codes)
  }
}
