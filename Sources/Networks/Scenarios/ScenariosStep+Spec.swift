public import StudyFiles

/// A `scenarios` step as a study writes it.
public struct ScenariosStep: Sendable {
  static let actors = Key("actors", .text("the name of a table"), "one row a school")
  static let id = Key.optional(
    "id", .text("the name of a column"), shown: "the first column", "what `ties` call a school by")
  static let ties = Key.optional(
    "ties", .text("the name of a table"), shown: "no ties",
    "who is tied at the start: a table with columns `from` and `to`")
  static let directed = Key(
    "directed", .flag, default: false, shown: "false", "whether a tie has a sender and a receiver")
  static let outcome = Key.optional(
    "outcome", OutcomeSpec.format, shown: "none", "what partnership may change, and for whom")
  static let formation = Key(
    "formation",
    .section("how ties form", keys: FormationSpec.keys) { (section) throws(SpecErrors) in
      try FormationSpec(from: section)
    }, "how ties form and end")
  static let horizon = Key("horizon", wholeYears, "how far ahead")
  static let effects = Key(
    "effects",
    .named(
      .section("what a kind of partnership does", keys: PartnershipEffectSpec.keys) {
        (section) throws(SpecErrors) in try PartnershipEffectSpec(from: section)
      }), default: [], shown: "none", "what partnership does to the outcome, and how that is known")
  static let policies = Key(
    "policies", .named(.list(of: Registry.policies.format)),
    "worlds to compare, each a list of actions; the first is what the others are compared with")
  static let report = Key("report", reportFormat, "what is reported of every year")
  static let replications = Key(
    "replications", ReplicationsSpec.format, default: ReplicationsSpec(atMost: 400),
    shown: "{at-most: 400}", "how often every policy is simulated")

  public static let keys = [
    AnyKey(actors), AnyKey(id), AnyKey(ties), AnyKey(directed), AnyKey(outcome), AnyKey(formation),
    AnyKey(horizon), AnyKey(effects), AnyKey(policies), AnyKey(report), AnyKey(replications),
    .notAvailable("start"), .notAvailable("sensitivity"), .notAvailable("discount"),
    .notAvailable("back-cast"),
  ]

  /// A measure with the text that asked for it.
  struct Report: Sendable {
    let text: LocatedText
    let spec: any MeasureSpec
  }

  public let actors: LocatedText
  let id: LocatedText?
  let ties: LocatedText?
  let directed: Bool
  let outcome: OutcomeSpec?
  let formation: FormationSpec
  /// Years.
  public let horizon: Int
  let effect: (name: LocatedText, value: PartnershipEffectSpec)?
  let policies: [(name: LocatedText, value: [any PolicySpec])]
  let report: [Report]
  let replications: ReplicationsSpec
  let path: String

  /// The steps that estimates are carried from.
  public var estimateSteps: [LocatedText] {
    guard case .carried(let step, _, _)? = effect?.value.origin else { return [] }
    return [step]
  }

  /// - Parameter section: checked against ``keys``.
  public init(from section: Section) throws(SpecErrors) {
    actors = try section.read(Self.actors)
    id = try section.read(Self.id)
    ties = try section.read(Self.ties)
    directed = try section.read(Self.directed)
    outcome = try section.read(Self.outcome)
    formation = try section.read(Self.formation)
    horizon = try section.read(Self.horizon)
    let effects = try section.read(Self.effects)
    policies = try section.read(Self.policies)
    report = try section.read(Self.report)
    replications = try section.read(Self.replications)
    path = section.path
    effect = effects.first
    try checkRules(section, effects: effects.count)
  }

  /// Rules between keys.
  private func checkRules(_ section: Section, effects: Int) throws(SpecErrors) {
    var problems: [SpecError] = []
    func add(_ sentence: String, at location: SourceLocation, _ key: String) {
      problems.append(SpecError(.rule(sentence), path: "\(path).\(key)", at: location))
    }
    if effects > 1 {
      add(
        "one kind of partnership is available in this version, found \(effects)",
        at: section.location(of: "effects"), "effects")
    }
    if effects > 0, outcome == nil {
      add("`effects` need an `outcome` to act on", at: section.location(of: "effects"), "effects")
    }
    if policies.isEmpty {
      add("expected at least one policy", at: section.location(of: "policies"), "policies")
    }
    if directed, formation.consent != nil {
      add(
        "`consent` is for undirected ties; a directed tie is its sender's alone",
        at: formation.section.location(of: "consent"), "formation.consent")
    }
    for term in formation.terms where !directed && !term.spec.isForUndirected {
      add(
        "`\(term.name.text)` needs `directed: true`", at: term.name.location, "formation.effects")
    }
    for item in report {
      guard let column = item.spec.outcome else { continue }
      if outcome?.column.text != column.text {
        add(
          "`\(column.text)` is not the outcome"
            + (outcome.map { ", which is `\($0.column.text)`" } ?? ": give `outcome`"),
          at: column.location, "report")
      }
    }
    let names = report.map(\.text.text)
    for name in replications.target?.measures ?? [] where !names.contains(name.text) {
      problems.append(
        SpecError(
          .unknownName(name.text, kind: "reported measure", known: names),
          path: "\(path).replications.until.of", at: name.location))
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  private static let wholeYears = ValueFormat<Quantity>.quantity(
    "whole years, as in `10 years`", units: ["year", ""], in: 1...100
  ).mapping { (quantity, node) throws(SpecErrors) -> Int in
    guard let years = Int(exactly: quantity.value) else {
      throw node.wrongType(expected: "whole years, as in `10 years`")
    }
    return years
  }

  private static let reportFormat = ValueFormat<[LocatedText]>.list(
    of: .text("a measure"), atLeast: 1
  ).mapping(expecting: "measures, as in `[mean(attainment), coverage]`") {
    (items, node) throws(SpecErrors) -> [Report] in
    try collecting(items) { (item) throws(SpecErrors) -> Report in
      let call = try Call(item, path: node.path)
      let section = Section(call: call.name, arguments: call.arguments, path: node.path)
      return Report(text: item, spec: try Registry.measures.make(call.name, from: section))
    }
  }
}
