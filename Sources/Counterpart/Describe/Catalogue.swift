internal import Matching
internal import Multilevel
internal import Networks
public import StudyFiles

/// Everything that a study file can say, from the registries that parse it.
public enum Catalogue {
  /// A kind of thing with its members: steps, matching methods, network effects, the keys of a table.
  public struct Kind: Sendable {
    public let name: String
    public let summary: String
    public let entries: [Entry]
  }

  /// One member: a choice with its settings, or a section with its keys.
  public struct Entry: Sendable {
    public let name: String
    public let documentation: ChoiceDocumentation
    public let keys: [AnyKey]
  }

  public static var kinds: [Kind] {
    [
      Kind(
        name: "study", summary: "the sections of a study file",
        entries: [
          Entry(
            name: "study",
            documentation: ChoiceDocumentation(summary: "the keys at the top of a study file"),
            keys: Study.Keys.all),
          Entry(
            name: "table",
            documentation: ChoiceDocumentation(summary: "a table under `data`"),
            keys: TableDeclaration.Keys.all),
        ]),
      kind("steps", "what a study can do", .steps),
      kind("matching-methods", "how comparators are chosen", .matchingMethods),
      kind("matching-distances", "how alike two units are", .matchingDistances),
      kind("sensitivity-checks", "how a match's answer could be wrong", .sensitivityChecks),
      kind("network-effects", "what makes a tie more or less likely", .networkEffects),
      kind("rate-effects", "what makes actors act more or less often", .rateEffects),
      kind("behaviour-effects", "what makes actors' own behaviour change", .behaviourEffects),
      kind("consent-rules", "who has to agree before a tie forms or ends", .consentRules),
      kind("policies", "what a scenario changes", .policies),
      kind("measures", "what a scenario reports of every year", .measures),
      Kind(
        name: "priors",
        summary: "sourced numbers that a scenario can draw, version \(PriorTable.version)",
        entries: PriorTable.shipped.priors.map { prior in
          Entry(
            name: prior.name,
            documentation: ChoiceDocumentation(
              summary: "\(prior.meaning) (\(prior.label.rawValue))",
              formula: "\(prior.spread)\(prior.unit.isEmpty ? "" : " \(prior.unit)")",
              reference: prior.source), keys: [])
        }),
    ]
  }

  /// The members of that name, of whatever kind.
  public static func members(named name: String) -> [Entry] {
    kinds.flatMap(\.entries).filter { $0.name == name }
  }

  private static func kind<Choices>(
    _ name: String, _ summary: String, _ registry: Registry<Choices>
  ) -> Kind {
    Kind(
      name: name, summary: summary,
      entries: registry.entries.map {
        Entry(name: $0.name, documentation: $0.documentation, keys: $0.keys)
      })
  }
}
