/// The evidence that a fit is at its optimum.
public struct Certificate: Sendable, Hashable {
  /// gᵀH⁻¹g at the end: twice the fall in the criterion still expected.
  public let decrement: Double
  /// The largest |H⁻¹g|, each in units of the standard error of its parameter.
  public let largestStep: Double
  /// The smallest eigenvalue of the criterion's second derivatives in θ of standardised columns.
  public let smallestCurvature: Double
  /// For each variance at zero how much the criterion rises per unit of relative variance: positive where
  /// zero is the optimum.
  public let boundarySlopes: [Double]
  public let evaluations: Int

  /// Whether every condition of an optimum holds.
  public var holds: Bool {
    decrement < 1e-8 && smallestCurvature > -1e-6 && boundarySlopes.allSatisfy { $0 >= -1e-6 }
  }
}
