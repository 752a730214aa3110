public import StudyFiles

/// `compel: {eligible: attainment < -0.5, kind: federation, size: 4, within: 20 km}`
public struct CompelSpec: PolicySpec {
  public static let name = "compel"
  public static let documentation = ChoiceDocumentation(
    summary: "makes schools below a threshold join the nearest group that has room",
    formula:
      "the weakest first; members count as compelled, to whom estimates on volunteers do not hold",
    reference: "voluntary, incentivised and compelled partnership: Armstrong (2015)")

  static let kind = PolicyKeys.kind(.federation)
  static let leads = Key.optional(
    "leads", .text("a rule, as in `attainment > 0.3`"),
    shown: "the fifth with the highest outcome at the start", "which schools can found a group")
  static let size = Key(
    "size", .integer("a number of schools of at least 2", atLeast: 2), default: 5, shown: "5",
    "most schools of a group")
  public static let keys =
    PolicyTermsSpec.keys + [
      AnyKey(kind), AnyKey(leads), AnyKey(size), AnyKey(PolicyKeys.within),
    ]

  public let terms: PolicyTermsSpec
  private let kind: PartnershipKind
  private let leads: RuleText?
  private let size: Int
  private let within: Double?

  public init(from section: Section) throws(SpecErrors) {
    terms = try PolicyTermsSpec(
      from: section, bases: [.schoolYear, .school, .group, .groupYear, .year])
    kind = try section.read(Self.kind)
    leads = try section.read(Self.leads).map { (text) throws(SpecErrors) in
      try RuleText(text, path: section.path + ".leads")
    }
    size = try section.read(Self.size)
    within = try section.read(PolicyKeys.within)?.value
    guard terms.eligible != nil else {
      throw section.error(.missingKey("eligible", expected: "which schools are made to join"))
    }
  }

  public var rules: [RuleText] { [leads].compactMap { $0 } }
  public var needsLocations: Bool { within != nil }

  public func action(
    _ builder: inout ScenarioBuilder
  ) throws(ScenarioError) -> any PolicyAction {
    if within != nil { _ = try builder.actors.places(for: "compel.within") }
    return Compel(
      try terms.terms(builder), into: kind,
      leads: try leads.map { (rule) throws(ScenarioError) in try builder.rule(rule) }
        ?? builder.fifth(lowest: false), size: size, within: within ?? .infinity)
  }
}
