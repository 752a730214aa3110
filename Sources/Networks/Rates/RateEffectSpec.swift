public import StudyFiles

/// A ``RateEffect`` as a study writes it, before the actors are known: `of(size)`.
public protocol RateEffectSpec: Choice {
  /// The columns of the actors that it names.
  var columns: [LocatedText] { get }
  /// Whether it has a meaning in undirected networks too.
  var isForUndirected: Bool { get }
  func effect(among actors: ActorData) throws(ScenarioError) -> any RateEffect
}

extension RateEffectSpec {
  public static var keys: [AnyKey] { [] }
  public var columns: [LocatedText] { [] }
  public var isForUndirected: Bool { true }

  fileprivate static var source: String { "Snijders (2001), doi:10.1111/0081-1750.00099" }
}

extension Registry where Kind == any RateEffectSpec {
  /// All effects on rates, in the order in which they are documented.
  public static let rateEffects = Registry(
    "rate effect",
    [
      Entry(OfColumnSpec.self) { $0 }, Entry(SentRateSpec.self) { $0 },
      Entry(ReceivedRateSpec.self) { $0 }, Entry(ReturnedRateSpec.self) { $0 },
      Entry(LogSentRateSpec.self) { $0 }, Entry(InverseSentRateSpec.self) { $0 },
    ])
}

/// `of(COLUMN)`
public struct OfColumnSpec: RateEffectSpec {
  public static let name = "of"
  public static let documentation = ChoiceDocumentation(
    summary: "more opportunities of those with a higher value of a column",
    formula: "lambda_i = rho exp(alpha (v_i - mean v))", reference: source)
  private let column: LocatedText

  public init(from section: Section) throws(SpecErrors) {
    column = try section.onlyArgument(of: Self.name)
  }

  public var columns: [LocatedText] { [column] }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any RateEffect {
    CovariateRate(try actors.numbers(column.text))
  }
}

/// An effect on rates without arguments.
public protocol PlainRateSpec: RateEffectSpec {
  init()
  var effect: any RateEffect { get }
}

extension PlainRateSpec {
  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
    self.init()
  }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any RateEffect { effect }
}

/// `outdegree`
public struct SentRateSpec: PlainRateSpec {
  public static let name = "outdegree"
  public static let documentation = ChoiceDocumentation(
    summary: "more opportunities of those with many ties, sent ones where directed",
    formula: "lambda_i = rho exp(alpha d_i)", reference: source)
  public init() {}
  public var effect: any RateEffect { DegreeRate(.sent, .linear) }
}

/// `indegree`
public struct ReceivedRateSpec: PlainRateSpec {
  public static let name = "indegree"
  public static let documentation = ChoiceDocumentation(
    summary: "more opportunities of those who receive many ties; directed networks only",
    formula: "lambda_i = rho exp(alpha indegree_i)", reference: source)
  public init() {}
  public var isForUndirected: Bool { false }
  public var effect: any RateEffect { DegreeRate(.received, .linear) }
}

/// `returned`
public struct ReturnedRateSpec: PlainRateSpec {
  public static let name = "returned"
  public static let documentation = ChoiceDocumentation(
    summary: "more opportunities of those with many returned ties; directed networks only",
    formula: "lambda_i = rho exp(alpha sum_j x_ij x_ji)", reference: source)
  public init() {}
  public var isForUndirected: Bool { false }
  public var effect: any RateEffect { DegreeRate(.returned, .linear) }
}

/// `outdegree-log`
public struct LogSentRateSpec: PlainRateSpec {
  public static let name = "outdegree-log"
  public static let documentation = ChoiceDocumentation(
    summary: "the same as `outdegree`, growing more slowly",
    formula: "lambda_i = rho exp(alpha ln(d_i + 1))", reference: source)
  public init() {}
  public var effect: any RateEffect { DegreeRate(.sent, .logarithmic) }
}

/// `outdegree-inverse`
public struct InverseSentRateSpec: PlainRateSpec {
  public static let name = "outdegree-inverse"
  public static let documentation = ChoiceDocumentation(
    summary: "more opportunities of those with few ties",
    formula: "lambda_i = rho exp(alpha / (d_i + 1))", reference: source)
  public init() {}
  public var effect: any RateEffect { DegreeRate(.sent, .inverse) }
}
