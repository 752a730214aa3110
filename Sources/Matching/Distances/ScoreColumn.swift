internal import LinearAlgebra
internal import Probability

/// A propensity score that was fitted elsewhere, such as by a multilevel model, and stands in a column.
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | column | | a column | the score of each unit |
/// | holds | probability | probability, logit | what the column holds |
/// | scale | logit | logit, probability | where differences and calipers are taken |
///
/// Nothing is fitted: standard errors take the score as known.
public struct ScoreColumn: MatchingDistance, Hashable {
  public let column: String
  public let holds: PropensityScore.Scale
  public let scale: PropensityScore.Scale

  public init(
    _ column: String, holds: PropensityScore.Scale = .probability,
    scale: PropensityScore.Scale = .logit
  ) {
    self.column = column
    self.holds = holds
    self.scale = scale
  }

  public var scoreColumn: ScoreColumn? { self }

  /// The score on the scale of the match and the probability, to ten significant digits; `nil` for a value
  /// that is no probability or whose logit is not finite.
  func scores(of value: Double) -> (score: Double, probability: Double)? {
    let probability = holds == .probability ? value : PortableMath.logistic(value)
    guard probability >= 0, probability <= 1 else { return nil }
    switch scale {
    case .probability: return (tenDigits(probability), tenDigits(probability))
    case .logit:
      let logit = holds == .logit ? value : PortableMath.log(value / (1 - value))
      return logit.isFinite ? (tenDigits(logit), tenDigits(probability)) : nil
    }
  }

  public func embed(_ units: MatchingUnits) throws(MatchingError) -> Embedding {
    throw .noScore(method: Self.name)
  }
}
