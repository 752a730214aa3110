public import StudyFiles

/// A `scenarios` step as a study writes it.
public struct ScenariosStep: Sendable {
  static let actors = Key("actors", .text("the name of a table"), "one row a school")
  static let id = Key.optional(
    "id", .text("the name of a column"), shown: "the first column", "what `ties` call a school by")
  static let ties = Key.optional(
    "ties", .text("the name of a table"), shown: "no ties",
    "who is tied at the start: a table with columns `from` and `to`; a column `value` may mark ties 1, absent ones 0, "
      + "ties that cannot end 11 and ties that cannot begin 10")
  static let directed = Key(
    "directed", .flag, default: false, shown: "false", "whether a tie has a sender and a receiver")
  static let outcome = Key.optional(
    "outcome", OutcomeSpec.format, shown: "none", "what partnership may change, and for whom")
  static let start = Key.optional(
    "start", .text("the name of a step"),
    shown: "`formation` says how ties form, `ties` who is tied",
    "the `formation` step whose estimates and last wave are started from")
  static let formation = Key.optional(
    "formation",
    .section("how ties form", keys: FormationSpec.keys) { (section) throws(SpecErrors) in
      try FormationSpec(from: section)
    }, shown: "as `start` has estimated it", "how ties form and end")
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
    AnyKey(memberships), AnyKey(diffusion), AnyKey(workload), AnyKey(trust), AnyKey(priors),
    AnyKey(costs), AnyKey(sensitivity), AnyKey(backCast), AnyKey(replay), AnyKey(start),
    AnyKey(presence), AnyKey(relation), AnyKey(relations),
    AnyKey(behaviour),
  ]

  static let relation = Key.optional(
    "relation", .text("a name"), shown: "ties",
    "what effects of other relations, measures and the like call the scenario's own ties")
  static let relations = Key(
    "relations", .named(ScenarioRelationSpec.format), default: [], shown: "none",
    "other relations among the same actors, by name: their ties at the start and how they form")

  static let behaviour = Key(
    "behaviour", .named(ScenarioBehaviourSpec.format), default: [],
    shown: "those of `start`, else none",
    "what changes with ties, in whole steps, by name: its column at the start, and its effects")
  static let memberships = Key.optional(
    "memberships", MembershipsSpec.format, shown: "no groups", "who is in which group at the start")
  static let presence = Key.optional(
    "presence", PresenceSpec.format, shown: "all schools are there throughout",
    "schools that open, close and are taken over")
  static let diffusion = Key.optional(
    "diffusion", DiffusionSpec.format, shown: "none", "how practice spreads between partners")
  static let workload = Key.optional(
    "workload", WorkloadSection.format, shown: "none", "what too many partners cost")
  static let trust = Key.optional(
    "trust", TrustSection.format, shown: "none", "how trust between partners grows and is lost")
  static let priors = Key.optional(
    "priors", .text("the name of a table"), shown: "those that come with the program",
    "priors of the study's own, which win over shipped ones of the same name")
  static let costs = Key(
    "costs", Prices.format, default: Prices.none, shown: "{discount: 0.035}",
    "in whose prices money is reported and how it is discounted")
  static let sensitivity = Key.optional(
    "sensitivity", SensitivitySpec.format, shown: "none",
    "which unknowns the contrasts depend on")
  static let backCast = Key.optional(
    "back-cast", BackCastSpec.format, shown: "none",
    "a run from an earlier wave to a later one, compared with what happened")
  static let replay = Key.optional(
    "replay", .integer("the number of a replicate, from 1", atLeast: 1, atMost: 1_000_000),
    shown: "none", "a replicate whose ties and memberships are written out")

  /// A measure with the text that asked for it.
  struct Report: Sendable {
    let text: LocatedText
    let spec: any MeasureSpec
  }

  public let actors: LocatedText
  let id: LocatedText?
  var ties: LocatedText?
  var directed: Bool
  let outcome: OutcomeSpec?
  /// The step that formation is taken from.
  public let start: LocatedText?
  let formation: FormationSpec
  var relation: LocatedText?
  let behaviours: [Named<ScenarioBehaviourSpec>]
  /// Besides the scenario's own ties.
  var otherRelations: [ScenarioRelationSpec]
  /// Years.
  public let horizon: Int
  let effects: [Named<PartnershipEffectSpec>]
  let policies: [(name: LocatedText, value: [any PolicySpec])]
  let report: [Report]
  let replications: ReplicationsSpec
  let memberships: MembershipsSpec?
  let presence: PresenceSpec?
  let diffusion: DiffusionSpec?
  let workload: WorkloadSection?
  let trust: TrustSection?
  let priors: LocatedText?
  let costs: Prices
  let sensitivity: SensitivitySpec?
  let backCast: BackCastSpec?
  let replay: Int?
  let path: String

  /// The steps that estimates are carried from, each once.
  public var estimateSteps: [LocatedText] {
    let ofEffects = effects.compactMap { effect in
      if case .carried(let step, _, _) = effect.value.origin { step } else { nil }
    }
    var seen: Set<String> = []
    return
      (ofEffects + parameters.compactMap(\.step)
      + formations.flatMap { $0.terms ?? [] }.compactMap(\.weight.step))
      .filter { seen.insert($0.text).inserted }
  }

  /// The steps that groups are taken from, each once.
  public var groupSteps: [LocatedText] {
    var seen: Set<String> = []
    return policies.flatMap(\.value).flatMap(\.groupSteps).filter { seen.insert($0.text).inserted }
  }

  /// Every number that may be drawn, but for the effects themselves.
  var parameters: [ParameterSpec] {
    effects.flatMap(\.value.kernel.parameters) + (diffusion?.parameters ?? [])
      + [workload?.perTie, trust?.turnover].compactMap { $0 }
      + policies.flatMap(\.value).flatMap(\.parameters)
      + formations.flatMap { $0.rates ?? [] }.map(\.weight)
      + behaviours.flatMap(\.value.terms).map(\.weight)
  }

  /// - Parameter section: checked against ``keys``.
  public init(from section: Section) throws(SpecErrors) {
    actors = try section.read(Self.actors)
    id = try section.read(Self.id)
    ties = try section.read(Self.ties)
    directed = try section.read(Self.directed)
    outcome = try section.read(Self.outcome)
    start = try section.read(Self.start)
    formation = try section.read(Self.formation) ?? FormationSpec()
    relation = try section.read(Self.relation)
    otherRelations = try section.read(Self.relations).map {
      ScenarioRelationSpec($0.name, $0.value)
    }
    behaviours = try section.read(Self.behaviour)
    horizon = try section.read(Self.horizon)
    effects = try section.read(Self.effects)
    policies = try section.read(Self.policies)
    report = try section.read(Self.report)
    replications = try section.read(Self.replications)
    memberships = try section.read(Self.memberships)
    presence = try section.read(Self.presence)
    diffusion = try section.read(Self.diffusion)
    workload = try section.read(Self.workload)
    trust = try section.read(Self.trust)
    priors = try section.read(Self.priors)
    costs = try section.read(Self.costs)
    sensitivity = try section.read(Self.sensitivity)
    backCast = try section.read(Self.backCast)
    replay = try section.read(Self.replay)
    path = section.path
    try checkRules(section)
    try checkRelationRules(section)
    try checkBehaviourRules(section)
    try checkOutcomeRules(section)
  }

  /// What `start` says and `formation` would say again, or what neither says.
  private func checkFormation(
    _ section: Section, _ add: (String, SourceLocation, String) -> Void
  ) {
    guard start == nil else {
      for key in ["ties", "directed"] where section.has(key) {
        add("`start` says this: leave `\(key)` out", section.location(of: key), key)
      }
      if let inner = formation.section, inner.has("effects") {
        add(
          "`start` has estimated the effects: leave them out", inner.location(of: "effects"),
          "formation.effects")
      }
      if let inner = formation.section, inner.has("rates") {
        add(
          "`start` says what makes rates differ: leave `rates` out",
          inner.location(of: "rates"), "formation.rates")
      }
      return
    }
    guard let inner = formation.section else {
      add(
        "give `formation`, or `start` with the name of a step that estimates it",
        actors.location, "formation")
      return
    }
    for (key, isGiven) in [("rate", formation.rate != nil), ("effects", formation.terms != nil)]
    where !isGiven {
      add("`\(key)` is missing", section.location(of: "formation"), "formation.\(key)")
    }
    if inner.has("years") {
      add("`years` goes with `start`", inner.location(of: "years"), "formation.years")
    }
  }

  /// Rules between keys.
  private func checkRules(_ section: Section) throws(SpecErrors) {
    var problems: [SpecError] = []
    func add(_ sentence: String, at location: SourceLocation, _ key: String) {
      problems.append(SpecError(.rule(sentence), path: "\(path).\(key)", at: location))
    }
    checkFormation(section) { add($0, at: $1, $2) }
    if !effects.isEmpty, outcome == nil {
      add("`effects` need an `outcome` to act on", at: section.location(of: "effects"), "effects")
    }
    if policies.isEmpty {
      add("expected at least one policy", at: section.location(of: "policies"), "policies")
    }
    problems += EffectTerm.problems(
      (formation.terms ?? []).map(\.effect), directed: directed,
      consent: formation.consent.map { _ in
        formation.section?.location(of: "consent") ?? actors.location
      }, path: "\(path).formation.effects", consentPath: "\(path).formation.consent")
    for rate in formation.rates ?? [] where !directed && !rate.spec.isForUndirected {
      problems.append(EffectTerm.needsDirected(rate.name, path: "\(path).formation.rates"))
    }
    for item in report {
      guard let column = item.spec.outcome, !isBehaviour(item) else { continue }
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
