public import StudyFiles

/// An effect without arguments.
public protocol PlainEffectSpec: NetworkEffectSpec {
  init()
  var effect: any NetworkEffect { get }
}

extension PlainEffectSpec {
  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
    self.init()
  }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect { effect }
}

/// `activity`
public struct ActivitySpec: PlainEffectSpec {
  public static let name = "activity"
  public static let documentation = ChoiceDocumentation(
    summary: "those that have many ties make more", formula: "s_i = d_i^2",
    change: "2 d_i + 1, d_i without the tie",
    reference: "Snijders (2001), doi:10.1111/0081-1750.00099")
  public init() {}
  public var effect: any NetworkEffect { Activity() }
}

/// `activity-sqrt`
public struct RootActivitySpec: PlainEffectSpec {
  public static let name = "activity-sqrt"
  public static let documentation = ChoiceDocumentation(
    summary: "the same with the square root, less steep", formula: "s_i = d_i^1.5",
    change: "(d_i + 1)^1.5 - d_i^1.5, d_i without the tie",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  public init() {}
  public var effect: any NetworkEffect { RootActivity() }
}

/// `in-activity`
public struct InActivitySpec: PlainEffectSpec {
  public static let name = "in-activity"
  public static let documentation = ChoiceDocumentation(
    summary: "those who receive many ties send more; directed networks only",
    formula: "s_i = outdegree_i indegree_i",
    change: "indegree_i",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  public init() {}
  public var isForUndirected: Bool { false }
  public var effect: any NetworkEffect { InActivity() }
}

/// `popularity`
public struct PopularitySpec: PlainEffectSpec {
  public static let name = "popularity"
  public static let documentation = ChoiceDocumentation(
    summary: "ties to those that many are tied to; enumerates everyone at each choice",
    formula: "s_i = sum_j x_ij indegree_j",
    change: "indegree_j with the tie",
    reference: "Snijders (2001), doi:10.1111/0081-1750.00099")
  public init() {}
  public var effect: any NetworkEffect { Popularity() }
}

/// `popularity-sqrt`
public struct RootPopularitySpec: PlainEffectSpec {
  public static let name = "popularity-sqrt"
  public static let documentation = ChoiceDocumentation(
    summary: "the same with the square root, less steep",
    formula: "s_i = sum_j x_ij sqrt(indegree_j)",
    change: "sqrt(indegree_j) with the tie",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  public init() {}
  public var effect: any NetworkEffect { Popularity(root: true) }
}

/// `out-popularity`
public struct OutPopularitySpec: PlainEffectSpec {
  public static let name = "out-popularity"
  public static let documentation = ChoiceDocumentation(
    summary: "ties to those that send many; directed networks only",
    formula: "s_i = sum_j x_ij outdegree_j",
    change: "outdegree_j",
    reference: "Snijders (2001), doi:10.1111/0081-1750.00099")
  public init() {}
  public var isForUndirected: Bool { false }
  public var effect: any NetworkEffect { OutPopularity() }
}

/// `out-popularity-sqrt`
public struct RootOutPopularitySpec: PlainEffectSpec {
  public static let name = "out-popularity-sqrt"
  public static let documentation = ChoiceDocumentation(
    summary: "the same with the square root, less steep; directed networks only",
    formula: "s_i = sum_j x_ij sqrt(outdegree_j)",
    change: "sqrt(outdegree_j)",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  public init() {}
  public var isForUndirected: Bool { false }
  public var effect: any NetworkEffect { OutPopularity(root: true) }
}

/// `in-activity-sqrt`
public struct RootInActivitySpec: PlainEffectSpec {
  public static let name = "in-activity-sqrt"
  public static let documentation = ChoiceDocumentation(
    summary: "those who receive many ties send more, less steep; directed networks only",
    formula: "s_i = outdegree_i sqrt(indegree_i)",
    change: "sqrt(indegree_i)",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  public init() {}
  public var isForUndirected: Bool { false }
  public var effect: any NetworkEffect { InActivity(root: true) }
}

/// `isolates`
public struct IsolatesSpec: PlainEffectSpec {
  public static let name = "isolates"
  public static let documentation = ChoiceDocumentation(
    summary: "having no tie, or sending none where directed", formula: "s_i = 1{d_i = 0}",
    change: "-1{d_i = 0}, d_i without the tie",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  public init() {}
  public var effect: any NetworkEffect { Isolation() }
}

/// `truncated-outdegree`, or with a number: `truncated-outdegree(2)`
public struct TruncatedDegreeSpec: NetworkEffectSpec {
  public static let name = "truncated-outdegree"
  public static let documentation = ChoiceDocumentation(
    summary: "having at least some ties: up to one, or the number given",
    formula: "s_i = min(d_i, c)",
    change: "1{d_i < c}, d_i without the tie",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  private let limit: Int

  public init(from section: Section) throws(SpecErrors) {
    limit = try section.wholeNumber(0, or: 1, of: Self.name)
  }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    TruncatedDegree(limit: limit)
  }
}

/// `capacity(PARTNERS)`
public struct CapacitySpec: NetworkEffectSpec {
  public static let name = "capacity"
  public static let documentation = ChoiceDocumentation(
    summary: "workload: partners beyond so many, below zero where more are a burden",
    formula: "s_i = max(0, d_i - k)",
    change: "1{d_i >= k}, d_i without the tie",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  private let limit: Int

  public init(from section: Section) throws(SpecErrors) {
    limit = try section.wholeNumber(0, or: nil, of: Self.name)
  }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    Capacity(limit: limit)
  }
}

/// `transitive-ties`
public struct TransitiveTiesSpec: PlainEffectSpec {
  public static let name = "transitive-ties"
  public static let documentation = ChoiceDocumentation(
    summary: "ties that at least one two-path supports",
    formula: "s_i = sum_j x_ij 1{some h: x_ih = x_hj = 1}",
    change: "1{F_ij > 0} + sum_l x_il x_jl 1{F_il = 0}, F_il = sum_h x_ih x_hl without the tie",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  public init() {}
  public var effect: any NetworkEffect { TransitiveTies() }
}

/// `three-cycles`
public struct ThreeCyclesSpec: PlainEffectSpec {
  public static let name = "three-cycles"
  public static let documentation = ChoiceDocumentation(
    summary: "circles of three, the contrary of hierarchy; directed networks only",
    formula: "s_i = sum_jh x_ij x_jh x_hi",
    change: "sum_h x_jh x_hi",
    reference: "Snijders (2001), doi:10.1111/0081-1750.00099")
  public init() {}
  public var isForUndirected: Bool { false }
  public var effect: any NetworkEffect { ThreeCycles() }
}

/// `gwesp`, or with its decay: `gwesp(0.69)`
public struct SharedPartnersSpec: NetworkEffectSpec {
  public static let name = "gwesp"
  public static let documentation = ChoiceDocumentation(
    summary:
      "partners of partners, each further two-path counting for less; alpha is 0.69 unless given",
    formula: "s_i = sum_j x_ij e^alpha (1 - (1 - e^-alpha)^F_ij), F_ij = sum_h x_ih x_hj",
    change:
      "e^alpha (1 - (1 - e^-alpha)^F_ij) + sum_l x_il x_jl (1 - e^-alpha)^F_il, F_il without the tie",
    reference: "Snijders et al. (2006), doi:10.1111/j.1467-9531.2006.00176.x")
  private let alpha: Double

  public init(from section: Section) throws(SpecErrors) {
    alpha = try section.number(
      0, or: 0.69, of: Self.name, expecting: "an alpha above 0 and at most 10"
    ) { $0 > 0 && $0 <= 10 }
  }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    SharedPartners(alpha: alpha)
  }
}

extension Section {
  /// The number at a place between the brackets.
  ///
  /// - Parameter fallback: where there is none.
  func number(
    _ position: Int, or fallback: Double?, of name: String, expecting what: String,
    where accepted: (Double) -> Bool
  ) throws(SpecErrors) -> Double {
    guard arguments.count > position else {
      if let fallback { return fallback }
      throw error(.rule("`\(name)` needs \(what) in brackets"))
    }
    guard arguments.count == position + 1 else {
      throw error(
        .rule("`\(name)` takes \(position + 1) argument(s), found \(arguments.count)"))
    }
    guard let value = Double(arguments[position].text), value.isFinite, accepted(value) else {
      throw error(.rule("expected \(what), found `\(arguments[position].text)`"))
    }
    return value
  }

  /// A whole number of at least 1 at a place between the brackets.
  func wholeNumber(
    _ position: Int, or fallback: Int?, of name: String
  ) throws(SpecErrors) -> Int {
    Int(
      try number(
        position, or: fallback.map(Double.init), of: name,
        expecting: "a whole number from 1 to 1000"
      ) { $0 >= 1 && $0 <= 1000 && $0 == $0.rounded() })
  }
}
