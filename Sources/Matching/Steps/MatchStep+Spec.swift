internal import Regression
public import StudyFiles

extension MatchStep {
  static let dataKey = Key<LocatedText?>.optional(
    "data", .text("the name of a table"), shown: "the study's treatment",
    "table whose rows are matched")
  static let treatedKey = Key<LocatedText?>.optional(
    "treated", .text("the name of a column"), shown: "the study's treatment",
    "logical or 0/1 column that says who is treated")
  static let covariatesKey = Key(
    "covariates", .list(of: .text("the name of a column"), atLeast: 1),
    "columns to be balanced, and to compute the distance from")
  static let estimandKey = Key(
    "estimand", ValueFormat<Estimand>.oneOf("estimand"), default: .att,
    shown: "att; ato with `overlap`",
    "whose average effect: of the treated, of the comparators, of both, or of those in overlap")
  static let methodKey = Key<LocatedText?>.optional(
    "method", .text("the name of a matching method"), shown: NearestNeighbour.name,
    "how comparators are chosen; its settings stand beside it")
  static let distanceKey = Key(
    "distance", .matchingDistance,
    default: PropensityScore() as any MatchingDistance,
    shown: PropensityScore.name, "how unlike two units are")
  static let withinKey = Key<Within?>.optional(
    "within", withinFormat,
    "a second distance by which comparators are chosen inside the propensity caliper")
  static let exactKey = Key(
    "exact", .list(of: .text("the name of a column")), default: [], shown: "none",
    "columns in which matched units must be equal")
  static let caliperKey = Key(
    "caliper", ValueFormat<[(name: LocatedText, value: CaliperWidth)]>.named(caliperFormat),
    default: [], shown: "none",
    "largest difference within a pair: of `propensity`, or of a column")
  static let apartKey = Key<Separation?>.optional(
    "apart", Separation.format,
    "least distance of a comparator from every treated unit, and largest distance of partners")
  static let discardKey = Key(
    "discard", DiscardRule.format, default: DiscardRule.none, shown: "none",
    "whose units are left out when their score lies outside the other arm's range, or bounds on "
      + "propensities")
  static let missingKey = Key(
    "missing", ValueFormat<MissingCovariates>.oneOf("treatment of missing covariates"),
    default: .leave, shown: "leave",
    "`leave`: units with a missing covariate leave; `indicator`: they stay, with an indicator")
  static let outcomeKey = Key<LocatedText?>.optional(
    "outcome", .text("the name of a column"), "outcome of the design's own estimate")
  static let adjustKey = Key(
    "adjust", .list(of: .text("the name of a column")), default: [], shown: "none",
    "columns that the design's own estimate is adjusted for")
  static let errorsKey = Key<EffectErrors?>.optional(
    "errors", .oneOf("kind of standard error"),
    shown: "cr2; hc3 where comparators are reused and for strata; stacked for weights",
    "standard errors of the design's own estimate")

  static let gateKey = Key<GateStep?>.optional(
    "gate", GateStep.format, "what the sample must satisfy; the run fails where it does not")
  static let prognosticKey = Key<LocatedText?>.optional(
    "prognostic", .text("the name of a column"),
    "an outcome of an earlier year, whose prediction from the covariates must be balanced as well")
  static let inferenceKey = Key<Inference?>.optional(
    "inference", .oneOf("kind of inference"),
    "`randomisation`: of the design's own estimate, by assignments within matched sets")
  static let drawsKey = Key(
    "draws", .integer("a whole number from 99", atLeast: 99, atMost: 1_000_000), default: 9999,
    shown: "9999", "assignments drawn where there are too many to go through")
  static let equivalenceKey = Key<Quantity?>.optional(
    "equivalence",
    .quantity(
      "a bound such as `0.05 sd`, or a number in the outcome's units", units: ["sd", ""],
      in: 0 ... .greatestFiniteMagnitude),
    "tests whether the effect is within this bound")

  static let membersKey = Key<MemberStep?>.optional(
    "members", MemberStep.format,
    "members of the units, such as pupils, that are matched inside them")

  enum Inference: String, CaseIterable, Sendable { case randomisation }

  /// The keys that do not depend on the method.
  static let ownKeys = [
    AnyKey(dataKey), AnyKey(treatedKey), AnyKey(covariatesKey), AnyKey(estimandKey),
    AnyKey(methodKey), AnyKey(distanceKey), AnyKey(withinKey), AnyKey(exactKey),
    AnyKey(caliperKey), AnyKey(apartKey), AnyKey(discardKey), AnyKey(missingKey),
    AnyKey(outcomeKey),
    AnyKey(adjustKey), AnyKey(errorsKey), AnyKey(gateKey), AnyKey(prognosticKey),
    AnyKey(inferenceKey), AnyKey(drawsKey), AnyKey(equivalenceKey), AnyKey(membersKey),
    .notAvailable("allow-post-treatment"),
  ]

  /// Every key that can stand in a `match` step, the settings of all methods included.
  public static var keys: [AnyKey] {
    var keys = ownKeys
    for entry in Registry.matchingMethods.entries {
      keys += entry.keys.filter { key in !keys.contains { $0.name == key.name } }
    }
    return keys
  }

  /// Reads the section under `match`, checking its keys.
  public init(from section: Section) throws(SpecErrors) {
    let method =
      try section.read(Self.methodKey)
      ?? LocatedText(NearestNeighbour.name, at: section.location)
    let registry = Registry.matchingMethods
    let entry = try registry.entry(method, path: section.value("method")?.path ?? section.path)
    try section.check(
      Self.ownKeys + entry.keys, elsewhere: registry.keysElsewhere(than: entry.name))
    data = try section.read(Self.dataKey)
    treated = try section.read(Self.treatedKey)
    covariates = try section.read(Self.covariatesKey)
    self.method = try registry.makeInline(method, from: section)
    let estimands = type(of: self.method).estimands
    estimand =
      section.has("estimand") || estimands.contains(.att)
      ? try section.read(Self.estimandKey) : estimands[0]
    distance = try section.read(Self.distanceKey)
    within = try section.read(Self.withinKey)
    exact = try section.read(Self.exactKey)
    calipers = try section.read(Self.caliperKey).map {
      NamedCaliper(name: $0.name, width: $0.value)
    }
    let separation = try section.read(Self.apartKey)
    apart = separation?.least
    farthest = separation?.most
    let rule = try section.read(Self.discardKey)
    discard = rule.support
    admitted = rule.admitted
    missing = try section.read(Self.missingKey)
    outcome = try section.read(Self.outcomeKey)
    adjust = try section.read(Self.adjustKey)
    errors = try section.read(Self.errorsKey)
    gate = try section.read(Self.gateKey)
    prognostic = try section.read(Self.prognosticKey)
    let draws = try section.read(Self.drawsKey)
    randomisation = try section.read(Self.inferenceKey).map { _ in draws }
    equivalence = try section.read(Self.equivalenceKey).map {
      $0.unit == "sd" ? .deviations($0.value) : .outcome($0.value)
    }
    members = try section.read(Self.membersKey)
    written = section
    location = section.location
    path = section.path
    try checkRules(section)
  }

  /// Rules between keys.
  private func checkRules(_ section: Section) throws(SpecErrors) {
    var problems: [SpecError] = []
    func rule(_ sentence: String, at key: String) {
      problems += section.error(.rule(sentence), at: key).problems
    }
    let supported = type(of: method).estimands
    if !supported.contains(estimand) {
      let names = supported.map { "`\($0.rawValue)`" }.joined(separator: " or ")
      rule(
        "method `\(type(of: method).name)` serves \(names), not `\(estimand.rawValue)`",
        at: "estimand")
    }
    if within != nil, !distance.isScore {
      rule(
        "`within` chooses inside a propensity caliper: it needs `distance: propensity`",
        at: "within")
    }
    if within != nil, !calipers.contains(where: { $0.name.text == BalanceTable.scoreName }) {
      rule("`within` needs `caliper: {propensity: …}` to choose inside of", at: "within")
    }
    let names = Set(covariates.map(\.text))
    for name in within?.covariates ?? [] where !names.contains(name.text) {
      problems.append(
        SpecError(
          .unknownName(name.text, kind: "covariate", known: covariates.map(\.text)),
          path: path(to: "within"), at: name.location))
    }
    if let errors, [.cr1, .cr2].contains(errors), method.reusesComparators {
      rule(
        "`\(errors.rawValue)` clusters by matched set, and there are none with `replace`: use `hc3` "
          + "or `abadie-imbens`",
        at: "errors")
    }
    if errors == .abadieImbens, !method.reusesComparators {
      rule(
        "`abadie-imbens` is for comparators that serve several: it needs `method: nearest` with "
          + "`replace: true`", at: "errors")
    }
    let kind = type(of: method)
    if !kind.keepsCalipers, !calipers.isEmpty {
      rule(
        "`\(kind.name)` makes no pairs that a caliper could limit: leave `caliper` out",
        at: "caliper")
    }
    if !kind.keepsCalipers, farthest != nil {
      rule(
        "`\(kind.name)` makes no pairs whose distance could be limited: leave `most` out",
        at: "apart")
    }
    if !kind.keepsStrata, !exact.isEmpty {
      rule("`\(kind.name)` puts no units together: give these columns as covariates", at: "exact")
    }
    if kind.basis == .score, !distance.isScore {
      rule(
        "method `\(kind.name)` works on the score: it needs `distance: propensity` or `{score: COLUMN}`",
        at: "distance")
    }
    if kind.basis != .distance, within != nil {
      rule("method `\(kind.name)` compares no distances: leave `within` out", at: "within")
    }
    let known = covariates.map(\.text)
    for named in method.namedCovariates where !known.contains(named.name) {
      let value = section.value(named.key)
      problems.append(
        SpecError(
          .unknownName(named.name, kind: "covariate", known: known), path: path(to: named.key),
          at: value?.location ?? location))
    }
    if let errors, [.cr1, .cr2].contains(errors), kind.grouping == .weights {
      rule(
        "`\(errors.rawValue)` clusters by matched set, and weights make none: use `stacked` or `hc3`",
        at: "errors")
    }
    if errors == .stacked,
      kind.grouping != .weights || distance.scoreColumn != nil
        || distance.propensity?.groups != nil
    {
      rule("`stacked` is for weights that the match estimates: use `cr2` or `hc3`", at: "errors")
    }
    if outcome == nil, !adjust.isEmpty { rule("`adjust` needs an `outcome`", at: "adjust") }
    if outcome == nil, randomisation != nil {
      rule("`inference` needs an `outcome`", at: "inference")
    }
    if outcome == nil, equivalence != nil {
      rule("`equivalence` needs an `outcome`", at: "equivalence")
    }
    if section.has("draws"), randomisation == nil {
      rule("`draws` needs `inference: randomisation`", at: "draws")
    }
    if gate?.gate.prognostic != nil, prognostic == nil {
      rule(
        "a gate on the prognostic score needs `prognostic: COLUMN`, an outcome of an earlier year",
        at: "gate")
    }
    if let members {
      if kind.grouping != .matchedSets || method.reusesComparators {
        rule(
          "members are matched inside matched sets, and \(kind.name) makes none here", at: "members"
        )
      }
      if members.design == .joint, !(method is OptimalPairs) {
        rule("`design: joint` needs `method: optimal`, which weighs members", at: "members")
      }
    }
    let makesSets = kind.grouping != .weights && !method.reusesComparators
    if randomisation != nil, !makesSets {
      rule(
        "randomisation within matched sets needs sets that share no unit: \(kind.name) makes none here",
        at: "inference")
    }
    if gate?.gate.joint != nil, !makesSets {
      rule(
        "the joint test permutes within matched sets, and \(kind.name) makes none here: leave `joint` out",
        at: "gate")
    }
    if outcome == nil, errors != nil { rule("`errors` needs an `outcome`", at: "errors") }
    var seen: Set<String> = []
    for name in covariates where !seen.insert(name.text).inserted {
      problems.append(
        SpecError(
          .rule("covariate `\(name.text)` stands twice"), path: path(to: "covariates"),
          at: name.location))
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  /// `0.2 sd`, `5`, or `{value: 0.2, sd: all}`.
  private static var caliperFormat: ValueFormat<CaliperWidth> {
    let short = ValueFormat<Quantity>.quantity(
      "a width such as `0.2 sd`, or a number in the column's own units", units: ["sd", ""],
      in: 0 ... .greatestFiniteMagnitude
    ).mapping { (quantity, _) throws(SpecErrors) in
      CaliperWidth(quantity.value, quantity.unit == "sd" ? .withinArms : .own)
    }
    let valueKey = Key(
      "value", .number("a number from 0", in: 0 ... .greatestFiniteMagnitude),
      "width in standard deviations")
    let sdKey = Key(
      "sd", ValueFormat<Deviation>.oneOf("standard deviation"), default: .arms, shown: "arms",
      "`arms`: the root mean of both arms' variances; `all`: over both arms together")
    let long = ValueFormat<CaliperWidth>.section(
      "a section with `value` and `sd`", keys: [AnyKey(valueKey), AnyKey(sdKey)]
    ) { (section) throws(SpecErrors) in
      CaliperWidth(
        try section.read(valueKey),
        try section.read(sdKey) == .all ? .overall : .withinArms)
    }
    return .shorthand(short, or: long)
  }

  private enum Deviation: String, CaseIterable, Sendable { case arms, all }

  /// `{mahalanobis: [columns]}`.
  private static var withinFormat: ValueFormat<Within> {
    let registry = Registry.matchingDistances
    let names = registry.names.filter { $0 != PropensityScore.name }
    let expectation = "a section such as `{mahalanobis: [columns]}`"
    return ValueFormat<[(name: LocatedText, value: [LocatedText])]>.named(
      .list(of: .text("the name of a column"), atLeast: 1)
    ).mapping(expecting: expectation) { (entries, node) throws(SpecErrors) in
      guard entries.count == 1, let entry = entries.first else {
        throw node.wrongType(expected: expectation)
      }
      guard names.contains(entry.name.text) else {
        throw SpecErrors(
          SpecError(
            .unknownName(entry.name.text, kind: "distance", known: names), path: node.path,
            at: entry.name.location))
      }
      let settings = Section(call: entry.name, arguments: [], path: node.path)
      return Within(
        distance: try registry.make(entry.name, from: settings), covariates: entry.value)
    }
  }
}
