public import StudyFiles

/// A ``Measure`` as a study writes it: `gap(attainment, fsm)`.
public protocol MeasureSpec: Choice {
  /// The measured column, which must be the outcome.
  var outcome: LocatedText? { get }
  /// Other columns of the actors.
  var columns: [LocatedText] { get }
  /// The measure among the given actors.
  func measure(named name: String, of schools: MeasuredSchools) throws(ScenarioError) -> any Measure
}

extension MeasureSpec {
  public static var keys: [AnyKey] { [] }
  public var outcome: LocatedText? { nil }
  public var columns: [LocatedText] { [] }
}

/// What measures know of the schools.
public struct MeasuredSchools: Sendable {
  let actors: ActorData
  /// Pupils, or 1 each.
  let weights: [Double]
  let poverty: [Double]?
  let prices: Prices
  /// What one sd is in the outcome's unit.
  let sd: Double
}

extension Registry where Kind == any MeasureSpec {
  /// All measures, in the order in which they are documented.
  public static let measures = Registry(
    "measure",
    [
      Entry(MeanSpec.self) { $0 }, Entry(GapSpec.self) { $0 }, Entry(VarianceSpec.self) { $0 },
      Entry(CoverageSpec.self) { $0 }, Entry(CostMeasureSpec.self) { $0 },
      Entry(SlopeMeasureSpec.self) { $0 }, Entry(PolarisationMeasureSpec.self) { $0 },
      Entry(IsolatesMeasureSpec.self) { $0 }, Entry(DegreeMeasureSpec.self) { $0 },
      Entry(ClusteringMeasureSpec.self) { $0 }, Entry(PartnerQualityMeasureSpec.self) { $0 },
      Entry(MembersMeasureSpec.self) { $0 }, Entry(SpanMeasureSpec.self) { $0 },
      Entry(SustainedMeasureSpec.self) { $0 }, Entry(WorkloadMeasureSpec.self) { $0 },
      Entry(TrustMeasureSpec.self) { $0 }, Entry(DiscountedCostMeasureSpec.self) { $0 },
      Entry(NetCostMeasureSpec.self) { $0 },
    ])
}

/// `mean(OUTCOME)`
public struct MeanSpec: MeasureSpec {
  public static let name = "mean"
  public static let documentation = ChoiceDocumentation(
    summary: "the mean outcome weighted by pupils, of all schools and of fifths by poverty",
    formula: "sum w y / sum w; fifth-1 holds the schools with the lowest poverty")
  public let outcome: LocatedText?

  public init(from section: Section) throws(SpecErrors) {
    outcome = try section.onlyArgument(of: Self.name)
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    MeanOutcome(name, weights: schools.weights, poverty: schools.poverty)
  }
}

/// `gap(OUTCOME, COLUMN)`
public struct GapSpec: MeasureSpec {
  public static let name = "gap"
  public static let documentation = ChoiceDocumentation(
    summary:
      "how far the fifth of schools with the highest values of a column is behind the fifth with the lowest",
    formula: "mean(fifth with lowest) - mean(fifth with highest), each weighted by pupils")
  public let outcome: LocatedText?
  private let ranking: LocatedText

  public init(from section: Section) throws(SpecErrors) {
    guard section.arguments.count == 2 else {
      throw section.error(
        .rule(
          "expected two columns, as in `gap(attainment, fsm)`, found \(section.arguments.count)"))
    }
    outcome = section.arguments[0]
    ranking = section.arguments[1]
  }

  public var columns: [LocatedText] { [ranking] }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    guard schools.actors.count >= 5 else { throw .tooFewForFifths(schools.actors.count) }
    return Gap(name, weights: schools.weights, ranking: try schools.actors.numbers(ranking.text))
  }
}

/// `variance(OUTCOME)`
public struct VarianceSpec: MeasureSpec {
  public static let name = "variance"
  public static let documentation = ChoiceDocumentation(
    summary: "the variance of the outcome between schools, weighted by pupils",
    formula: "sum w (y - mean)^2 / sum w")
  public let outcome: LocatedText?

  public init(from section: Section) throws(SpecErrors) {
    outcome = try section.onlyArgument(of: Self.name)
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    VarianceBetweenSchools(name, weights: schools.weights)
  }
}

/// `coverage`
public struct CoverageSpec: MeasureSpec {
  public static let name = "coverage"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of schools that have a partner, of all and of fifths by poverty")

  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    Coverage(schools: schools.actors.count, poverty: schools.poverty)
  }
}

/// `cost`
public struct CostMeasureSpec: MeasureSpec {
  public static let name = "cost"
  public static let documentation = ChoiceDocumentation(
    summary: "what the policy has cost from the start, not discounted, in prices of `costs`")

  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure { Cost() }
}
