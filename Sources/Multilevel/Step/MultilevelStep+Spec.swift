internal import Designs
public import StudyFiles
internal import Tables

/// How a `multilevel` step is written.
extension MultilevelStep {
  static let dataKey = Key("data", .text("a table"), "The table whose rows are the model's.")
  static let sampleKey = Key.optional(
    "sample", ValueFormat.text("a `match` step"), shown: "all rows",
    "A matching step whose units are kept.")
  static let formulaKey = Key(
    "formula", .text("a formula such as `outcome ~ x + (1 | school)`"),
    "Response, fixed part and random terms, as in R.")
  static let methodKey = Key(
    "method", ValueFormat<LikelihoodCriterion>.oneOf("criterion"), default: .reml, shown: "REML",
    "Restricted maximum likelihood, or maximum likelihood to compare fixed parts.")
  static let degreesKey = Key(
    "df", degreesFormat, default: .satterthwaite, shown: "satterthwaite",
    "Degrees of freedom of tests and intervals.")
  static let errorsKey = Key(
    "errors", errorsFormat, default: nil, shown: "model",
    "Where standard errors come from: the model, or the sandwich over clusters that nest every random "
      + "effect, `cr2` adjusted for few clusters.")
  static let weightsKey = Key.optional(
    "weights",
    ValueFormat.section(
      "a section with `precision`, `frequency` or `design`", keys: weightKeys, rowWeights),
    "Weights of rows: `precision` are known residual variances, σ² over the weight; `frequency` counts "
      + "how often a row occurred, or the trials of a share; `design` are sampling or matching weights."
  )
  static let contrastsKey = Key(
    "contrasts",
    ValueFormat<[(name: LocatedText, value: Contrast)]>.named(.oneOf("contrast")), default: [],
    shown: "treatment", "How factors become columns, by factor.")
  static let effectKey = Key.optional(
    "effect", ValueFormat.section("a section with `of`", keys: effectKeys, effectRequest),
    "The effect to give in standard deviations.")

  public static let keys: [AnyKey] =
    [
      AnyKey(dataKey), AnyKey(sampleKey), AnyKey(formulaKey), AnyKey(methodKey),
      AnyKey(GeneralisedSettings.familyKey), AnyKey(GeneralisedSettings.linkKey),
      AnyKey(GeneralisedSettings.quadratureKey), AnyKey(weightsKey), AnyKey(degreesKey),
      AnyKey(errorsKey), AnyKey(RowStructureRequest.correlationKey),
      AnyKey(RowStructureRequest.dispersionKey), AnyKey(contrastsKey), AnyKey(effectKey),
    ] + StepInference.keys + PostEstimation.keys

  /// Which columns weigh the rows.
  struct RowWeights: Sendable {
    let precision: LocatedText?
    let frequency: LocatedText?
    let design: [(level: LocatedText?, column: LocatedText)]
    let scaling: DesignWeights.Scaling
  }

  private static let precisionKey = Key.optional(
    "precision", ValueFormat<LocatedText>.text("a column"),
    "Known relative precisions of the rows.")
  private static let frequencyKey = Key.optional(
    "frequency", ValueFormat<LocatedText>.text("a column"),
    "How often each row occurred, or the trials of which a response is the share of successes.")
  private static let weightKeys: [AnyKey] = [
    AnyKey(precisionKey), AnyKey(frequencyKey), AnyKey(RowStructureRequest.designKey),
    AnyKey(RowStructureRequest.scalingKey),
  ]
  private static let rowWeights: @Sendable (Section) throws(SpecErrors) -> RowWeights = {
    (section) throws(SpecErrors) in
    let weights = RowWeights(
      precision: try section.read(precisionKey), frequency: try section.read(frequencyKey),
      design: try section.read(RowStructureRequest.designKey) ?? [],
      scaling: try section.read(RowStructureRequest.scalingKey))
    let given =
      (weights.precision == nil ? 0 : 1) + (weights.frequency == nil ? 0 : 1)
      + (weights.design.isEmpty ? 0 : 1)
    guard given == 1 else {
      throw section.error(.rule("give one of `precision`, `frequency` and `design`"))
    }
    if section.has("scaling"), weights.design.isEmpty {
      throw section.error(.rule("`scaling` is for design weights: drop it"), at: "scaling")
    }
    return weights
  }

  private static let ofKey = Key("of", .text("a coefficient"), "Whose effect.")
  private static let averageKey = Key(
    "average", .flag, default: true, shown: "true",
    "Average over the sample where the effect interacts with covariates.")
  private static let scaleKey = Key(
    "scale", scaleFormat, default: .totalSD, shown: "total-sd",
    "The standard deviation that is the unit: of all variance or within groups; `eef` gives both by the formulas of "
      + "trials of whole groups, without the small-sample factor.")
  private static let variancesKey = Key(
    "variances", ValueFormat<EffectVariances>.oneOf("kind of variances"), default: .unconditional,
    shown: "unconditional",
    "Whose variances are the unit: `unconditional`, of the model without covariates, or `conditional`."
  )
  private static let effectKeys: [AnyKey] = [
    AnyKey(ofKey), AnyKey(averageKey), AnyKey(scaleKey), AnyKey(variancesKey),
    AnyKey(monthsKey),
  ]

  private static let effectRequest: @Sendable (Section) throws(SpecErrors) -> EffectRequest = {
    (section) throws(SpecErrors) in
    let request = EffectRequest(
      of: try section.read(ofKey), average: try section.read(averageKey),
      scale: try section.read(scaleKey),
      isConditional: try section.read(variancesKey) == .conditional,
      months: try section.read(monthsKey))
    guard request.months == nil || request.scale == .totalSD && !request.isConditional else {
      throw section.error(
        .rule(
          "months of progress need `scale: total-sd` and unconditional variances: the table is for pupils' "
            + "total sd"),
        at: "months")
    }
    return request
  }

  private static let monthsKey = Key<Months?>.optional(
    "months",
    ValueFormat<LocatedText>.text("`\(MonthsTable.eefToolkit.name)`").mapping {
      (name, node) throws(SpecErrors) in
      guard name.text == MonthsTable.eefToolkit.name else {
        throw node.error(
          .unknownName(
            name.text, kind: "table of months", known: [MonthsTable.eefToolkit.name]))
      }
      return Months(table: .eefToolkit, location: name.location)
    }, "A table that turns the interval's ends into months of progress; for pupils' outcomes only.")

  private static let scaleFormat = named(
    "scale", [("total-sd", .totalSD), ("within-sd", EffectScale.withinSD), ("eef", .eefTotal)],
    later: [])

  private static let errorsFormat = named(
    "kind of standard error",
    [("model", ClusterRobustKind?.none), ("cr1", .cr1), ("cr2", .cr2)], later: [])

  private static let degreesFormat = named(
    "method for degrees of freedom",
    [
      ("satterthwaite", DegreesOfFreedomMethod.satterthwaite),
      ("kenward-roger", .kenwardRoger), ("between-within", .betweenWithin), ("none", .none),
    ], later: [])

  /// One of several names; those of later versions are refused as such.
  private static func named<Value: Sendable>(
    _ kind: String, _ values: [(name: String, value: Value)], later: [String]
  ) -> ValueFormat<Value> {
    let names = values.map(\.name)
    return ValueFormat(
      names.map { "`\($0)`" }.joined(separator: " or "),
      schema: ["enum": .array(names.map(JSON.string))]
    ) { (node) throws(SpecErrors) in
      guard case .scalar(let text) = node.content else {
        throw node.wrongType(expected: names.map { "`\($0)`" }.joined(separator: " or "))
      }
      if let match = values.first(where: { $0.name == text }) { return match.value }
      if later.contains(text) { throw node.error(.notAvailable(text)) }
      throw node.error(.unknownName(text, kind: kind, known: names))
    }
  }

  public init(from section: Section) throws(SpecErrors) {
    let weights = try section.read(Self.weightsKey)
    let generalised = try GeneralisedSettings.read(section, frequency: weights?.frequency)
    if generalised != nil { try Self.checkGeneralised(section, weights) }
    let structure = try RowStructureRequest.read(
      section, weights?.design ?? [], weights?.scaling ?? .size)
    try structure?.check(section, isGeneralised: generalised != nil)
    let errors = try section.read(Self.errorsKey)
    let degrees = try section.read(Self.degreesKey)
    if let errors, degrees == .kenwardRoger {
      throw section.error(
        .rule(
          "`kenward-roger` adjusts the model's own errors: with `errors: \(errors.rawValue)` write "
            + "`df: satterthwaite`"), at: "df")
    }
    self.init(
      data: try section.read(Self.dataKey), sample: try section.read(Self.sampleKey),
      formula: try section.read(Self.formulaKey), criterion: try section.read(Self.methodKey),
      degreesOfFreedom: degrees, errors: errors,
      precision: weights?.precision,
      contrasts: try section.read(Self.contrastsKey).map { ($0.name, $0.value) },
      effect: try section.read(Self.effectKey), generalised: generalised, structure: structure,
      inference: try StepInference.read(section),
      further: try PostEstimation.read(section, isNormal: generalised == nil))
  }

  /// Keys that mean nothing where the response is not normal.
  private static func checkGeneralised(
    _ section: Section, _ weights: RowWeights?
  ) throws(SpecErrors) {
    if section.has("method"), try section.read(methodKey) == .reml {
      throw section.error(
        .rule("REML is for a normal response: drop `method`, or write `method: ML`"), at: "method")
    }
    if section.has("df"), try section.read(degreesKey) != .none {
      throw section.error(
        .rule("tests use the normal distribution with this family: drop `df`, or write `df: none`"),
        at: "df")
    }
    if section.has("errors"), try section.read(errorsKey) != nil {
      throw section.error(
        .rule("errors robust to clusters need a normal response: drop `errors`"), at: "errors")
    }
    if section.has("effect") {
      throw section.error(
        .rule("an effect in standard deviations needs a normal response: drop `effect`"),
        at: "effect")
    }
    if section.has("margins") {
      throw section.error(
        .rule(
          "`margins` needs a normal response: table `margins` gives the average effects of every column on this "
            + "family's probabilities or means, unasked"), at: "margins")
    }
    for bound in try section.read(StepInference.equivalenceKey) where bound.value.unit == "sd" {
      throw section.error(
        .rule(
          "a bound in `sd` needs a normal response: give that of `\(bound.name.text)` on the scale of the "
            + "link, without a unit"), at: "equivalence")
    }
    if weights?.precision != nil {
      throw section.error(
        .rule("`precision` weights are for a normal response: use `frequency`"), at: "weights")
    }
  }
}

/// Whose variances an effect's unit has.
private enum EffectVariances: String, Sendable, CaseIterable {
  case unconditional
  case conditional
}
