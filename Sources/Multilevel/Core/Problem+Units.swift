internal import Probability

/// The unit of θ: a relative standard deviation that is neither small nor large.
///
/// Weights of 10⁷ in all rows are the model of weights one with a residual variance 10⁷ times as large, and
/// with θ smaller by the square root of that: starts, steps and what counts as zero are measured in this unit,
/// so that the search goes the same way.
extension Problem {
  /// One over the square root of the mean weight, as a power of two; one for weights that are near one.
  var unit: Double {
    let mean = products.logWeights / Double(max(1, products.rowCount))
    guard abs(mean) > 6, mean.isFinite else { return 1 }
    return Double(
      sign: .plus, exponent: Int((-mean / (2 * PortableMath.log(2))).rounded()), significand: 1)
  }

  /// The unit of each parameter; those of the residual covariance have one of their own.
  var units: [Double] {
    let unit = unit
    return structure.parameters.map { _ in unit }
      + [Double](repeating: 1, count: residualParameterCount)
  }
}
