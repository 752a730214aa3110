public import StudyFiles

extension NearestNeighbour {
  public static let name = "nearest"

  public static let documentation = ChoiceDocumentation(
    summary: "each treated unit in turn takes the nearest comparator that is left",
    formula: "argmin over available j of d(i, j), subject to exact strata and calipers",
    reference: "Rubin 1973, DOI 10.2307/2529684; Ho, Imai, King & Stuart 2011, "
      + "DOI 10.18637/jss.v042.i08")

  static let ratioKey = Key(
    "ratio", MatchRatio.format, default: .fixed(1), shown: "1",
    "comparators for each treated unit; everyone gets a first before anyone a second")
  static let replaceKey = Key(
    "replace", .flag, default: false, shown: "false", "whether a comparator may be taken again")
  static let orderKey = Key<Order?>.optional(
    "order", .oneOf("order"), shown: "largest where there is a score, data otherwise",
    "who chooses first")

  static let nearExactKey = Key(
    "near-exact", .list(of: .text("the name of a covariate")), default: [], shown: "none",
    "covariates in which an equal partner comes before a nearer one")

  public static let keys = [
    AnyKey(ratioKey), AnyKey(replaceKey), AnyKey(orderKey), AnyKey(nearExactKey),
  ]

  public init(from section: Section) throws(SpecErrors) {
    let ratio = try section.read(Self.ratioKey)
    let order = try section.read(Self.orderKey)
    let replace = try section.read(Self.replaceKey)
    let nearExact = try section.read(Self.nearExactKey).map(\.text)
    switch ratio {
    case .fixed(let number):
      self.init(ratio: number, replace: replace, order: order, nearExact: nearExact)
    case .variable:
      guard !replace else {
        throw section.error(
          .rule(
            "a ratio that varies shares out comparators, which `replace` does not: give a number"),
          at: "ratio")
      }
      self.init(ratio: ratio, order: order, nearExact: nearExact)
    }
  }
}
