public import StudyFiles

/// A `formation-from-summaries` step as a study writes it: how partnerships form, where only summaries of a network are
/// known.
public struct SummaryFormationStep: Sendable {
  static let actors = Key("actors", .text("the name of a table"), "one row an actor")
  static let directed = Key(
    "directed", .flag, default: false, shown: "false", "whether a tie has a sender and a receiver")
  static let consent = Key.optional(
    "consent", Registry.consentRules.format, shown: "confirm", "what an undirected tie takes")
  static let effects = Key(
    "effects",
    .named(ParameterSpec.format("a number, a prior or how an effect is distributed")),
    "effects, each with its prior: `same(la): {normal: [0.5, 0.5], source: assumption}`, `{prior: NAME}`, or a number "
      + "that is known")
  static let observed = Key(
    "observed", observedFormat,
    "what is known of the network, as in `{mean-degree: 3.1, reciprocity: 0.4}`")
  static let opportunities = Key(
    "opportunities", .number("a number from 1 to 1000", in: 1...1000), default: 30, shown: "30",
    "opportunities of each actor before its simulated network is looked at: enough to forget that it began empty"
  )
  static let draws = Key(
    "draws", .integer("a whole number from 100 to 100000", atLeast: 100, atMost: 100_000),
    default: 500, shown: "500", "draws that are kept")
  static let priors = Key.optional(
    "priors", .text("the name of a table"), shown: "those that come with the program",
    "priors of the study's own, which win over shipped ones of the same name")

  public static let keys = [
    AnyKey(actors), AnyKey(directed), AnyKey(consent), AnyKey(effects), AnyKey(observed),
    AnyKey(opportunities), AnyKey(draws), AnyKey(priors),
  ]

  /// Values of summaries, as far as they are known.
  struct Observed: Sendable {
    static let meanDegree = Key.optional(
      "mean-degree", .number("a number of at least 0", in: 0...1e6),
      "ties sent per actor; partners where undirected")
    static let sdDegree = Key.optional(
      "sd-degree", .number("a number of at least 0", in: 0...1e6), "standard deviation of the same")
    static let reciprocity = Key.optional(
      "reciprocity", share, "share of ties that are returned; directed only")
    static let transitivity = Key.optional(
      "transitivity", share, "share of two-paths that are closed")
    static let isolates = Key.optional("isolates", share, "share of actors without any tie")
    static let within = Key(
      "within", .named(share), default: [], shown: "none",
      "share of ties between actors with the same value of a column, as in `{phase: 0.8}`")
    static let share = ValueFormat<Double>.number("a share from 0 to 1", in: 0...1)
    static let keys = [
      AnyKey(meanDegree), AnyKey(sdDegree), AnyKey(reciprocity), AnyKey(transitivity),
      AnyKey(isolates), AnyKey(within),
    ]

    let values: [(summary: NetworkSummary, value: Double)]
    let within: [Named<Double>]
  }

  private static let observedFormat = ValueFormat<Observed>.section(
    "summaries, as in `{mean-degree: 3.1, reciprocity: 0.4}`", keys: Observed.keys
  ) { (section) throws(SpecErrors) in
    let values: [(NetworkSummary, Double?)] = [
      (.meanDegree, try section.read(Observed.meanDegree)),
      (.sdDegree, try section.read(Observed.sdDegree)),
      (.reciprocity, try section.read(Observed.reciprocity)),
      (.transitivity, try section.read(Observed.transitivity)),
      (.isolates, try section.read(Observed.isolates)),
    ]
    return Observed(
      values: values.compactMap { summary, value in value.map { (summary, $0) } },
      within: try section.read(Observed.within))
  }

  /// An effect with what is known of it.
  struct Term: Sendable {
    let text: LocatedText
    let spec: any NetworkEffectSpec
    let prior: ParameterSpec
  }

  public let actors: LocatedText
  let directed: Bool
  let consent: (any ConsentSpec)?
  let terms: [Term]
  let observed: Observed
  let opportunities: Double
  let draws: Int
  let priors: LocatedText?
  let path: String

  /// - Parameter section: checked against ``keys``.
  public init(from section: Section) throws(SpecErrors) {
    actors = try section.read(Self.actors)
    directed = try section.read(Self.directed)
    consent = try section.read(Self.consent)
    observed = try section.read(Self.observed)
    opportunities = try section.read(Self.opportunities)
    draws = try section.read(Self.draws)
    priors = try section.read(Self.priors)
    path = section.path
    let path = section.path
    terms = try collecting(try section.read(Self.effects)) {
      (item) throws(SpecErrors) -> Term in
      let call = try Call(item.name, path: "\(path).effects")
      let arguments = Section(call: call.name, arguments: call.arguments, path: "\(path).effects")
      return Term(
        text: item.name, spec: try Registry.networkEffects.make(call.name, from: arguments),
        prior: item.value)
    }
    try checkRules(section)
  }

  private func checkRules(_ section: Section) throws(SpecErrors) {
    var problems: [SpecError] = []
    func add(_ sentence: String, at location: SourceLocation, _ key: String) {
      problems.append(SpecError(.rule(sentence), path: "\(path).\(key)", at: location))
    }
    if directed, consent != nil {
      problems.append(
        EffectTerm.consentOfDirected(
          path: "\(path).consent", at: section.location(of: "consent")))
    }
    for term in terms {
      if !directed, !term.spec.isForUndirected {
        problems.append(EffectTerm.needsDirected(term.text, path: "\(path).effects"))
      }
      if let step = term.prior.step {
        add(
          "a prior is a number, a distribution or a name of the table of priors, not the result of a step",
          at: step.location, "effects.\(term.text.text)")
      }
    }
    if !directed, observed.values.contains(where: { $0.summary == .reciprocity }) {
      add(
        "`reciprocity` needs `directed: true`", at: section.location(of: "observed"),
        "observed.reciprocity")
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }
}
