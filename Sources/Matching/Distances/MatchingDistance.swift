public import LinearAlgebra
public import StudyFiles
public import Tables

/// A way of saying how unlike two units are.
///
/// Every distance here is the Euclidean distance of some coordinates: a score is one coordinate, a
/// Mahalanobis distance as many as the covariance has rank. That is what lets one sorted line and one
/// search tree serve all of them.
public protocol MatchingDistance: Choice {
  /// The coordinates of `units`, computed from them alone.
  func embed(_ units: MatchingUnits) throws(MatchingError) -> Embedding

  /// The score that this distance is a difference of, where it is one.
  var propensity: PropensityScore? { get }

  /// The column of the score that this distance is a difference of, where it was fitted elsewhere.
  var scoreColumn: ScoreColumn? { get }
}

extension MatchingDistance {
  public var propensity: PropensityScore? { nil }

  public var scoreColumn: ScoreColumn? { nil }

  /// Whether the distance is a difference of scores.
  public var isScore: Bool { propensity != nil || scoreColumn != nil }
}

/// The covariates and arms of the units that a distance is computed from.
public struct MatchingUnits: Sendable {
  public let covariates: [Covariate]
  public let treated: [Bool]
  /// Positions of the units that take part, ascending; all complete in every covariate.
  public let members: [Int]

  public init(covariates: [Covariate], treated: [Bool], members: [Int]) {
    self.covariates = covariates
    self.treated = treated
    self.members = members
  }
}

/// Units as points.
public struct Embedding: Sendable {
  /// Column m holds the coordinates of the m-th member, to ten significant digits.
  public let coordinates: Matrix
  public let diagnostics: [Diagnostic]

  public init(coordinates: Matrix, diagnostics: [Diagnostic]) {
    self.coordinates = coordinates
    self.diagnostics = diagnostics
  }
}
