public import StudyFiles

/// `rule: {eligible: now.partners == 0 and fsm > 30, whom: attainment > 0.3, does: tie, prefer: nearest, within: 10 km}`
public struct RuleSpec: PolicySpec {
  public static let name = "rule"
  public static let documentation = ChoiceDocumentation(
    summary: "says who acts, when and on whom in the expression language, and what happens",
    formula:
      "rules may use columns of the schools and the state of the world: now.year, now.outcome, "
      + "now.partners, and now.federation, now.trust, now.family, now.hub, now.programme (the size of the "
      + "school's group, 0 without one)")

  static let whom = Key.optional(
    "whom", .text("a rule, as in `attainment > 0.3`"), shown: "any school", "on which schools")
  static let does = Key<RulePolicy.Deed>("does", .oneOf("deed"), "what happens")
  static let kind = PolicyKeys.kind(.federation)
  static let prefer = Key<RulePolicy.Preference>(
    "prefer", .oneOf("preference"), default: .nearest, shown: "nearest", "on which of several")
  static let every = Key(
    "every", .integer("a number of years of at least 1", atLeast: 1), default: 1, shown: "1",
    "in every so manieth of its years")
  static let size = Key.optional(
    "size", .integer("a number of schools of at least 2", atLeast: 2), shown: "no limit",
    "most schools of a group")
  static let raise = Key(
    "raise", ParameterSpec.format("a number of log odds"), default: ParameterSpec(0), shown: "0",
    "what is added to the utility of ties or of a meeting, in log odds")
  public static let keys =
    PolicyTermsSpec.keys + [
      AnyKey(whom), AnyKey(does), AnyKey(kind), AnyKey(prefer), AnyKey(every),
      AnyKey(PolicyKeys.within), AnyKey(size), AnyKey(raise),
    ]

  public let terms: PolicyTermsSpec
  private let whom: RuleText?
  private let deed: RulePolicy.Deed
  private let kind: PartnershipKind
  private let prefer: RulePolicy.Preference
  private let every: Int
  private let within: Double?
  private let size: Int?
  private let raise: ParameterSpec

  public init(from section: Section) throws(SpecErrors) {
    terms = try PolicyTermsSpec(
      from: section, bases: [.schoolYear, .school, .group, .year])
    whom = try section.read(Self.whom).map { (text) throws(SpecErrors) in
      try RuleText(text, path: section.path + ".whom")
    }
    deed = try section.read(Self.does)
    kind = try section.read(Self.kind)
    prefer = try section.read(Self.prefer)
    every = try section.read(Self.every)
    within = try section.read(PolicyKeys.within)?.value
    size = try section.read(Self.size)
    raise = try section.read(Self.raise)
    if deed == .leave || deed == .raise {
      for key in ["whom", "prefer", "within", "size"] where section.has(key) {
        throw section.error(
          .rule("`\(key)` does not go with `does: \(deed.rawValue)`, which is on nobody else"),
          at: key)
      }
    }
    for key in ["kind", "size"]
    where section.has(key) && ![.join, .leave, .merge].contains(deed) {
      throw section.error(
        .rule("`\(key)` goes with `does: join`, `does: leave` and `does: merge`"), at: key)
    }
    if section.has("raise"), deed != .raise, deed != .meet {
      throw section.error(.rule("`raise` goes with `does: raise` and `does: meet`"), at: "raise")
    }
  }

  public var parameters: [ParameterSpec] { [raise] }
  public var rules: [RuleText] { [whom].compactMap { $0 } }
  public var needsLocations: Bool { within != nil }

  public func action(
    _ builder: inout ScenarioBuilder
  ) throws(ScenarioError) -> any PolicyAction {
    if within != nil { _ = try builder.actors.places(for: "rule.within") }
    return RulePolicy(
      try terms.terms(builder), whom: try builder.rule(whom), deed: deed, kind: kind,
      prefer: prefer, every: every, within: within ?? .infinity, size: size ?? Int.max,
      raise: try builder.value(raise, "rule.raise"))
  }
}
