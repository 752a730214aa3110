public import StudyFiles

/// ```
/// programme: {column: partnership, phases: {trust: {years: 1, raise: 0.5}, embedding: {from: 2, until: 3,
///   activities: {lesson-study: 0.4}}}}
/// ```
public struct ProgrammeSpec: PolicySpec {
  public static let name = "programme"
  public static let documentation = ChoiceDocumentation(
    summary: "runs an improvement programme in given partnerships, in phases with their activities",
    formula: "intensity of a phase: 1 - prod_a (1 - transmission_a) over its activities",
    reference:
      "School Improvement Partnership Programme: Chapman (2018), chapter 32: trust, then exploring and "
      + "embedding, then testing and sustaining")

  /// One phase as written.
  struct PhaseSpec: Sendable {
    let from: Int
    let until: Int
    let raise: ParameterSpec
    let meetings: Int
    let activities: [Named<ParameterSpec>]
    let location: SourceLocation
  }

  static let phaseFrom = Key("from", .integer("a model year from 1", atLeast: 1), "its first year")
  static let phaseUntil = Key(
    "until", .integer("a model year from 1", atLeast: 1), "its last year, included")
  static let raise = Key(
    "raise", ParameterSpec.format("a number of log odds"), default: ParameterSpec(0), shown: "0",
    "what is added to the utility of members' ties, in log odds")
  static let activities = Key(
    "activities", .named(ParameterSpec.format("a share from 0 to 1", in: 0...1)), default: [],
    shown: "none", "what members do together, each with the share of the effect that it carries")
  static let phases = Key(
    "phases",
    .named(
      .section(
        "a phase, as in `{from: 1, until: 1, raise: 0.5}`",
        keys: [
          AnyKey(phaseFrom), AnyKey(phaseUntil), AnyKey(raise), AnyKey(PolicyKeys.meetings),
          AnyKey(activities),
        ]
      ) { (section) throws(SpecErrors) in
        PhaseSpec(
          from: try section.read(phaseFrom), until: try section.read(phaseUntil),
          raise: try section.read(raise), meetings: try section.read(PolicyKeys.meetings),
          activities: try section.read(activities), location: section.location)
      }), "its phases, in the order of time")
  public static let keys =
    PolicyTermsSpec.keys.filter { $0.name != "from" && $0.name != "until" } + [
      AnyKey(GroupSource.groups), AnyKey(GroupSource.column), AnyKey(phases),
    ]

  public let terms: PolicyTermsSpec
  private let source: GroupSource
  private let phases: [Named<PhaseSpec>]

  public init(from section: Section) throws(SpecErrors) {
    terms = try PolicyTermsSpec(
      from: section, bases: [.schoolYear, .school, .groupYear, .group, .year])
    source = try GroupSource(from: section)
    phases = try section.read(Self.phases)
    guard !phases.isEmpty else {
      throw section.error(.rule("expected at least one phase"), at: "phases")
    }
    var earlier = 0
    for phase in phases {
      guard phase.value.from <= phase.value.until, phase.value.from > earlier else {
        throw SpecErrors(
          SpecError(
            .rule(
              "phase `\(phase.name.text)` runs from \(phase.value.from) until \(phase.value.until): "
                + "expected phases in the order of time, after year \(earlier)"),
            path: section.path + ".phases", at: phase.value.location))
      }
      earlier = phase.value.until
    }
  }

  public var parameters: [ParameterSpec] {
    phases.flatMap { [$0.value.raise] + $0.value.activities.map(\.value) }
  }
  public var columns: [LocatedText] { source.columns }
  public var groupSteps: [LocatedText] { source.steps }

  public func action(
    _ builder: inout ScenarioBuilder
  ) throws(ScenarioError) -> any PolicyAction {
    var made: [Programme.Phase] = []
    for phase in phases {
      let name = phase.name.text
      var activities: [ParameterValue] = []
      for activity in phase.value.activities {
        activities.append(try builder.value(activity.value, "activity.\(activity.name.text)"))
      }
      made.append(
        Programme.Phase(
          name: name, years: phase.value.from...phase.value.until,
          raise: try builder.value(phase.value.raise, "programme.\(name).raise"),
          meetings: phase.value.meetings, activities: activities))
    }
    return Programme(
      try terms.terms(builder), partnerships: try builder.schoolGroups(source), phases: made)
  }
}
