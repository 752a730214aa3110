public import StudyFiles

extension OptimalPairs {
  public static let name = "optimal"

  public static let documentation = ChoiceDocumentation(
    summary: "as many pairs as possible with the least total distance, proved",
    formula: "max pairs, then min Σ d(i, j), subject to exact strata and calipers",
    reference: "Rosenbaum 1989, DOI 10.1080/01621459.1989.10478868; Jonker & Volgenant 1987, "
      + "DOI 10.1007/BF02278710")

  static let ratioKey = Key(
    "ratio", MatchRatio.format, default: .fixed(1), shown: "1",
    "comparators for each treated unit; as many as possible get a first, then a second")

  static let fineKey = Key(
    "fine", .list(of: .text("the name of a covariate")), default: [], shown: "none",
    "covariates of which comparators must have the treated's shares, each refining those before")
  static let nearExactKey = Key(
    "near-exact", .list(of: .text("the name of a covariate")), default: [], shown: "none",
    "covariates in which partners are equal as far as that costs no pair")

  public static let keys = [AnyKey(ratioKey), AnyKey(fineKey), AnyKey(nearExactKey)]

  public init(from section: Section) throws(SpecErrors) {
    self.init(
      ratio: try section.read(Self.ratioKey),
      fine: try section.read(Self.fineKey).map(\.text),
      nearExact: try section.read(Self.nearExactKey).map(\.text))
  }
}
