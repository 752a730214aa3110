internal import StudyFiles
internal import Tables

/// The `formation` section of a scenario: how ties form, where nothing was estimated.
struct FormationSpec: Sendable {
  /// An effect with its coefficient.
  struct Term: Sendable {
    let name: LocatedText
    let spec: any NetworkEffectSpec
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
    "what makes schools prefer some ties: effects with their coefficients")
  static let choice = Key(
    "choice", choiceFormat, default: .exact, shown: "exact",
    "whom a school considers: everyone, or so many of the nearest")
  static let years = Key.optional(
    "years", .number("a number of years above 0", above: 0), shown: "1",
    "how long a period between two waves of `start` lasted")
  static let feedback = Key(
    "feedback", .flag, default: true, shown: "true",
    "whether effects of the outcome's column follow the outcome from year to year; "
      + "`false` keeps them at its values of the start")
  static let keys = [
    AnyKey(rate), AnyKey(consent), AnyKey(effects), AnyKey(choice), AnyKey(years), AnyKey(feedback),
  ]

  let rate: Double?
  let consent: (any ConsentSpec)?
  let terms: [Term]?
  let choiceSet: ChoiceSet
  let years: Double?
  let feedback: Bool
  let section: Section?

  /// Where all is taken from an earlier step.
  init() {
    (rate, consent, terms, choiceSet, years, feedback, section) =
      (nil, nil, nil, .exact, nil, true, nil)
  }

  init(from section: Section) throws(SpecErrors) {
    rate = try section.read(Self.rate)?.value
    consent = try section.read(Self.consent)
    terms = try section.read(Self.effects)
    choiceSet = try section.read(Self.choice)
    years = try section.read(Self.years)
    feedback = try section.read(Self.feedback)
    self.section = section
  }

  /// `{density: -3.2, same(la): 0.4}`
  private static let termsFormat = ValueFormat.named(
    ParameterSpec.format("a coefficient")
  ).mapping(
    expecting: "effects, each with its coefficient, as in `{density: -3.2, same(la): 0.4}`"
  ) { (items, node) throws(SpecErrors) in
    try collecting(items) { (item) throws(SpecErrors) in
      let call = try Call(item.name, path: node.path)
      let section = Section(call: call.name, arguments: call.arguments, path: node.path)
      return Term(
        name: item.name, spec: try Registry.networkEffects.make(call.name, from: section),
        weight: item.value)
    }
  }

  private static let nearest = Key(
    "nearest", .integer("a number of schools of at least 1", atLeast: 1), "how many")

  /// `exact`, or `{nearest: 40}`
  private static let choiceFormat = ValueFormat<ChoiceSet>.shorthand(
    ValueFormat("`exact`", schema: ["const": "exact"]) { (node) throws(SpecErrors) in
      guard case .scalar("exact") = node.content else {
        throw node.wrongType(expected: "`exact` or `{nearest: 40}`")
      }
      return .exact
    },
    or: .section("`{nearest: 40}`", keys: [AnyKey(nearest)]) { (section) throws(SpecErrors) in
      .nearest(try section.read(nearest))
    })
}
