public import Probability
public import StudyFiles

/// A way of choosing comparators.
///
/// A new one is a file with the value and its kernel, a second with how it is written in a study, and a
/// line in ``StudyFiles/Registry/matchingMethods``; the law tests then run over it.
public protocol MatchingMethod: Choice {
  /// The estimands it can serve.
  static var estimands: [Estimand] { get }
  /// Comparators each focal unit gets at most, where the method promises a number.
  var ratio: Int? { get }
  /// Whether a comparator may serve several focal units.
  var reusesComparators: Bool { get }
  /// What its choices hang on.
  static var basis: MatchingBasis { get }
  /// What stands together in the samples it makes.
  static var grouping: SampleGrouping { get }
  /// Why an eligible unit is not in the sample, where neither strata nor calipers explain it; `nil` for
  /// methods in which units compete.
  static var unusedReason: DropReason? { get }
  /// The moments of the covariates that it promises to make equal in both arms: 0 for none.
  var balancedMoments: Int { get }
  /// Whether calipers hold for every pair that it makes.
  static var keepsCalipers: Bool { get }
  /// Whether `exact` can hold: by putting only equal units together, or by giving every stratum the same weight in
  /// both arms.
  static var keepsStrata: Bool { get }
  /// The largest difference of means that it promises, in standard deviations; `nil` for none.
  var meanTolerance: Double? { get }
  /// The propensities that it admits to the sample; `nil` for all.
  var probabilityBounds: ClosedRange<Double>? { get }
  /// How uneven the sets that it makes may be; `nil` where it promises nothing.
  var setBounds: SetBounds? { get }
  /// The covariates that its settings name, each with the setting's key.
  var namedCovariates: [(key: String, name: String)] { get }

  /// Matches the eligible units of `problem`.
  ///
  /// - Parameter stream: of the step's seed; used only by methods that leave something to chance.
  func match(
    _ problem: MatchingProblem, using stream: inout RandomStream
  ) throws(MatchingError)
    -> MatchedSample
}

extension MatchingMethod {
  public static var basis: MatchingBasis { .distance }
  public static var grouping: SampleGrouping { .matchedSets }
  public static var unusedReason: DropReason? { nil }
  public static var keepsCalipers: Bool { grouping == .matchedSets }
  public static var keepsStrata: Bool { grouping != .weights }
  public var meanTolerance: Double? { nil }
  public var balancedMoments: Int { 0 }
  public var setBounds: SetBounds? { nil }
  public var probabilityBounds: ClosedRange<Double>? { nil }
  public var namedCovariates: [(key: String, name: String)] { [] }
}

/// What a method's choices hang on: only that is computed for it.
public enum MatchingBasis: Sendable, Hashable {
  /// The distance of two units.
  case distance
  /// The propensity score of a unit.
  case score
  /// The covariates themselves.
  case covariates
}

/// What stands together in a sample.
public enum SampleGrouping: Sendable, Hashable {
  /// Pairs and small sets around one unit: outcomes in a set hang together, and errors are clustered by it.
  case matchedSets
  /// Few large sets of units that are alike. Within them units are independent; calipers cannot hold for
  /// all that stand together.
  case strata
  /// Nothing: each unit has a weight of its own.
  case weights
}
