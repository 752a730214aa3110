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
  static let familyKey = Key(
    "family",
    only(
      "gaussian", kind: "family", later: ["binomial", "poisson", "negative-binomial", "cumulative"]),
    default: "gaussian", shown: "gaussian", "Distribution of the response given the random effects."
  )
  static let errorsKey = Key(
    "errors", only("model", kind: "kind of standard error", later: ["cr1", "cr2"]),
    default: "model", shown: "model", "Where standard errors come from.")
  static let intervalsKey = Key(
    "intervals", only("wald", kind: "kind of interval", later: ["profile", "bootstrap"]),
    default: "wald", shown: "wald", "How intervals are found.")
  static let weightsKey = Key.optional(
    "weights",
    ValueFormat.section("a section with `precision`", keys: weightKeys) {
      (section) throws(SpecErrors) in try section.read(precisionKey)
    },
    "Weights of rows: `precision` are known residual variances, σ² over the weight.")
  static let contrastsKey = Key(
    "contrasts",
    ValueFormat<[(name: LocatedText, value: Contrast)]>.named(.oneOf("contrast")), default: [],
    shown: "treatment", "How factors become columns, by factor.")
  static let effectKey = Key.optional(
    "effect", ValueFormat.section("a section with `of`", keys: effectKeys, effectRequest),
    "The effect to give in standard deviations.")

  public static let keys: [AnyKey] = [
    AnyKey(dataKey), AnyKey(sampleKey), AnyKey(formulaKey), AnyKey(methodKey), AnyKey(familyKey),
    .notAvailable("link"), .notAvailable("quadrature"), AnyKey(weightsKey), AnyKey(degreesKey),
    AnyKey(errorsKey), .notAvailable("correlation"), .notAvailable("dispersion"),
    AnyKey(contrastsKey), AnyKey(intervalsKey), AnyKey(effectKey),
  ]

  private static let precisionKey = Key(
    "precision", .text("a column"), "Known relative precisions of the rows.")
  private static let weightKeys: [AnyKey] = [
    AnyKey(precisionKey), .notAvailable("frequency"), .notAvailable("design"),
  ]

  private static let ofKey = Key("of", .text("a coefficient"), "Whose effect.")
  private static let averageKey = Key(
    "average", .flag, default: true, shown: "true",
    "Average over the sample where the effect interacts with covariates.")
  private static let scaleKey = Key(
    "scale", scaleFormat, default: .totalSD, shown: "total-sd",
    "The standard deviation that is the unit, of the model without covariates.")
  private static let effectKeys: [AnyKey] = [
    AnyKey(ofKey), AnyKey(averageKey), AnyKey(scaleKey), .notAvailable("months"),
  ]

  private static let effectRequest: @Sendable (Section) throws(SpecErrors) -> EffectRequest = {
    (section) throws(SpecErrors) in
    EffectRequest(
      of: try section.read(ofKey), average: try section.read(averageKey),
      scale: try section.read(scaleKey))
  }

  private static let scaleFormat = named(
    "scale", [("total-sd", .totalSD), ("within-sd", EffectScale.withinSD)], later: ["eef"])

  private static let degreesFormat = named(
    "method for degrees of freedom",
    [
      ("satterthwaite", DegreesOfFreedomMethod.satterthwaite), ("between-within", .betweenWithin),
      ("none", .none),
    ], later: ["kenward-roger"])

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

  private static func only(_ name: String, kind: String, later: [String]) -> ValueFormat<String> {
    named(kind, [(name, name)], later: later)
  }

  public init(from section: Section) throws(SpecErrors) {
    _ = try section.read(Self.familyKey)
    _ = try section.read(Self.errorsKey)
    _ = try section.read(Self.intervalsKey)
    self.init(
      data: try section.read(Self.dataKey), sample: try section.read(Self.sampleKey),
      formula: try section.read(Self.formulaKey), criterion: try section.read(Self.methodKey),
      degreesOfFreedom: try section.read(Self.degreesKey),
      precision: try section.read(Self.weightsKey),
      contrasts: try section.read(Self.contrastsKey).map { ($0.name, $0.value) },
      effect: try section.read(Self.effectKey))
  }
}
