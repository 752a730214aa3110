public import StudyFiles

extension OptimalFull {
  public static let name = "full"

  public static let documentation = ChoiceDocumentation(
    summary:
      "every unit in a set of one against one or more, with the least total distance, proved",
    formula: "min Σ d(i, j) over edge covers of the pairs that exact strata and calipers allow",
    reference: "Rosenbaum 1991, DOI 10.1111/j.2517-6161.1991.tb01848.x; Hansen 2004, "
      + "DOI 10.1198/016214504000000647; bounds on sets: Hansen & Klopfer 2006, "
      + "DOI 10.1198/106186006X137047")

  static let minimumKey = Key<Double?>.optional(
    "minimum", .number("a whole number, or a share such as 0.5", in: 0.001...1_000_000),
    shown: "any number of treated units may share a comparator",
    "comparators for a treated unit at least; 1/k: at most k treated units share a comparator")
  static let maximumKey = Key<Int?>.optional(
    "maximum", .integer("a whole number from 1", atLeast: 1), shown: "no bound",
    "comparators for a treated unit at most")
  static let meanKey = Key<Double?>.optional(
    "mean", .number("a number above 0", in: 0.001...1_000_000), shown: "as many as there are",
    "comparators used, for each treated unit, on average over all sets")
  static let omitKey = Key<Double?>.optional(
    "omit", .number("a share from 0 to 1", in: 0...1), shown: "0",
    "the share of comparators that may be left out to come nearer")
  static let nearExactKey = Key(
    "near-exact", .list(of: .text("the name of a covariate")), default: [], shown: "none",
    "covariates in which partners are equal as far as that costs no unit its place")

  public static let keys = [
    AnyKey(minimumKey), AnyKey(maximumKey), AnyKey(meanKey), AnyKey(omitKey), AnyKey(nearExactKey),
  ]

  public init(from section: Section) throws(SpecErrors) {
    let minimum = try section.read(Self.minimumKey)
    let maximum = try section.read(Self.maximumKey)
    let mean = try section.read(Self.meanKey)
    let omit = try section.read(Self.omitKey)
    if let minimum {
      let times = minimum >= 1 ? minimum : 1 / minimum
      guard abs(times - times.rounded()) < 0.02 * times else {
        throw section.error(
          .rule(
            "`minimum` of \(minimum) is neither a whole number nor one over a whole number"),
          at: "minimum")
      }
    }
    let least = max(1, minimum ?? 1)
    if let maximum, Double(maximum) < least {
      throw section.error(
        .rule("`maximum` of \(maximum) is below `minimum` of \(least)"), at: "maximum")
    }
    if mean != nil, omit != nil {
      throw section.error(
        .rule("`mean` and `omit` both say how many comparators take part: give one"), at: "omit")
    }
    if let mean {
      guard mean >= (minimum ?? 0), mean <= maximum.map(Double.init) ?? .infinity else {
        throw section.error(.rule("`mean` is not between `minimum` and `maximum`"), at: "mean")
      }
    }
    self.init(
      bounds: SetBounds(
        minimum: minimum, maximum: maximum,
        use: mean.map { .mean($0) } ?? omit.map { $0 > 0 ? .omitting($0) : .all } ?? .all),
      nearExact: try section.read(Self.nearExactKey).map(\.text))
  }
}
