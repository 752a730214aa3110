public import StudyFiles

/// `trust: {joins: 0.05, rebroker: {prior: rebrokerage}, weak: now.outcome < -0.5, size: 15, within: 50 km}`
public struct TrustGrowthSpec: PolicySpec {
  public static let name = "trust"
  public static let documentation = ChoiceDocumentation(
    summary:
      "lets trusts grow by schools that join or found one, and moves weak schools between them",
    formula:
      "an eligible school outside joins with probability `joins` a year, a weak one inside moves with "
      + "probability `rebroker`, each to the nearest trust with room",
    reference: "past ties do not predict trust membership: Journal of Educational Change (2023), "
      + "doi:10.1007/s10833-023-09485-7, so ties have no part in it")

  static let joins = PolicyKeys.acceptance(
    "joins", 0.02, "the probability that a school outside joins or founds a trust in a year")
  static let rebroker = PolicyKeys.acceptance(
    "rebroker", 0, "the probability that a weak school of a trust is moved in a year")
  static let weak = Key.optional(
    "weak", .text("a rule, as in `now.outcome < -0.5`"),
    shown: "the fifth with the lowest outcome at the start", "which schools can be moved")
  static let size = Key(
    "size", .integer("a number of schools of at least 2", atLeast: 2), default: 30, shown: "30",
    "most schools of a trust")
  public static let keys =
    PolicyTermsSpec.keys + [
      AnyKey(joins), AnyKey(rebroker), AnyKey(weak), AnyKey(size), AnyKey(PolicyKeys.within),
    ]

  public let terms: PolicyTermsSpec
  private let joins: ParameterSpec
  private let rebroker: ParameterSpec
  private let weak: RuleText?
  private let size: Int
  private let within: Double?

  public init(from section: Section) throws(SpecErrors) {
    terms = try PolicyTermsSpec(
      from: section, bases: [.schoolYear, .school, .group, .groupYear, .year])
    joins = try section.read(Self.joins)
    rebroker = try section.read(Self.rebroker)
    weak = try section.read(Self.weak).map { (text) throws(SpecErrors) in
      try RuleText(text, path: section.path + ".weak")
    }
    size = try section.read(Self.size)
    within = try section.read(PolicyKeys.within)?.value
  }

  public var parameters: [ParameterSpec] { [joins, rebroker] }
  public var rules: [RuleText] { [weak].compactMap { $0 } }
  public var needsLocations: Bool { within != nil }

  public func action(
    _ builder: inout ScenarioBuilder
  ) throws(ScenarioError) -> any PolicyAction {
    if within != nil { _ = try builder.actors.places(for: "trust.within") }
    return TrustGrowth(
      try terms.terms(builder), joins: try builder.value(joins, "trust.joins"),
      rebroker: try builder.value(rebroker, "trust.rebroker"),
      weak: try weak.map { (rule) throws(ScenarioError) in try builder.rule(rule) }
        ?? builder.fifth(lowest: true), size: size, within: within ?? .infinity)
  }
}
