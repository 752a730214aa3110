internal import Probability

/// How wide intervals must be so that two groups without a difference fail to overlap in 5 % of comparisons.
enum ComparativeInterval {
  /// 1.96 / √2, which is exact where all standard errors are equal.
  static let equalErrors = 1.3859038243496775

  /// The multiple *z* of standard errors at which the average over all pairs of
  /// P(|d| > z(sᵢ + sⱼ)), with d ~ N(0, sᵢ² + sⱼ²), is 5 %.
  ///
  /// Goldstein & Healy (1995), doi:10.2307/2983411. Beyond 1,000 groups the average is over 1,000 evenly spaced order
  /// statistics of the standard errors.
  static func multiplier(_ errors: [Double]) -> Double {
    let limit = 1_000
    let sorted = errors.filter { $0 > 0 }.sorted()
    guard sorted.count > 1 else { return equalErrors }
    let chosen =
      sorted.count <= limit
      ? sorted
      : (0..<limit).map { sorted[(2 * $0 + 1) * sorted.count / (2 * limit)] }
    var ratios: [Double] = []
    for i in chosen.indices {
      for j in 0..<i {
        let (a, b) = (chosen[i], chosen[j])
        ratios.append((a + b) / (a * a + b * b).squareRoot())
      }
    }
    let normal = Normal()
    var z = equalErrors
    for _ in 0..<20 {
      var (excess, slope) = (0.0, 0.0)
      for ratio in ratios {
        excess += 2 * normal.cumulative(-z * ratio)
        slope += 2 * ratio * normal.density(z * ratio)
      }
      let step = (excess - 0.05 * Double(ratios.count)) / slope
      z += step
      if abs(step) < 1e-12 * z { break }
    }
    return z
  }
}
