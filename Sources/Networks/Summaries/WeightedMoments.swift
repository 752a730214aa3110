internal import LinearAlgebra

/// Mean and covariance of weighted points.
struct WeightedMoments: Sendable {
  let mean: [Double]
  let covariance: Matrix

  /// - Parameter weights: that sum to one.
  init(_ points: [[Double]], weights: [Double]) {
    let size = points.first?.count ?? 0
    let mean = (0..<size).map { k in
      zip(points, weights).reduce(0) { $0 + $1.1 * $1.0[k] }
    }
    self.mean = mean
    // Unbiased for weights that say how reliable a point is.
    let correction = 1 - weights.reduce(0) { $0 + $1 * $1 }
    var covariance = Matrix(rows: size, columns: size)
    for i in 0..<size {
      for j in 0...i {
        let sum = zip(points, weights).reduce(0) {
          $0 + $1.1 * ($1.0[i] - mean[i]) * ($1.0[j] - mean[j])
        }
        covariance[i, j] = sum / max(1e-12, correction)
        covariance[j, i] = covariance[i, j]
      }
    }
    self.covariance = covariance
  }
}
