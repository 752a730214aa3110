public import StudyFiles

/// A ``NetworkEffect`` as a study writes it, before the actors are known: `same(la)`.
public protocol NetworkEffectSpec: Choice {
  /// The columns of the actors that it names.
  var columns: [LocatedText] { get }
  /// Whether actors must have places.
  var needsLocations: Bool { get }
  /// Whether it has a meaning in undirected networks too.
  var isForUndirected: Bool { get }
  /// The effect among the given actors.
  ///
  /// - Throws: where their covariates or places do not do.
  func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect
}

extension NetworkEffectSpec {
  public static var keys: [AnyKey] { [] }
  public var columns: [LocatedText] { [] }
  public var needsLocations: Bool { false }
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
