public import StudyFiles

/// `broker: {groups: families, meetings: 2, raise: 1, from: 1, until: 3}`
public struct BrokerSpec: PolicySpec {
  public static let name = "broker"
  public static let documentation = ChoiceDocumentation(
    summary: "brings the schools of given groups together, such as families of similar schools",
    formula:
      "each member meets some others a year; a tie is made with probability l(h_ij + raise + offset) "
      + "l(h_ji + raise + offset), the offset that of the consent rule",
    reference: "Families of Schools: Ainscow (2012), Journal of Educational Change 13, 289-310")

  static let kind = PolicyKeys.kind(.family)
  static let raise = Key(
    "raise", ParameterSpec.format("a number of log odds"), default: ParameterSpec(0), shown: "0",
    "what is added to the utility of a tie at a meeting, in log odds")
  public static let keys =
    PolicyTermsSpec.keys + [
      AnyKey(GroupSource.groups), AnyKey(GroupSource.column), AnyKey(kind),
      AnyKey(PolicyKeys.meetings), AnyKey(raise),
    ]

  public let terms: PolicyTermsSpec
  private let source: GroupSource
  private let kind: PartnershipKind
  private let meetings: Int
  private let raise: ParameterSpec

  public init(from section: Section) throws(SpecErrors) {
    terms = try PolicyTermsSpec(
      from: section, bases: [.schoolYear, .school, .groupYear, .group, .year])
    source = try GroupSource(from: section)
    kind = try section.read(Self.kind)
    meetings = try section.read(PolicyKeys.meetings)
    raise = try section.read(Self.raise)
  }

  public var parameters: [ParameterSpec] { [raise] }
  public var columns: [LocatedText] { source.columns }
  public var groupSteps: [LocatedText] { source.steps }

  public func action(
    _ builder: inout ScenarioBuilder
  ) throws(ScenarioError) -> any PolicyAction {
    Broker(
      try terms.terms(builder), kind: kind, groups: try builder.schoolGroups(source),
      meetings: meetings, raise: try builder.value(raise, "broker.raise"))
  }
}
