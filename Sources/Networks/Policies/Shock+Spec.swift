public import StudyFiles

/// `shock: {from: 3, until: 4, lift: -1, turnover: 0.2, funding: stops}`
public struct ShockSpec: PolicySpec {
  public static let name = "shock"
  public static let documentation = ChoiceDocumentation(
    summary:
      "changes partnership from outside: a turn of policy, heads who leave, money that stops",
    formula: "h_ij + lift for eligible i; a share of schools whose ties build trust anew",
    reference: "barriers to partnership: Armstrong (2015); Chapman (2018), table 32.1")

  /// What happens to the money.
  public enum Funding: String, CaseIterable, Sendable { case goesOn = "goes-on", stops }

  static let lift = Key(
    "lift", ParameterSpec.format("a number of log odds"), default: ParameterSpec(0), shown: "0",
    "what is added to the utility of a tie, in log odds")
  static let turnover = PolicyKeys.acceptance(
    "turnover", 0, "the share of schools whose head leaves, in each of its years")
  static let funding = Key<Funding>(
    "funding", .oneOf("fate of the money"), default: .goesOn, shown: "goes-on",
    "whether the other actions of the policy end")
  public static let keys =
    PolicyTermsSpec.keys.filter { ["eligible", "from", "until"].contains($0.name) } + [
      AnyKey(lift), AnyKey(turnover), AnyKey(funding),
    ]

  public let terms: PolicyTermsSpec
  private let lift: ParameterSpec
  private let turnover: ParameterSpec
  private let funding: Funding

  public init(from section: Section) throws(SpecErrors) {
    terms = try PolicyTermsSpec(from: section, bases: CostBasis.allCases)
    lift = try section.read(Self.lift)
    turnover = try section.read(Self.turnover)
    funding = try section.read(Self.funding)
    let keys = ["lift", "turnover", "funding"]
    guard keys.contains(where: section.has) else {
      throw section.error(.rule("a shock does something: give `lift`, `turnover` or `funding`"))
    }
  }

  public var parameters: [ParameterSpec] { [lift, turnover] }

  public func action(
    _ builder: inout ScenarioBuilder
  ) throws(ScenarioError) -> any PolicyAction {
    Shock(
      try terms.terms(builder), lift: try builder.value(lift, "shock.lift"),
      turnover: try builder.value(turnover, "shock.turnover"), stopsFunding: funding == .stops)
  }
}
