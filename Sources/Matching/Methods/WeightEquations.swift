public import LinearAlgebra

/// How estimated weights depend on what was estimated with them, so that the standard error of an effect can
/// take account of it (M-estimation; Stefanski & Boos 2002, DOI 10.1198/000313002753631330).
///
/// The parameters are the coefficients of a propensity model, or the multipliers of entropy balancing with
/// the means that they aim at. One row a candidate; rows of those who take no part are zero.
public struct WeightEquations: Sendable {
  /// ∂ log wᵢ / ∂ parameters: candidates × parameters.
  public let sensitivity: Matrix
  /// What each candidate moves the estimated parameters by: candidates × parameters. They sum to zero.
  public let influence: Matrix

  public init(sensitivity: Matrix, influence: Matrix) {
    precondition(
      sensitivity.rows == influence.rows && sensitivity.columns == influence.columns,
      "sensitivities of \(sensitivity.rows) × \(sensitivity.columns), influences of "
        + "\(influence.rows) × \(influence.columns)")
    self.sensitivity = sensitivity
    self.influence = influence
  }
}
