internal import StudyFiles
internal import Tables

/// The `formation` section of a scenario: how ties form, where nothing was estimated.
struct FormationSpec: Sendable {
  /// An effect with its coefficient.
  struct Term: Sendable {
    let effect: EffectTerm
    let weight: ParameterSpec

    var name: LocatedText { effect.text }
    var spec: any NetworkEffectSpec { effect.spec }
  }

  /// An effect on rates with its coefficient.
  struct RateTerm: Sendable {
    let name: LocatedText
    let spec: any RateEffectSpec
    let weight: ParameterSpec
  }

  static let rate = Key.optional(
    "rate",
    .quantity("opportunities a year, as in `2 per year`", units: ["per year", ""], in: 0...1000),
    shown: "as `start` has estimated it", "how often a school may change one of its ties")
  static let consent = Key.optional(
    "consent", Registry.consentRules.format, shown: "confirm",
    "what an undirected tie takes")
  static let effects = Key.optional(
    "effects", termsFormat, shown: "as `start` has estimated them",
    "what makes schools prefer some ties: effects with their coefficients; `creation(…)` or `endowment(…)` around one "
      + "makes it act on making or on keeping ties alone")
  static let rates = Key.optional(
    "rates", ratesFormat, shown: "as `start` has estimated them, else none",
    "what makes some schools have more opportunities than others: effects on rates with their coefficients"
  )
  static let maximumDegree = Key.optional(
    "maximum-degree", .integer("a whole number of at least 1", atLeast: 1),
    shown: "that of `start`, else none", "partners beyond which no one makes another tie")
  static let within = Key.optional(
    "within", .text("the name of a table"), shown: "that of `start`, else none",
    "pairs, with columns `from` and `to`, that alone can be tied")
  static let disjoint = Key.optional(
    "disjoint", .text("the name of a table"), shown: "that of `start`, else none",
    "pairs that cannot be tied")
  static let contains = Key.optional(
    "contains", .text("the name of a table"), shown: "that of `start`, else none",
    "pairs whose tie cannot end")
  static let choice = Key(
    "choice", choiceFormat, default: .exact, shown: "exact",
    "whom a school considers: everyone, or so many of the nearest; `gumbel` is everyone by a number of each alter's own, slower "
      + "and with less chance between policies")
  static let years = Key.optional(
    "years", .number("a number of years above 0", above: 0), shown: "1",
    "how long a period between two waves of `start` lasted")
  static let feedback = Key(
    "feedback", .flag, default: true, shown: "true",
    "whether effects of the outcome's column follow the outcome from year to year; "
      + "`false` keeps them at its values of the start")
  static let kinds = Key.optional(
    "kinds", KindsSpec.format, shown: "those of `start`, else every kind",
    "which kinds of actor may be tied; others cannot begin a tie")
  static let keys = [
    AnyKey(rate), AnyKey(consent), AnyKey(effects), AnyKey(choice), AnyKey(years), AnyKey(feedback),
    AnyKey(rates), AnyKey(maximumDegree), AnyKey(within), AnyKey(disjoint), AnyKey(contains),
    AnyKey(kinds),
  ]

  let rate: Double?
  let consent: (any ConsentSpec)?
  let terms: [Term]?
  let choiceSet: ChoiceSet
  let years: Double?
  let feedback: Bool
  let rates: [RateTerm]?
  let maximumDegree: Int?
  let within: LocatedText?
  let disjoint: LocatedText?
  let contains: LocatedText?
  let kinds: KindsSpec?
  let section: Section?

  /// Where all is taken from an earlier step.
  init(years: Double? = nil, choice: ChoiceSet = .exact, feedback: Bool = true) {
    (rate, consent, terms, choiceSet, self.years, self.feedback, section) =
      (nil, nil, nil, choice, years, feedback, nil)
    (rates, maximumDegree, within, disjoint, contains, kinds) = (nil, nil, nil, nil, nil, nil)
  }

  init(from section: Section) throws(SpecErrors) {
    rate = try section.read(Self.rate)?.value
    consent = try section.read(Self.consent)
    terms = try section.read(Self.effects)
    choiceSet = try section.read(Self.choice)
    years = try section.read(Self.years)
    feedback = try section.read(Self.feedback)
    rates = try section.read(Self.rates)
    maximumDegree = try section.read(Self.maximumDegree)
    within = try section.read(Self.within)
    disjoint = try section.read(Self.disjoint)
    contains = try section.read(Self.contains)
    kinds = try section.read(Self.kinds)
    self.section = section
  }

  /// `{density: -3.2, same(la): 0.4}`
  private static let termsFormat = ValueFormat.named(
    ParameterSpec.format("a coefficient")
  ).mapping(
    expecting: "effects, each with its coefficient, as in `{density: -3.2, same(la): 0.4}`"
  ) { (items, node) throws(SpecErrors) in
    try collecting(items) { (item) throws(SpecErrors) in
      Term(effect: try EffectTerm(item.name, path: node.path), weight: item.value)
    }
  }

  /// `{of(roll): 0.1, outdegree: 0.05}`
  private static let ratesFormat = ValueFormat.named(
    ParameterSpec.format("a coefficient")
  ).mapping(
    expecting: "effects on rates, each with its coefficient, as in `{of(roll): 0.001}`"
  ) { (items, node) throws(SpecErrors) in
    try collecting(items) { (item) throws(SpecErrors) in
      let call = try Call(item.name, path: node.path)
      let section = Section(call: call.name, arguments: call.arguments, path: node.path)
      return RateTerm(
        name: item.name, spec: try Registry.rateEffects.make(call.name, from: section),
        weight: item.value)
    }
  }

  private static let nearest = Key(
    "nearest", .integer("a number of schools of at least 1", atLeast: 1), "how many")

  /// `exact`, `gumbel`, or `{nearest: 40}`
  private static let choiceFormat = ValueFormat<ChoiceSet>.shorthand(
    ValueFormat("`exact`, `gumbel`", schema: ["enum": ["exact", "gumbel"]]) {
      (node) throws(SpecErrors) in
      switch node.content {
      case .scalar("exact"): return .exact
      case .scalar("gumbel"): return .gumbel
      default: throw node.wrongType(expected: "`exact`, `gumbel` or `{nearest: 40}`")
      }
    },
    or: .section("`{nearest: 40}`", keys: [AnyKey(nearest)]) { (section) throws(SpecErrors) in
      .nearest(try section.read(nearest))
    })
}
