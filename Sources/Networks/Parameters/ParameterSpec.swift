public import StudyFiles

/// A number as a scenario writes it: `1.0`, `{prior: federation-lag}`, `{normal: [0.5, 0.2], source: assumption}`,
/// `{from: STEP, term: NAME}`.
public struct ParameterSpec: Sendable {
  public enum Origin: Sendable {
    case number(Double)
    case prior(LocatedText)
    case spread(Spread, EvidenceSource)
    case carried(step: LocatedText, term: String?)
  }

  public let origin: Origin
  /// Where it stands: `policies.support.raise`.
  public let path: String
  let location: SourceLocation

  /// A number known from the start, for defaults.
  init(_ value: Double) {
    origin = .number(value)
    path = ""
    location = SourceLocation(file: "", line: 0, column: 0)
  }

  init(_ origin: Origin, at node: Node) {
    self.origin = origin
    path = node.path
    location = node.location
  }

  /// The step that it is carried from.
  var step: LocatedText? {
    if case .carried(let step, _) = origin { step } else { nil }
  }

  /// Finds a prior that there is none of.
  func problem(among priors: PriorTable) -> SpecError? {
    guard case .prior(let name) = origin, priors[name.text] == nil else { return nil }
    return SpecError(
      .unknownName(name.text, kind: "prior", known: priors.priors.map(\.name)), path: path,
      at: name.location)
  }

  static let prior = Key.optional(
    "prior", .text("the name of a prior"), "a number of the table of priors, with its spread")
  static let normal = Key.optional(
    "normal", pair("a mean and a standard deviation, as in `[0.02, 0.03]`"), "mean and sd")
  static let uniform = Key.optional(
    "uniform", pair("a lowest and a highest value, as in `[0, 0.1]`"), "lowest and highest value")
  static let lognormal = Key.optional(
    "lognormal", pair("a median and the sd of the logarithm, as in `[5, 0.5]`"),
    "median and sd of the logarithm")
  static let source = Key.optional(
    "source", ValueFormat<EvidenceSource>.oneOf("source"), "how well the number is founded")
  static let from = Key.optional("from", .text("the name of a step"), "the step that estimated it")
  static let term = Key.optional(
    "term", .text("the name of a term"), shown: "that of the step's `effect`, or its only one",
    "which of its terms")
  static let keys = [
    AnyKey(prior), AnyKey(normal), AnyKey(uniform), AnyKey(lognormal), AnyKey(source),
    AnyKey(from), AnyKey(term),
  ]

  /// A number, or one of the forms that say how unsure it is; a plain number and both ends of what is unsure
  /// must lie in `range`.
  static func format(
    _ expectation: String, in range: ClosedRange<Double> = -1e12...1e12
  ) -> ValueFormat<ParameterSpec> {
    .shorthand(
      ValueFormat<Double>.number(expectation, in: range).mapping {
        (value, node) throws(SpecErrors) in ParameterSpec(.number(value), at: node)
      },
      or: .section("`{prior: NAME}`, `{normal: [MEAN, SD]}` or `{from: STEP}`", keys: keys) {
        (section) throws(SpecErrors) in try read(section, range)
      })
  }

  private static func read(
    _ section: Section, _ range: ClosedRange<Double>
  ) throws(SpecErrors) -> ParameterSpec {
    let given = ["prior", "normal", "uniform", "lognormal", "from"].filter(section.has)
    guard given.count == 1, let form = given.first else {
      throw section.error(
        .rule(
          "expected one of `prior`, `normal`, `uniform`, `lognormal` and `from`, found "
            + (given.isEmpty ? "none" : given.map { "`\($0)`" }.joined(separator: " and "))))
    }
    for key in ["term"] where form != "from" && section.has(key) {
      throw section.error(.rule("`\(key)` goes with `from`"), at: key)
    }
    for key in ["source"] where section.has(key) && (form == "from" || form == "prior") {
      throw section.error(.rule("`\(key)` does not go with `\(form)`, which says it"), at: key)
    }
    let origin: Origin
    if let name = try section.read(prior) {
      origin = .prior(name)
    } else if let step = try section.read(from) {
      origin = .carried(step: step, term: try section.read(term)?.text)
    } else {
      guard let label = try section.read(source), label != .estimate else {
        throw section.error(
          .rule("numbers of the study file need `source: evidence` or `source: assumption`"),
          at: "source")
      }
      origin = .spread(try spread(section, range), label)
    }
    return ParameterSpec(origin, at: section.node)
  }

  private static func spread(
    _ section: Section, _ range: ClosedRange<Double>
  ) throws(SpecErrors) -> Spread {
    if let pair = try section.read(normal) {
      guard pair.1 > 0 else {
        throw section.error(.rule("the standard deviation must be above 0"), at: "normal")
      }
      try require(range, pair.0, section, "normal")
      return .normal(mean: pair.0, sd: pair.1)
    }
    if let pair = try section.read(uniform) {
      guard pair.0 < pair.1 else {
        throw section.error(.rule("the lowest value must be below the highest"), at: "uniform")
      }
      try require(range, pair.0, section, "uniform")
      try require(range, pair.1, section, "uniform")
      return .uniform(low: pair.0, high: pair.1)
    }
    guard let pair = try section.read(lognormal), pair.0 > 0, pair.1 > 0 else {
      throw section.error(.rule("median and sd must be above 0"), at: "lognormal")
    }
    try require(range, pair.0, section, "lognormal")
    return .lognormal(median: pair.0, sd: pair.1)
  }

  private static func require(
    _ range: ClosedRange<Double>, _ value: Double, _ section: Section, _ key: String
  ) throws(SpecErrors) {
    guard range.contains(value) else {
      throw section.error(
        .rule("expected values from \(range.lowerBound) to \(range.upperBound), found \(value)"),
        at: key)
    }
  }

  private static func pair(_ expectation: String) -> ValueFormat<(Double, Double)> {
    ValueFormat<[Double]>.list(of: .number(), atLeast: 2).mapping(expecting: expectation) {
      (values, node) throws(SpecErrors) in
      guard values.count == 2 else { throw node.wrongType(expected: expectation) }
      return (values[0], values[1])
    }
  }
}
