public import StudyFiles
internal import Tables

/// How an `event-study` step is written.
extension EventStudyStep {
  static let dataKey = Key("data", .text("a table"), "The table with one row a unit and year.")
  static let unitKey = Key("unit", .text("a column"), "Who is observed over years.")
  static let yearKey = Key(
    "year", .text("a column"), "The year of a row's outcome, a whole number.")
  static let joinedKey = Key.optional(
    "joined", .text("a column"), shown: "by the study's `treatment`",
    "The first year that counts as treated, the same in all rows of a unit; missing where it never joins."
  )
  static let outcomeKey = Key("outcome", .text("a column"), "What may change by joining.")
  static let covariatesKey = Key(
    "covariates", ValueFormat<[LocatedText]>.list(of: .text("a column")), default: [],
    shown: "none",
    "Columns given which trends are parallel, each taken in the base year of its comparison.")
  static let sampleKey = Key.optional(
    "sample", .text("the name of a match"),
    "A matched sample: its units take part, with its weights.")
  static let samplingKey = Key(
    "sampling", ValueFormat<Sampling>.oneOf("sampling"), default: .panel, shown: "panel",
    "Whether a unit has one row a year, or `cross-sections` of people who are others each year, such as pupils; "
      + "their covariates are their own."
  )
  static let clusterKey = Key.optional(
    "cluster", .text("a column"), shown: "the unit",
    "Which units vary together, such as federations or areas; the same in all rows of a unit.")
  static let estimatorKey = Key(
    "estimator", ValueFormat<DifferenceEstimator>.oneOf("estimator"), default: .doublyRobust,
    shown: "doubly-robust", "How covariates adjust.")
  static let comparatorsKey = Key(
    "comparators", ValueFormat<Comparators>.oneOf("kind of comparators"), default: .never,
    shown: "never", "Who a cohort is compared with.")
  static let baseKey = Key(
    "base", ValueFormat<BasePeriod>.oneOf("kind of base"), default: .varying, shown: "varying",
    "The earlier year of comparisons before joining: the year just before, or always the last before joining."
  )
  static let anticipationKey = Key(
    "anticipation", .integer("a whole number of years from 0", atLeast: 0, atMost: 20), default: 0,
    shown: "0", "Years before joining in which units may act on it already.")
  static let missingYearsKey = Key(
    "missing-years", ValueFormat<[Int]>.list(of: .integer("a year")), default: [], shown: "none",
    "Years without outcomes between the first and the last, such as 2020 and 2021.")
  static let levelKey = Key(
    "level", .number("a number between 0 and 1", in: 0.5...0.999_999), default: 0.95,
    shown: "0.95", "Of intervals and of simultaneous bands.")
  static let drawsKey = Key(
    "draws", .integer("a whole number from 99", atLeast: 99, atMost: 1_000_000), default: 1_000,
    shown: "1000", "Draws of the multiplier bootstrap behind the bands.")
  private static let magnitudes = ValueFormat<[Double]>.list(
    of: .number("a number from 0", in: 0...1_000_000))
  static let relativeKey = Key(
    "relative-magnitudes", magnitudes, default: [0.5, 1, 2], shown: "0.5, 1, 2",
    "Departures after joining as multiples of the largest yearly departure before.")
  static let smoothnessKey = Key(
    "smoothness", magnitudes, default: [], shown: "none",
    "How much the slope of a departure may change from year to year, in units of the outcome.")
  static let boundsKeys = [AnyKey(relativeKey), AnyKey(smoothnessKey)]
  static let boundsKey = Key(
    "bounds",
    ValueFormat<(relative: [Double], smooth: [Double])>.section(
      "a section with `relative-magnitudes` and `smoothness`", keys: boundsKeys
    ) { (section) throws(SpecErrors) in
      (try section.read(relativeKey), try section.read(smoothnessKey))
    }, default: ([0.5, 1, 2], []), shown: "relative-magnitudes 0.5, 1, 2",
    "What effects could be if trends are not parallel.")
  static let contrastKey = Key(
    "two-way", .flag, default: false, shown: "false",
    "Shows two-way fixed effects beside, labelled as a contrast.")

  public static let keys: [AnyKey] = [
    AnyKey(dataKey), AnyKey(unitKey), AnyKey(yearKey), AnyKey(joinedKey), AnyKey(outcomeKey),
    AnyKey(covariatesKey), AnyKey(sampleKey), AnyKey(clusterKey), AnyKey(estimatorKey),
    AnyKey(samplingKey), AnyKey(comparatorsKey), AnyKey(baseKey), AnyKey(anticipationKey),
    AnyKey(missingYearsKey),
    AnyKey(levelKey), AnyKey(drawsKey), AnyKey(boundsKey), AnyKey(contrastKey),
  ]

  /// The column that stands for `joined` where the study's treatment says who joined when.
  public static let joinedByTreatment = "first year after joining"

  /// Reads a step whose keys have been checked.
  public init(from section: Section) throws(SpecErrors) {
    data = try section.read(Self.dataKey)
    unit = try section.read(Self.unitKey)
    year = try section.read(Self.yearKey)
    let column = try section.read(Self.joinedKey)
    joined = column ?? LocatedText(Self.joinedByTreatment, at: section.location)
    outcome = try section.read(Self.outcomeKey)
    covariates = try section.read(Self.covariatesKey)
    sample = try section.read(Self.sampleKey)
    cluster = try section.read(Self.clusterKey)
    settings = GroupTimeSettings(
      estimator: try section.read(Self.estimatorKey),
      comparators: try section.read(Self.comparatorsKey), base: try section.read(Self.baseKey),
      anticipation: try section.read(Self.anticipationKey))
    missingYears = Array(Set(try section.read(Self.missingYearsKey))).sorted()
    sampling = try section.read(Self.samplingKey)
    level = try section.read(Self.levelKey)
    draws = try section.read(Self.drawsKey)
    let bounds = try section.read(Self.boundsKey)
    relativeMagnitudes = bounds.relative
    smoothness = bounds.smooth
    hasTwoWayContrast = try section.read(Self.contrastKey)
    if let twice = covariates.first(where: { $0.text == outcome.text }) {
      throw section.error(
        .rule("`\(twice.text)` is the outcome: it cannot adjust itself"), at: "covariates")
    }
  }
}
