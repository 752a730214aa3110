public import StudyFiles

/// `federate: {pair: high-low, within: 15 km, per-year: 50}`
public struct FederateSpec: PolicySpec {
  public static let name = "federate"
  public static let documentation = ChoiceDocumentation(
    summary: "federates weak schools with the nearest strong one that is free, so many a year",
    formula: "the weakest first; each offer is accepted with probability `acceptance`",
    reference: "performance federations: Chapman & Muijs (2014)")

  /// Who federates with whom.
  public enum Pairing: String, CaseIterable, Sendable { case highLow = "high-low" }

  static let pair = Key<Pairing>(
    "pair", .oneOf("way of pairing"), default: .highLow, shown: "high-low",
    "who federates with whom: a strong school with a weak one")
  static let acceptance = PolicyKeys.acceptance(
    "acceptance", 1, "the probability that an offer is accepted")
  public static let keys =
    PolicyTermsSpec.keys + [
      AnyKey(pair), AnyKey(PolicyKeys.strong), AnyKey(PolicyKeys.size),
      AnyKey(PolicyKeys.within), AnyKey(acceptance),
    ]

  public let terms: PolicyTermsSpec
  private let strong: RuleText?
  private let size: Int
  private let within: Double?
  private let acceptance: ParameterSpec

  public init(from section: Section) throws(SpecErrors) {
    terms = try PolicyTermsSpec(
      from: section, bases: [.schoolYear, .school, .group, .groupYear, .year])
    strong = try section.read(PolicyKeys.strong).map { (text) throws(SpecErrors) in
      try RuleText(text, path: section.path + ".strong")
    }
    size = try section.read(PolicyKeys.size)
    within = try section.read(PolicyKeys.within)?.value
    acceptance = try section.read(Self.acceptance)
    _ = try section.read(Self.pair)
  }

  public var parameters: [ParameterSpec] { [acceptance] }
  public var rules: [RuleText] { [strong].compactMap { $0 } }
  public var needsLocations: Bool { within != nil }

  public func action(
    _ builder: inout ScenarioBuilder
  ) throws(ScenarioError) -> any PolicyAction {
    if within != nil { _ = try builder.actors.places(for: "federate.within") }
    var terms = try terms.terms(builder)
    if self.terms.eligible == nil { terms = terms.for(builder.fifth(lowest: true)) }
    return Federate(
      terms,
      strong: try strong.map { (rule) throws(ScenarioError) in try builder.rule(rule) }
        ?? builder.fifth(lowest: false),
      size: size, within: within ?? .infinity,
      acceptance: try builder.value(acceptance, "federate.acceptance"))
  }
}

extension PolicyTerms {
  /// The same for other schools.
  func `for`(_ schools: SchoolRule) -> PolicyTerms {
    PolicyTerms(
      eligible: schools, years: years, price: price, basis: basis, budget: budget, atMost: atMost)
  }
}
