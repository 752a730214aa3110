public import StudyFiles

/// `incentive: {raise: 0.5, after: -0.1, from: 1, until: 3, cost: {GBP: 25000, per: school}}`
public struct IncentiveSpec: PolicySpec {
  public static let name = "incentive"
  public static let documentation = ChoiceDocumentation(
    summary: "pays eligible schools or groups for partnership, which starts and stops",
    formula:
      "h_ij + raise for eligible i while payment is promised, h_ij + after once it has stopped; "
      + "paid at the year's end to those with a partner",
    reference: "payment to federating primary schools: Education Committee, HC 999")

  static let raise = Key(
    "raise", ParameterSpec.format("a number of log odds"),
    "what the promise adds to the utility of a tie, in log odds")
  static let after = Key(
    "after", ParameterSpec.format("a number of log odds"), default: ParameterSpec(0), shown: "0",
    "what remains added once payments have stopped: below 0 where they crowd out")
  public static let keys = PolicyTermsSpec.keys + [AnyKey(raise), AnyKey(after)]

  public let terms: PolicyTermsSpec
  private let raise: ParameterSpec
  private let after: ParameterSpec

  public init(from section: Section) throws(SpecErrors) {
    terms = try PolicyTermsSpec(from: section, bases: [.schoolYear, .school, .groupYear])
    raise = try section.read(Self.raise)
    after = try section.read(Self.after)
  }

  public var parameters: [ParameterSpec] { [raise, after] }

  public func action(
    _ builder: inout ScenarioBuilder
  ) throws(ScenarioError) -> any PolicyAction {
    Incentive(
      try terms.terms(builder), raise: try builder.value(raise, "incentive.raise"),
      after: try builder.value(after, "incentive.after"))
  }
}
