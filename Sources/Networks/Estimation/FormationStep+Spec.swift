public import StudyFiles
internal import Tables

/// A `formation` step as a study writes it: how partnerships form, estimated from observed waves of them.
public struct FormationStep: Sendable {
  static let actors = Key("actors", .text("the name of a table"), "one row an actor")
  static let id = Key.optional(
    "id", .text("the name of a column"), shown: "the first column", "what `waves` call an actor by")
  static let waves = Key(
    "waves", .list(of: .text("the name of a table"), atLeast: 2),
    "tables of ties with columns `from` and `to`, in the order of time; a column `value` may mark ties 1, "
      + "absent ones 0, and, for the period that follows, ones that cannot end 11 or begin 10")
  static let directed = Key(
    "directed", .flag, default: false, shown: "false", "whether a tie has a sender and a receiver")
  static let consent = Key.optional(
    "consent", Registry.consentRules.format, shown: "confirm", "what an undirected tie takes")
  static let effects = Key(
    "effects", termsFormat,
    "what makes actors prefer some ties: effects, as in `same(la)`; `creation(…)` or `endowment(…)` "
      + "around one makes it act on making or on keeping ties alone")
  static let behaviour = Key(
    "behaviour", .named(BehaviourSpec.format), default: [], shown: "none",
    "columns that change together with ties, each with its effects")
  static let conditional = Key(
    "conditional", .flag, default: false, shown: "false",
    "whether the amount of change is held at what was observed")
  static let replicates = Key(
    "replicates", .integer("a whole number from 100 to 100000", atLeast: 100, atMost: 100_000),
    default: 1000, shown: "1000", "simulations for standard errors and convergence")
  static let intervals = Key(
    "intervals", ValueFormat<FormationInterval.Method>.oneOf("kind of interval"), default: .wald,
    shown: "wald",
    "how 95 % intervals are found: from standard errors, or from the score-type test, which takes some five times as long"
  )
  static let maximumDegree = Key.optional(
    "maximum-degree", .integer("a whole number of at least 1", atLeast: 1),
    "partners beyond which no one makes another tie")
  static let rates = Key(
    "rates", ratesFormat, default: [], shown: "none",
    "what makes some actors have more opportunities than others, as in `[of(size), outdegree]`")
  static let joins = Key.optional(
    "joins", .text("the name of a column"), shown: "the first wave",
    "when actors begin to take part, counted in waves: 2.5 is half-way from the second to the third; missing for "
      + "those there from the start")
  static let leaves = Key.optional(
    "leaves", .text("the name of a column"), shown: "never",
    "when they cease to, and their ties end; missing for those who stay")
  static let within = Key.optional(
    "within", .text("the name of a table"),
    "pairs, with columns `from` and `to`, that alone can be tied: the network is lower than this one"
  )
  static let disjoint = Key.optional(
    "disjoint", .text("the name of a table"), "pairs that cannot be tied")
  static let contains = Key.optional(
    "contains", .text("the name of a table"),
    "pairs whose tie cannot end: the network is higher than this one")

  static let kinds = Key.optional(
    "kinds", KindsSpec.format, shown: "every kind",
    "which kinds of actor may be tied; others cannot begin a tie")

  static let relation = Key.optional(
    "relation", .text("a name"), shown: "ties",
    "what effects of other `relations` call the step's own relation")
  static let relations = Key(
    "relations", .named(ObservedRelationSpec.format), default: [], shown: "none",
    "other relations among the same actors that form at the same time: effects such as `tied-in(NAME)` look from one at "
      + "another")

  public static let keys = [
    AnyKey(actors), AnyKey(id), AnyKey(waves), AnyKey(directed), AnyKey(consent), AnyKey(effects),
    AnyKey(behaviour), AnyKey(conditional), AnyKey(replicates), AnyKey(intervals),
    AnyKey(maximumDegree), AnyKey(rates), AnyKey(joins), AnyKey(leaves), AnyKey(within),
    AnyKey(disjoint),
    AnyKey(contains), AnyKey(kinds), AnyKey(relation), AnyKey(relations),
  ]

  public let actors: LocatedText
  let id: LocatedText?
  let waves: [LocatedText]
  let directed: Bool
  let consent: (any ConsentSpec)?
  let terms: [EffectTerm]
  let behaviours: [Named<BehaviourSpec>]
  let conditional: Bool
  let replicates: Int
  let intervals: FormationInterval.Method
  let maximumDegree: Int?
  let rates: [(text: LocatedText, spec: any RateEffectSpec)]
  let joins: LocatedText?
  let leaves: LocatedText?
  let within: LocatedText?
  let disjoint: LocatedText?
  let contains: LocatedText?
  let kinds: KindsSpec?
  let relation: LocatedText?
  /// Beside the step's own.
  let relations: [Named<ObservedRelationSpec>]
  let path: String

  /// - Parameter section: checked against ``keys``.
  public init(from section: Section) throws(SpecErrors) {
    actors = try section.read(Self.actors)
    id = try section.read(Self.id)
    waves = try section.read(Self.waves)
    directed = try section.read(Self.directed)
    consent = try section.read(Self.consent)
    terms = try section.read(Self.effects)
    behaviours = try section.read(Self.behaviour)
    conditional = try section.read(Self.conditional)
    replicates = try section.read(Self.replicates)
    intervals = try section.read(Self.intervals)
    maximumDegree = try section.read(Self.maximumDegree)
    rates = try section.read(Self.rates)
    joins = try section.read(Self.joins)
    leaves = try section.read(Self.leaves)
    within = try section.read(Self.within)
    disjoint = try section.read(Self.disjoint)
    contains = try section.read(Self.contains)
    kinds = try section.read(Self.kinds)
    relation = try section.read(Self.relation)
    relations = try section.read(Self.relations)
    path = section.path
    try checkRules(section)
  }

  /// Rules between keys.
  private func checkRules(_ section: Section) throws(SpecErrors) {
    var problems: [SpecError] = []
    func add(_ sentence: String, at location: SourceLocation, _ key: String) {
      problems.append(SpecError(.rule(sentence), path: "\(path).\(key)", at: location))
    }
    problems += own.problems(section)
    problems += problemsBetweenRelations(
      own: section.location(of: relation == nil ? "relations" : "relation"))
    if conditional, !relations.isEmpty {
      add(
        "`conditional` is for one relation; with others under `relations` leave it out",
        at: section.location(of: "conditional"), "conditional")
    }
    if conditional, let change = joins ?? leaves {
      add(
        "`conditional` holds the amount of change, which actors that come and go make themselves: leave it out",
        at: change.location, "conditional")
    }
    if terms.isEmpty {
      add("expected at least one effect", at: section.location(of: "effects"), "effects")
    }
    if conditional, !behaviours.isEmpty {
      add(
        "`conditional` is for networks alone; with a `behaviour` leave it out",
        at: section.location(of: "conditional"), "conditional")
    }
    for behaviour in behaviours
    where behaviour.value.columns.map({ $0.count != waves.count }) ?? false {
      add(
        "expected \(waves.count) columns, one a wave, found \(behaviour.value.columns?.count ?? 0)",
        at: behaviour.name.location, "behaviour.\(behaviour.name.text)")
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  static let ratesFormat = ValueFormat<[LocatedText]>.list(
    of: .text("an effect on rates")
  ).mapping(expecting: "effects on rates, as in `[of(size), outdegree]`") {
    (items, node) throws(SpecErrors) -> [(text: LocatedText, spec: any RateEffectSpec)] in
    try collecting(items) {
      (item) throws(SpecErrors) -> (text: LocatedText, spec: any RateEffectSpec) in
      let call = try Call(item, path: node.path)
      let section = Section(call: call.name, arguments: call.arguments, path: node.path)
      return (item, try Registry.rateEffects.make(call.name, from: section))
    }
  }

  static let termsFormat = ValueFormat<[LocatedText]>.list(
    of: .text("an effect"), atLeast: 1
  ).mapping(expecting: "effects, as in `[density, same(la), transitivity]`") {
    (items, node) throws(SpecErrors) -> [EffectTerm] in
    try collecting(items) { (item) throws(SpecErrors) in
      try EffectTerm(item, path: node.path)
    }
  }
}

/// A behaviour of a `formation` step: its columns, wave by wave, and its effects.
struct BehaviourSpec: Sendable {
  /// An effect with the text that asked for it.
  struct Term: Sendable {
    let text: LocatedText
    let spec: any BehaviourEffectSpec
  }

  static let columns = Key.optional(
    "columns", .list(of: .text("the name of a column"), atLeast: 2),
    shown: "NAME_1, NAME_2, …", "its columns, one a wave")
  static let effects = Key("effects", effectsFormat, "its effects")

  /// `nil` for the behaviour's name with the number of the wave.
  let columns: [LocatedText]?
  let terms: [Term]

  static let effectsFormat = ValueFormat<[LocatedText]>.list(
    of: .text("an effect"), atLeast: 1
  ).mapping(expecting: "effects, as in `[linear, quadratic, average-similarity]`") {
    (items, node) throws(SpecErrors) -> [Term] in try terms(items, path: node.path)
  }

  private static func terms(
    _ items: [LocatedText], path: String
  ) throws(SpecErrors) -> [Term] {
    try collecting(items) { (item) throws(SpecErrors) -> Term in
      let call = try Call(item, path: path)
      let section = Section(call: call.name, arguments: call.arguments, path: path)
      return Term(text: item, spec: try Registry.behaviourEffects.make(call.name, from: section))
    }
  }

  private static let keys = [AnyKey(columns), AnyKey(effects)]

  /// A list of effects, or a section with columns and effects.
  static let format = ValueFormat<BehaviourSpec>(
    "\(effectsFormat.expectation), or a section of `columns` and `effects`",
    schema: ["anyOf": [effectsFormat.schema, objectSchema(keys)]]
  ) { (node) throws(SpecErrors) in
    guard case .sequence(let nodes) = node.content else {
      let section = try Section(
        node, expecting: "\(effectsFormat.expectation), or a section of `columns` and `effects`")
      try section.check(keys)
      return BehaviourSpec(columns: try section.read(columns), terms: try section.read(effects))
    }
    let items = try collecting(nodes) { (item) throws(SpecErrors) -> LocatedText in
      guard case .scalar(let text) = item.content else {
        throw item.wrongType(expected: "an effect, as in `average-similarity`")
      }
      return LocatedText(text, at: item.location)
    }
    return BehaviourSpec(columns: nil, terms: try terms(items, path: node.path))
  }
}
