public import StudyFiles

/// How a `power` step is written.
extension PowerStep {
  private typealias Counts = (kind: AssignmentKind, levels: [Named<Double>])

  private static let share = ValueFormat<Double>.number(
    "a share from 0 to below 1", in: 0...0.999_999)
  private static let inside = ValueFormat<Double>.number(
    "a number between 0 and 1", in: 0.000_001...0.999_999)
  private static let countFormat = ValueFormat<[Named<Double>]>.named(
    .number("a number from 1 to 10 million", in: 1...10_000_000))
  private static let sharesFormat = ValueFormat<[Named<Double>]>.named(share)

  private static let clustersKey = Key.optional(
    "clusters", countFormat,
    "Whole groups are assigned: levels with their sizes, from the top down.")
  private static let multisiteKey = Key.optional(
    "multisite", countFormat, "Units are assigned within each group of the top level.")
  private static let pairsKey = Key.optional(
    "pairs", countFormat, "Groups are assigned within pairs of alike ones.")
  private static let designKeys: [AnyKey] = [
    AnyKey(clustersKey), AnyKey(multisiteKey), AnyKey(pairsKey),
  ]
  private static let designKey = Key.optional(
    "design",
    ValueFormat<Counts>.section(
      "one of `clusters`, `multisite` and `pairs` with the sizes of its levels", keys: designKeys
    ) { (section) throws(SpecErrors) in
      let all: [(AssignmentKind, [Named<Double>]?)] = [
        (.clusters, try section.read(clustersKey)), (.multisite, try section.read(multisiteKey)),
        (.pairs, try section.read(pairsKey)),
      ]
      let given = all.compactMap { kind, levels in levels.map { (kind: kind, levels: $0) } }
      guard given.count == 1, let one = given.first else {
        throw section.error(.rule("give one of `clusters`, `multisite` and `pairs`"))
      }
      guard one.levels.count == 2 || one.levels.count == 3 else {
        throw section.error(
          .rule(
            "a design has two or three levels, from the top down, such as `{schools: 40, pupils: 25}`"
          ),
          at: one.kind.rawValue)
      }
      return one
    },
    "Who is assigned, and how many units each level has in a unit of the level above.")
  private static let treatedKey = Key(
    "treated", inside, default: 0.5, shown: "0.5", "The share of assigned units that is treated.")
  private static let iccKey = Key.optional(
    "icc", sharesFormat,
    "With `design`: the share of the outcome's variance at each level but the last, which has the rest."
  )
  private static let explainedKey = Key(
    "explained", sharesFormat, default: [], shown: "0",
    "The share of each level's variance that covariates explain.")
  private static let attritionKey = Key(
    "attrition", sharesFormat, default: [], shown: "0",
    "The share of each level's units that leave before the outcome.")
  private static let heterogeneityKey = Key(
    "heterogeneity",
    ValueFormat<[Named<Double>]>.named(.number("a number from 0", in: 0...1_000_000)),
    default: [], shown: "0",
    "Multisite: the variance of the effect between sites over the variance of the outcome there.")
  private static let explainedEffectKey = Key(
    "explained_effect", sharesFormat, default: [], shown: "0",
    "Multisite: the share of the effect's variance between sites that covariates explain.")
  private static let covariatesKey = Key(
    "covariates", ValueFormat<Int>.integer("a whole number from 0", atLeast: 0), default: 0,
    shown: "0", "Covariates that cost degrees of freedom at the level that limits the test.")
  private static let sitesKey = Key(
    "sites", ValueFormat<SiteKind>.oneOf("kind of site"), default: .random, shown: "random",
    "Multisite: whether sites are a sample or all there are.")
  private static let pairingKey = Key(
    "pairing", share, default: 0, shown: "0",
    "Pairs: the share of the clusters' variance that pairing explains.")
  fileprivate static let effectKey = Key.optional(
    "effect", ValueFormat<Double>.number("a number above 0", above: 0),
    "The effect whose power is asked, in standard deviations of the outcome.")
  private static let ratesKey = Key.optional(
    "rates",
    ValueFormat<BinaryOutcome>.section(
      "a section with `comparison` and `treated`", keys: rateKeys
    ) { (section) throws(SpecErrors) in
      let rates = BinaryOutcome(
        comparison: try section.read(comparisonRateKey), treated: try section.read(treatedRateKey))
      guard rates.treated > rates.comparison else {
        throw section.error(
          .rule("the treated's rate is to be above the comparison's: count the other outcome"))
      }
      return rates
    }, "The rates of a binary outcome in both arms, instead of an effect.")
  private static let comparisonRateKey = Key("comparison", inside, "The rate without treatment.")
  private static let treatedRateKey = Key("treated", inside, "The rate with treatment.")
  private static let rateKeys: [AnyKey] = [AnyKey(comparisonRateKey), AnyKey(treatedRateKey)]
  fileprivate static let targetKey = Key(
    "target", inside, default: 0.8, shown: "0.8", "The power asked for.")
  fileprivate static let significanceKey = Key(
    "significance", inside, default: 0.05, shown: "0.05", "The size of the two-sided test.")
  private static let replicatesKey = Key(
    "replicates", ValueFormat<Int>.integer("a whole number from 2", atLeast: 2, atMost: 1_000_000),
    default: 1_000, shown: "1000", "How many trials.")
  fileprivate static let simulateKey = Key.optional(
    "simulate",
    ValueFormat<Int>.section("a section with `replicates`", keys: [AnyKey(replicatesKey)]) {
      (section) throws(SpecErrors) in try section.read(replicatesKey)
    }, "Simulate the trial and fit the multilevel model to each replicate.")

  fileprivate static let modelKey = Key.optional(
    "model", ValueFormat<LocatedText>.text("a `multilevel` step"),
    "Instead of a `design`: a model of the study, whose groups, covariates and variances are the design."
  )
  fileprivate static let ofKey = Key.optional(
    "of", ValueFormat<LocatedText>.text("a coefficient"),
    "With `model`: whose effect; that of the model's own `effect` if it has one.")

  public static let keys: [AnyKey] = [
    AnyKey(modelKey), AnyKey(ofKey), AnyKey(designKey), AnyKey(treatedKey), AnyKey(iccKey),
    AnyKey(explainedKey),
    AnyKey(attritionKey), AnyKey(heterogeneityKey), AnyKey(explainedEffectKey),
    AnyKey(covariatesKey), AnyKey(sitesKey), AnyKey(pairingKey), AnyKey(effectKey),
    AnyKey(ratesKey), AnyKey(targetKey), AnyKey(significanceKey), AnyKey(simulateKey),
  ]

  /// Reads a step whose keys have been checked.
  public init(from section: Section) throws(SpecErrors) {
    guard let (kind, counts) = try section.read(Self.designKey) else {
      throw section.error(.rule("give a `design` with its `icc`, or a `model` of the study"))
    }
    guard let shares = try section.read(Self.iccKey) else {
      throw section.error(
        .rule(
          "a `design` needs `icc`, the share of the outcome's variance at each level but the last"),
        at: "design")
    }
    if section.has("of") {
      throw section.error(.rule("`of` goes with `model`: drop it"), at: "of")
    }
    let names = counts.map(\.name.text)
    func values(
      _ items: [Named<Double>], _ key: String, allowed: [String]
    ) throws(SpecErrors) -> [String: Double] {
      var result: [String: Double] = [:]
      for (name, value) in items {
        guard allowed.contains(name.text) else {
          throw SpecErrors(
            SpecError(
              .unknownName(name.text, kind: "level", known: allowed),
              path: "\(section.path).\(key)", at: name.location))
        }
        result[name.text] = value
      }
      return result
    }
    let upper = Array(names.dropLast())
    let icc = try values(shares, "icc", allowed: upper)
    let rest = upper.reduce(1.0) { $0 - (icc[$1] ?? 0) }
    guard rest > 0 else {
      throw section.error(.rule("the shares leave no variance to `\(names.last ?? "")`"), at: "icc")
    }
    let sites = kind == .multisite ? [names[0]] : []
    for key in ["heterogeneity", "explained_effect", "sites"] where section.has(key) {
      guard kind == .multisite else {
        throw section.error(.rule("`\(key)` goes with `multisite` designs: drop it"), at: key)
      }
    }
    if section.has("pairing"), kind != .pairs {
      throw section.error(.rule("`pairing` goes with `pairs`: drop it"), at: "pairing")
    }
    if kind == .pairs, try section.read(Self.treatedKey) != 0.5 {
      throw section.error(.rule("half of each pair is treated: drop `treated`"), at: "treated")
    }
    let explained = try values(
      try section.read(Self.explainedKey), "explained", allowed: names)
    let attrition = try values(
      try section.read(Self.attritionKey), "attrition", allowed: names)
    let heterogeneity = try values(
      try section.read(Self.heterogeneityKey), "heterogeneity", allowed: sites)
    let explainedEffect = try values(
      try section.read(Self.explainedEffectKey), "explained_effect", allowed: sites)
    let fixed = try section.read(Self.sitesKey) == .fixed
    let effect = try section.read(Self.effectKey)
    let rates = try section.read(Self.ratesKey)
    guard effect == nil || rates == nil else {
      throw section.error(.rule("give `effect` or `rates`, not both"), at: "rates")
    }
    let replicates = try section.read(Self.simulateKey)
    if fixed, replicates != nil {
      throw section.error(
        .rule("designs with fixed sites are not simulated: drop `simulate`"), at: "simulate")
    }
    if rates != nil, replicates != nil {
      throw section.error(
        .rule("binary outcomes are not simulated: drop `simulate`"), at: "simulate")
    }
    self.init(
      design: TrialDesign(
        kind,
        levels: counts.map { name, count in
          DesignLevel(
            name: name.text, count: count,
            icc: name.text == names.last ? rest : icc[name.text] ?? 0,
            explained: explained[name.text] ?? 0, attrition: attrition[name.text] ?? 0,
            heterogeneity: heterogeneity[name.text] ?? 0,
            explainedEffect: explainedEffect[name.text] ?? 0)
        }, treated: try section.read(Self.treatedKey),
        covariates: try section.read(Self.covariatesKey), fixedSites: fixed,
        pairing: try section.read(Self.pairingKey)),
      effect: effect, rates: rates, target: try section.read(Self.targetKey),
      significance: try section.read(Self.significanceKey), replicates: replicates)
  }
}

extension FittedPowerStep {
  /// Reads a step that names a `model`; `nil` where it has a design of its own.
  public init?(from section: Section) throws(SpecErrors) {
    guard let model = try section.read(PowerStep.modelKey) else { return nil }
    let own = [
      "model", PowerStep.ofKey.name, PowerStep.effectKey.name, PowerStep.targetKey.name,
      PowerStep.significanceKey.name, PowerStep.simulateKey.name,
    ]
    if let other = PowerStep.keys.map(\.name).first(where: { !own.contains($0) && section.has($0) })
    {
      throw section.error(
        .rule("the `model` gives the design: drop `\(other)`, or `model`"), at: other)
    }
    self.init(
      model: model, coefficient: try section.read(PowerStep.ofKey),
      effect: try section.read(PowerStep.effectKey), target: try section.read(PowerStep.targetKey),
      significance: try section.read(PowerStep.significanceKey),
      replicates: try section.read(PowerStep.simulateKey) ?? 1_000)
  }
}

/// Whether the sites of a multisite design are a sample.
private enum SiteKind: String, Sendable, CaseIterable {
  case random
  case fixed
}
