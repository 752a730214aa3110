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

  /// Matches the eligible units of `problem`.
  ///
  /// - Parameter stream: of the step's seed; used only by methods that leave something to chance.
  func match(
    _ problem: MatchingProblem, using stream: inout RandomStream
  ) throws(MatchingError)
    -> MatchedSample
}
