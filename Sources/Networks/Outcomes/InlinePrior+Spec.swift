internal import StudyFiles

/// The `prior` of an effect: the name of one, or a distribution written out with its unit.
enum InlinePrior: Sendable {
  case named(LocatedText)
  case written(Spread, unit: PartnershipEffectSpec.Unit)

  static let unit = Key<PartnershipEffectSpec.Unit>(
    "unit", .oneOf("unit"), default: .outcome, shown: "outcome", "of the distribution")
  static let key = Key.optional("prior", format, "a prior by its name, or a distribution")

  private static let pair = ValueFormat<[Double]>.list(of: .number(), atLeast: 2).mapping(
    expecting: "two numbers, as in `[0.02, 0.03]`"
  ) { (values, node) throws(SpecErrors) -> [Double] in
    guard values.count == 2 else { throw node.wrongType(expected: "two numbers") }
    return values
  }
  private static let normal = Key.optional("normal", pair, "mean and sd")
  private static let uniform = Key.optional("uniform", pair, "lowest and highest value")

  private static let format = ValueFormat<InlinePrior>.shorthand(
    ValueFormat<LocatedText>.text("the name of a prior").mapping {
      (text, _) throws(SpecErrors) in .named(text)
    },
    or: .section(
      "`{normal: [0.02, 0.03], unit: sd}`",
      keys: [AnyKey(normal), AnyKey(uniform), AnyKey(unit)]
    ) { (section) throws(SpecErrors) in
      let unit = try section.read(unit)
      switch (try section.read(normal), try section.read(uniform)) {
      case (let pair?, nil) where pair[1] > 0:
        return .written(.normal(mean: pair[0], sd: pair[1]), unit: unit)
      case (nil, let pair?) where pair[0] < pair[1]:
        return .written(.uniform(low: pair[0], high: pair[1]), unit: unit)
      default:
        throw section.error(
          .rule(
            "expected either `normal: [MEAN, SD]` with a sd above 0 or `uniform: [LOW, HIGH]` with the "
              + "lower value first"))
      }
    })

  func origin(in section: Section) throws(SpecErrors) -> PartnershipEffectSpec.Origin {
    for key in ["years", "unit", "sd", "from", "term"] where section.has(key) {
      throw section.error(.rule("`\(key)` does not go with `prior`"), at: key)
    }
    let share =
      try section.read(PartnershipEffectSpec.share) ?? YearProfile([(1, 1)])
    switch self {
    case .named(let name):
      if section.has("source") {
        throw section.error(
          .rule("`source` does not go with a named prior, which says it"), at: "source")
      }
      return .prior(name, share: share)
    case .written(let spread, let unit):
      guard let source = try section.read(PartnershipEffectSpec.source), source != .estimate else {
        throw section.error(.missingKey("source", expected: "`evidence` or `assumption`"))
      }
      return .spread(spread, unit: unit, source, share: share)
    }
  }
}
