public import StudyFiles

/// A ``Measure`` as a study writes it: `gap(attainment, fsm)`.
public protocol MeasureSpec: Choice {
  /// The measured column, which must be the outcome.
  var outcome: LocatedText? { get }
  /// Other columns of the actors.
  var columns: [LocatedText] { get }
  /// The relation whose ties it looks at; `nil` for the first, or none.
  var relation: LocatedText? { get }
  /// The measure among the given actors.
  func measure(named name: String, of schools: MeasuredSchools) throws(ScenarioError) -> any Measure
}

extension MeasureSpec {
  public static var keys: [AnyKey] { [] }
  public var outcome: LocatedText? { nil }
  public var columns: [LocatedText] { [] }
  public var relation: LocatedText? { nil }
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
  /// Names of the relations, the first one's first.
  var relations: [String] = []
  /// Groups of pupils.
  var pupils: [PupilGroup] = []
  /// Names of the behaviours.
  var behaviours: [String] = []

  /// The position of a relation.
  func position(_ relation: LocatedText?) -> Int? {
    relation.flatMap { relations.firstIndex(of: $0.text) }
  }
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
      Entry(NetCostMeasureSpec.self) { $0 }, Entry(ComponentsMeasureSpec.self) { $0 },
      Entry(LargestComponentMeasureSpec.self) { $0 },
      Entry(AssortativityMeasureSpec.self) { $0 }, Entry(BridgingMeasureSpec.self) { $0 },
      Entry(ConcentrationMeasureSpec.self) { $0 }, Entry(TurnoverMeasureSpec.self) { $0 },
      Entry(OverlapMeasureSpec.self) { $0 },
    ])
}
