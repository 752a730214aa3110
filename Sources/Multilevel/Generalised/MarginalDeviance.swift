internal import LinearAlgebra

/// −2 log likelihood with the random effects integrated out, as a function of (θ, b): the lower triangles
/// of the terms' factors Λ, then the standardised coefficients.
///
/// Every evaluation finds the modes of the random effects anew, starting from the last ones found.
protocol MarginalDeviance: Sendable {
  var observations: GeneralisedObservations { get }
  var kernel: ResponseKernel { get }
  mutating func evaluate(_ parameters: [Double]) -> DevianceEvaluation
  /// The information about b at the last evaluation, at fixed θ: Xᵀ(W − WZΛ M⁻¹ ΛᵀZᵀW)X, in log
  /// likelihood units, and the share of each θ diagonal's curvature that comes from the groups.
  func information(_ parameters: [Double]) -> StartingInformation
  /// The second derivatives in (θ, b) at the point of the last evaluation; `nil` where only differences of the
  /// gradient give them.
  func hessian(_ parameters: [Double]) -> Matrix?
  /// The modes of Λu and their conditional covariances at the last evaluation.
  func conditionalModes(_ parameters: [Double]) -> [FactorModes]
  /// Draws from the errors of the modes of Λu given the parameters: for each draw, for each factor, levels × columns.
  ///
  /// - Parameter noise: a standard normal number for each draw and effect.
  func conditionalErrors(
    _ parameters: [Double], draws: Range<Int>, noise: (_ draw: Int, _ effect: Int) -> Double
  ) -> [[[Double]]]
  /// The deviance of drawn outcomes of the same rows, without the constant of its likelihood.
  func replacing(_ observations: GeneralisedObservations) -> Self
  /// The linear predictor of every row at the last evaluation, in the order of the observations.
  func linearPredictor(_ parameters: [Double]) -> [Double]
}

extension MarginalDeviance {
  func hessian(_ parameters: [Double]) -> Matrix? { nil }
}

struct DevianceEvaluation: Sendable {
  /// +∞ where the parameters are beyond what numbers can hold.
  let value: Double
  /// In (θ, b).
  let gradient: [Double]
  /// The largest Newton step in u that was left when the modes were accepted.
  let innerStep: Double
}

struct StartingInformation: Sendable {
  let coefficients: Matrix
  /// Σ over a factor's levels of the squared shrinkage of each column of its block, by factor.
  let shrinkage: [[Double]]
}

/// The modes of one factor: levels × columns, and a covariance of columns × columns for each level.
struct FactorModes: Sendable {
  let modes: [Double]
  let covariances: [Double]
}

/// How the modes of the random effects are found.
enum InnerIteration {
  /// |du| at which the modes must be found at least.
  static let tolerance = 1e-10
  /// |du| that is sought, where rounding allows: the determinant follows u to first order, so that the
  /// deviance is no more exact than this.
  static let target = 1e-13
  static let limit = 100
  static let halvings = 40

  /// Whether a step that was found need not be made any more.
  static func isDone(_ step: Double, after last: Double) -> Bool {
    step <= target || (step <= tolerance && step >= 0.1 * last)
  }
}
