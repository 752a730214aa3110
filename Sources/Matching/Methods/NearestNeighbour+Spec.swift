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

  static let tiesKey = Key(
    "ties", tiesFormat, default: Ties.first, shown: "first",
    "with `replace`, what is done with comparators as near as the last: `first` takes the earliest, `all` takes all"
  )

  /// Which of several comparators as near as the last are taken.
  enum Ties: Sendable {
    case first
    case all(within: Double)
  }

  private enum Word: String, CaseIterable, Sendable { case first, all }

  private static let tieWidthKey = Key(
    "within", .number("a number from 0", in: 0 ... .greatestFiniteMagnitude),
    "what the squared distance of one that is as near may be larger")

  /// `first`, `all`, or `{within: 1e-5}`.
  private static var tiesFormat: ValueFormat<Ties> {
    let word = ValueFormat<Word>.oneOf("treatment of ties").mapping {
      (ties, _) throws(SpecErrors) in ties == .all ? Ties.all(within: 0) : .first
    }
    let width = ValueFormat<Ties>.section(
      "a section with `within`", keys: [AnyKey(tieWidthKey)]
    ) { (section) throws(SpecErrors) in .all(within: try section.read(tieWidthKey)) }
    return .shorthand(word, or: width)
  }

  public static let keys = [
    AnyKey(ratioKey), AnyKey(replaceKey), AnyKey(orderKey), AnyKey(nearExactKey), AnyKey(tiesKey),
  ]

  public init(from section: Section) throws(SpecErrors) {
    let ratio = try section.read(Self.ratioKey)
    let order = try section.read(Self.orderKey)
    let replace = try section.read(Self.replaceKey)
    let nearExact = try section.read(Self.nearExactKey).map(\.text)
    var ties: Double?
    if case .all(let width) = try section.read(Self.tiesKey) { ties = width }
    if ties != nil, !replace {
      throw section.error(
        .rule("comparators that are taken by all who tie serve again: it needs `replace: true`"),
        at: "ties")
    }
    switch ratio {
    case .fixed(let number):
      self.init(
        ratio: number, replace: replace, order: order, nearExact: nearExact, tieWidth: ties)
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
