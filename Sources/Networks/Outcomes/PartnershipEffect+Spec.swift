public import StudyFiles

/// What partnership does, as a study writes it: numbers with their source, or a step to carry them from.
public struct PartnershipEffectSpec: Sendable {
  /// Where the numbers come from.
  public enum Origin: Sendable {
    /// `{years: {1: 0, 2: 0.02}, unit: sd, sd: 0.02, source: assumption}`
    case declared(years: YearProfile, unit: Unit, sd: Double, source: EvidenceSource)
    /// `{from: STEP, term: NAME, share: {1: 0, 2: 0.5, 3: 1}}`
    case carried(step: LocatedText, term: String?, share: YearProfile)
    /// `{prior: federation-effect, share: {…}}`
    case prior(LocatedText, share: YearProfile)
    /// `{prior: {normal: [0.02, 0.03], unit: sd}, source: assumption, share: {…}}`
    case spread(Spread, unit: Unit, EvidenceSource, share: YearProfile)
  }

  /// The unit of declared numbers.
  public enum Unit: String, CaseIterable, Sendable {
    /// Standard deviations of the outcome.
    case sd
    /// The outcome's own unit.
    case outcome
  }

  static let years = Key.optional("years", profile, "the effect by years with a partner")
  static let unit = Key<Unit>(
    "unit", .oneOf("unit"), default: .outcome, shown: "outcome", "of `years` and `sd`")
  static let sd = Key(
    "sd", .number("a number of 0 or more", in: 0...1e12), default: 0, shown: "0",
    "standard deviation of the largest effect, for what is not known about it")
  static let source = Key.optional(
    "source", ValueFormat<EvidenceSource>.oneOf("source"), "how well the numbers are founded")
  static let from = Key.optional("from", .text("the name of a step"), "the step that estimated it")
  static let term = Key.optional(
    "term", .text("the name of a term"), shown: "that of the step's `effect`, or its only one",
    "which of its terms")
  static let share = Key.optional(
    "share", profile, shown: "all from year 1",
    "how much of the full effect is reached after so many years, an assumption")
  static let keys =
    [
      AnyKey(years), AnyKey(unit), AnyKey(sd), AnyKey(source), AnyKey(from), AnyKey(term),
      AnyKey(share), AnyKey(InlinePrior.key),
    ] + KernelSpec.keys

  public let origin: Origin
  let kernel: KernelSpec

  init(from section: Section) throws(SpecErrors) {
    kernel = try KernelSpec(from: section)
    if let prior = try section.read(InlinePrior.key) {
      origin = try prior.origin(in: section)
      return
    }
    if let step = try section.read(Self.from) {
      for key in ["years", "unit", "sd", "source"] where section.has(key) {
        throw section.error(.rule("`\(key)` does not go with `from`: the step says it"), at: key)
      }
      origin = .carried(
        step: step, term: try section.read(Self.term)?.text,
        share: try section.read(Self.share) ?? YearProfile([(1, 1)]))
      return
    }
    for key in ["term", "share"] where section.has(key) {
      throw section.error(.rule("`\(key)` goes with `from` or `prior`"), at: key)
    }
    guard let years = try section.read(Self.years) else {
      throw section.error(.missingKey("years", expected: Self.years.format.expectation))
    }
    guard let source = try section.read(Self.source) else {
      throw section.error(.missingKey("source", expected: "`evidence` or `assumption`"))
    }
    guard source != .estimate else {
      throw section.error(
        .rule(
          "numbers of the study file are `evidence` or `assumption`; use `from` for an estimate"),
        at: "source")
    }
    let sd = try section.read(Self.sd)
    guard sd == 0 || years.peak != 0 else {
      throw section.error(
        .rule("`sd` spreads the largest effect, and all of `years` are 0"), at: "sd")
    }
    origin = .declared(years: years, unit: try section.read(Self.unit), sd: sd, source: source)
  }

  /// `{1: 0, 2: 0.02, 3: 0.04}`
  static let profile = ValueFormat.named(.number()).mapping(
    expecting: "numbers by year, as in `{1: 0, 2: 0.02, 3: 0.04}`"
  ) { (items, node) throws(SpecErrors) in
    let steps = try collecting(items) { (item) throws(SpecErrors) in
      guard let year = Int(item.name.text), year >= 1 else {
        throw SpecErrors(
          SpecError(
            .wrongType(expected: "a year from 1", found: "`\(item.name.text)`"), path: node.path,
            at: item.name.location))
      }
      return (year: year, value: item.value)
    }
    guard !steps.isEmpty else { throw node.wrongType(expected: "at least one year") }
    return YearProfile(steps)
  }
}
