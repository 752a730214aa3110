internal import Designs
internal import LinearAlgebra

/// What an estimated model keeps of its data, for what is asked of it later.
struct GeneralisedSource: Sendable {
  let frame: ModelFrame
  let terms: RandomTerms
  /// Observations or trials of each row of the frame.
  let trials: [Double]
  /// At the optimum.
  let deviance: any MarginalDeviance
  /// (θ, b, α) and the covariance of its estimate.
  let point: [Double]
  let covariance: Matrix
  /// The share of successes, or the mean count; without meaning for ordered categories.
  let meanOutcome: Double
}
