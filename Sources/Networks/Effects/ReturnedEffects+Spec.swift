public import StudyFiles

/// `returned-activity`
public struct ReturnedActivitySpec: PlainEffectSpec {
  public static let name = "returned-activity"
  public static let documentation = ChoiceDocumentation(
    summary: "those whose ties are returned have more such ties; directed networks only",
    formula: "s_i = (sum_j x_ij x_ji)^2",
    change: "x_ji (2 r_i + 1), r_i the other returned ties",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  public init() {}
  public var isForUndirected: Bool { false }
  public var effect: any NetworkEffect { ReturnedActivity() }
}

/// `returned-transitivity`
public struct ReturnedTransitivitySpec: PlainEffectSpec {
  public static let name = "returned-transitivity"
  public static let documentation = ChoiceDocumentation(
    summary:
      "partners of partners among returned ties, below zero where these need no third; directed networks only",
    formula: "s_i = sum_jh x_ij x_ji x_ih x_hj",
    change: "x_ji sum_h x_ih x_hj + sum_l x_il x_li x_jl",
    reference: "Block (2015), doi:10.1016/j.socnet.2014.10.005")
  public init() {}
  public var isForUndirected: Bool { false }
  public var effect: any NetworkEffect { ReturnedTransitivity() }
}

/// `gwesp-backward`, or with its decay: `gwesp-backward(0.69)`
public struct BackwardPartnersSpec: NetworkEffectSpec {
  public static let name = "gwesp-backward"
  public static let documentation = ChoiceDocumentation(
    summary:
      "circles of three, each further one counting for less; alpha is 0.69 unless given; directed networks only",
    formula: "s_i = sum_j x_ij e^alpha (1 - (1 - e^-alpha)^B_ij), B_ij = sum_h x_jh x_hi",
    change: "e^alpha (1 - (1 - e^-alpha)^B_ij)",
    reference: "Snijders et al. (2006), doi:10.1111/j.1467-9531.2006.00176.x")
  private let alpha: Double

  public init(from section: Section) throws(SpecErrors) {
    alpha = try section.number(
      0, or: 0.69, of: Self.name, expecting: "an alpha above 0 and at most 10"
    ) { $0 > 0 && $0 <= 10 }
  }

  public var isForUndirected: Bool { false }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    BackwardPartners(alpha: alpha)
  }
}

/// `returned-similar(COLUMN)`
public struct ReturnedSimilaritySpec: NetworkEffectSpec {
  public static let name = "returned-similar"
  public static let documentation = ChoiceDocumentation(
    summary:
      "ties returned the more the closer the two are in a column; directed networks only",
    formula: "s_i = sum_j x_ij x_ji (sim_ij - mean sim)",
    change: "x_ji (sim_ij - mean sim)",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  private let column: LocatedText

  public init(from section: Section) throws(SpecErrors) {
    column = try section.onlyArgument(of: Self.name)
  }

  public var columns: [LocatedText] { [column] }
  public var isForUndirected: Bool { false }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    let values = try actors.numbers(column.text)
    let centring = Centring(values)
    return ReturnedSimilarity(
      Likeness(range: centring.range, centre: centring.similarity), values)
  }
}
