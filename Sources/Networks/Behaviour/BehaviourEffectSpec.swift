public import StudyFiles

/// A ``BehaviourEffect`` as a study writes it, before the data are known: `average-similarity`.
public protocol BehaviourEffectSpec: Choice {
  /// The columns of the actors that it names.
  var columns: [LocatedText] { get }
  /// The effect on a behaviour centred and scaled as given.
  func effect(
    _ centring: Centring, among actors: ActorData
  ) throws(ScenarioError) -> any BehaviourEffect
}

extension BehaviourEffectSpec {
  public static var keys: [AnyKey] { [] }
  public var columns: [LocatedText] { [] }

  fileprivate static var source: String {
    "Steglich, Snijders & Pearson (2010), doi:10.1111/j.1467-9531.2010.01225.x"
  }
}

extension Registry where Kind == any BehaviourEffectSpec {
  /// All effects on behaviour, in the order in which they are documented.
  public static let behaviourEffects = Registry(
    "behaviour effect",
    [
      Entry(LinearSpec.self) { $0 }, Entry(QuadraticSpec.self) { $0 },
      Entry(AverageSimilaritySpec.self) { $0 }, Entry(TotalSimilaritySpec.self) { $0 },
      Entry(AverageAlterSpec.self) { $0 }, Entry(TotalAlterSpec.self) { $0 },
      Entry(IndegreeSpec.self) { $0 }, Entry(OutdegreeSpec.self) { $0 },
      Entry(UnchosenSpec.self) { $0 }, Entry(FromSpec.self) { $0 },
    ])
}

/// An effect on behaviour without arguments.
public protocol PlainBehaviourSpec: BehaviourEffectSpec {
  init()
  func effect(_ centring: Centring) -> any BehaviourEffect
}

extension PlainBehaviourSpec {
  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
    self.init()
  }

  public func effect(
    _ centring: Centring, among actors: ActorData
  ) throws(ScenarioError) -> any BehaviourEffect { effect(centring) }
}

/// `linear`
public struct LinearSpec: PlainBehaviourSpec {
  public static let name = "linear"
  public static let documentation = ChoiceDocumentation(
    summary: "a tendency up or down", formula: "s_i = z_i - mean z",
    step: "e", reference: source)
  public init() {}
  public func effect(_ centring: Centring) -> any BehaviourEffect {
    LinearShape(centre: centring.mean)
  }
}

/// `quadratic`
public struct QuadraticSpec: PlainBehaviourSpec {
  public static let name = "quadratic"
  public static let documentation = ChoiceDocumentation(
    summary: "a tendency to the extremes, or where below zero to the middle",
    formula: "s_i = (z_i - mean z)^2",
    step: "2 e (z_i - mean z) + 1", reference: source)
  public init() {}
  public func effect(_ centring: Centring) -> any BehaviourEffect {
    QuadraticShape(centre: centring.mean)
  }
}

/// `average-similarity`
public struct AverageSimilaritySpec: PlainBehaviourSpec {
  public static let name = "average-similarity"
  public static let documentation = ChoiceDocumentation(
    summary: "becoming like one's partners, on average",
    formula: "s_i = sum_j x_ij (sim_ij - mean sim) / d_i, sim_ij = 1 - |z_i - z_j| / range",
    step: "sum_j x_ij (|z_i - z_j| - |z_i + e - z_j|) / (range d_i)",
    reference: source)
  public init() {}
  public func effect(_ centring: Centring) -> any BehaviourEffect {
    PartnerSimilarity(Likeness(range: centring.range, centre: centring.similarity), average: true)
  }
}

/// `total-similarity`
public struct TotalSimilaritySpec: PlainBehaviourSpec {
  public static let name = "total-similarity"
  public static let documentation = ChoiceDocumentation(
    summary: "becoming like one's partners, the more the more partners",
    formula: "s_i = sum_j x_ij (sim_ij - mean sim)",
    step: "sum_j x_ij (|z_i - z_j| - |z_i + e - z_j|) / range", reference: source)
  public init() {}
  public func effect(_ centring: Centring) -> any BehaviourEffect {
    PartnerSimilarity(Likeness(range: centring.range, centre: centring.similarity), average: false)
  }
}

/// `average-alter`
public struct AverageAlterSpec: PlainBehaviourSpec {
  public static let name = "average-alter"
  public static let documentation = ChoiceDocumentation(
    summary: "following the mean of one's partners",
    formula: "s_i = (z_i - mean z) sum_j x_ij (z_j - mean z) / d_i",
    step: "e sum_j x_ij (z_j - mean z) / d_i", reference: source)
  public init() {}
  public func effect(_ centring: Centring) -> any BehaviourEffect {
    PartnerValue(centre: centring.mean, average: true)
  }
}

/// `total-alter`
public struct TotalAlterSpec: PlainBehaviourSpec {
  public static let name = "total-alter"
  public static let documentation = ChoiceDocumentation(
    summary: "following the sum of one's partners",
    formula: "s_i = (z_i - mean z) sum_j x_ij (z_j - mean z)",
    step: "e sum_j x_ij (z_j - mean z)", reference: source)
  public init() {}
  public func effect(_ centring: Centring) -> any BehaviourEffect {
    PartnerValue(centre: centring.mean, average: false)
  }
}

/// `indegree`
public struct IndegreeSpec: PlainBehaviourSpec {
  public static let name = "indegree"
  public static let documentation = ChoiceDocumentation(
    summary: "how ties received go with the behaviour",
    formula: "s_i = (z_i - mean z) indegree_i",
    step: "e indegree_i", reference: source)
  public init() {}
  public func effect(_ centring: Centring) -> any BehaviourEffect {
    DegreeInfluence(centre: centring.mean, received: true)
  }
}

/// `outdegree`
public struct OutdegreeSpec: PlainBehaviourSpec {
  public static let name = "outdegree"
  public static let documentation = ChoiceDocumentation(
    summary: "how ties sent go with the behaviour",
    formula: "s_i = (z_i - mean z) outdegree_i",
    step: "e outdegree_i", reference: source)
  public init() {}
  public func effect(_ centring: Centring) -> any BehaviourEffect {
    DegreeInfluence(centre: centring.mean, received: false)
  }
}

/// `unchosen`
public struct UnchosenSpec: PlainBehaviourSpec {
  public static let name = "unchosen"
  public static let documentation = ChoiceDocumentation(
    summary: "how receiving no tie goes with the behaviour",
    formula: "s_i = (z_i - mean z) 1{indegree_i = 0}",
    step: "e 1{indegree_i = 0}", reference: source)
  public init() {}
  public func effect(_ centring: Centring) -> any BehaviourEffect {
    IsolationInfluence(centre: centring.mean)
  }
}

/// `from(COLUMN)`
public struct FromSpec: BehaviourEffectSpec {
  public static let name = "from"
  public static let documentation = ChoiceDocumentation(
    summary: "how a covariate goes with the behaviour",
    formula: "s_i = (z_i - mean z) (v_i - mean v)",
    step: "e (v_i - mean v)", reference: source)
  private let column: LocatedText

  public init(from section: Section) throws(SpecErrors) {
    column = try section.onlyArgument(of: Self.name)
  }

  public var columns: [LocatedText] { [column] }

  public func effect(
    _ centring: Centring, among actors: ActorData
  ) throws(ScenarioError) -> any BehaviourEffect {
    CovariateInfluence(centre: centring.mean, covariate: try actors.numbers(column.text))
  }
}
