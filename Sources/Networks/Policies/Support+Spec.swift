public import StudyFiles

/// `support: {eligible: fsm > 30, raise: 1.0, from: 1, until: 4, cost: {GBP: 5000, per: school-year}}`
public struct SupportSpec: PolicySpec {
  public static let name = "support"
  public static let documentation = ChoiceDocumentation(
    summary: "makes every tie worth more to eligible schools in given years, at a cost",
    formula: "h_ij + raise for eligible i, in proposing, confirming and keeping ties")

  static let raise = Key(
    "raise", ParameterSpec.format("a number of log odds"),
    "what is added to the utility of a tie, in log odds")
  static let relief = Key(
    "relief", ParameterSpec.format("a share from 0 to 1", in: 0...1), default: ParameterSpec(0),
    shown: "0", "the share of the workload of ties that it takes off")
  public static let keys = PolicyTermsSpec.keys + [AnyKey(raise), AnyKey(relief)]

  public let terms: PolicyTermsSpec
  private let raise: ParameterSpec
  private let relief: ParameterSpec

  public init(from section: Section) throws(SpecErrors) {
    terms = try PolicyTermsSpec(from: section, bases: [.schoolYear, .school, .year])
    raise = try section.read(Self.raise)
    relief = try section.read(Self.relief)
  }

  public var parameters: [ParameterSpec] { [raise, relief] }

  public func action(
    _ builder: inout ScenarioBuilder
  ) throws(ScenarioError) -> any PolicyAction {
    Support(
      try terms.terms(builder), raise: try builder.value(raise, "support.raise"),
      relief: try builder.value(relief, "support.relief"))
  }
}
