public import StudyFiles

/// A ``NetworkEffect`` as a study writes it, before the actors are known: `same(la)`.
public protocol NetworkEffectSpec: Choice {
  /// The columns of the actors that it names.
  var columns: [LocatedText] { get }
  /// The tables of pairs that it names.
  var tables: [LocatedText] { get }
  /// Whether actors must have places.
  var needsLocations: Bool { get }
  /// Whether it has a meaning in undirected networks too.
  var isForUndirected: Bool { get }
  /// What a tie is worth by the values of its only column, where that changes while ties do.
  func selection(_ centring: Centring) -> (any PairFunction)?
  /// The effect among the given actors.
  ///
  /// - Throws: where their covariates or places do not do.
  func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect
}

extension NetworkEffectSpec {
  public static var keys: [AnyKey] { [] }
  public var columns: [LocatedText] { [] }
  public var tables: [LocatedText] { [] }
  public var needsLocations: Bool { false }
  public func selection(_ centring: Centring) -> (any PairFunction)? { nil }
  public var isForUndirected: Bool { true }
}

extension Registry where Kind == any NetworkEffectSpec {
  /// All effects, in the order in which they are documented.
  public static let networkEffects = Registry(
    "effect",
    [
      Entry(DensitySpec.self) { $0 }, Entry(ReciprocitySpec.self) { $0 },
      Entry(TransitivitySpec.self) { $0 }, Entry(LogDistanceSpec.self) { $0 },
      Entry(SameSpec.self) { $0 }, Entry(SimilarSpec.self) { $0 },
      Entry(EgoSpec.self) { $0 }, Entry(AlterSpec.self) { $0 }, Entry(EgoPlusAlterSpec.self) { $0 },
      Entry(ProductSpec.self) { $0 }, Entry(DifferenceSpec.self) { $0 },
      Entry(AbsoluteDifferenceSpec.self) { $0 }, Entry(HigherSpec.self) { $0 },
      Entry(StrongWeakSpec.self) { $0 }, Entry(SharedGroupSpec.self) { $0 },
      Entry(DyadicSpec.self) { $0 }, Entry(PastSpec.self) { $0 },
      Entry(TransitiveTiesSpec.self) { $0 }, Entry(ThreeCyclesSpec.self) { $0 },
      Entry(SharedPartnersSpec.self) { $0 }, Entry(PopularitySpec.self) { $0 },
      Entry(RootPopularitySpec.self) { $0 }, Entry(OutPopularitySpec.self) { $0 },
      Entry(ActivitySpec.self) { $0 }, Entry(RootActivitySpec.self) { $0 },
      Entry(InActivitySpec.self) { $0 }, Entry(TruncatedDegreeSpec.self) { $0 },
      Entry(IsolatesSpec.self) { $0 }, Entry(CapacitySpec.self) { $0 },
      Entry(RootOutPopularitySpec.self) { $0 }, Entry(RootInActivitySpec.self) { $0 },
      Entry(ReturnedActivitySpec.self) { $0 }, Entry(ReturnedTransitivitySpec.self) { $0 },
      Entry(BackwardPartnersSpec.self) { $0 }, Entry(ReturnedSimilaritySpec.self) { $0 },
      Entry(EgoSquareSpec.self) { $0 }, Entry(AlterSquareSpec.self) { $0 },
      Entry(SquaredDifferenceSpec.self) { $0 }, Entry(TiedInSpec.self) { $0 },
      Entry(ReturnedInSpec.self) { $0 }, Entry(ClosedInSpec.self) { $0 },
      Entry(PopularInSpec.self) { $0 }, Entry(ActiveInSpec.self) { $0 },
      Entry(TogetherInSpec.self) { $0 },
    ])
}

extension Section {
  /// The single column that a call such as `same(la)` names.
  func onlyArgument(of name: String) throws(SpecErrors) -> LocatedText {
    guard arguments.count == 1 else {
      throw error(.rule("expected one column, as in `\(name)(la)`, found \(arguments.count)"))
    }
    return arguments[0]
  }

  /// Refuses arguments where there are none to give.
  func expectNoArguments(of name: String) throws(SpecErrors) {
    guard arguments.isEmpty else { throw error(.rule("`\(name)` takes no column")) }
  }
}
