internal import LinearAlgebra

/// A Newton step in coordinates that are scaled to unit curvature, with what its eigenvalues tell.
struct NewtonStep {
  /// −H⁻¹g, over directions with curvature.
  let step: [Double]
  /// gᵀH⁻¹g
  let decrement: Double
  /// A generalised inverse of H with negative curvatures turned positive.
  let metric: Matrix
  /// The smallest eigenvalue of H scaled to a unit diagonal, over directions that are not flat.
  let smallestCurvature: Double
  /// Parameters that carry directions without curvature: nothing tells them apart.
  let flat: [Int]
  /// A direction of negative curvature, in units of its own scale, if there is one.
  let escape: [Double]?

  init(hessian: Matrix, gradient: [Double]) {
    let n = gradient.count
    let scale = hessian.diagonal.map { $0 != 0 && $0.isFinite ? 1 / abs($0).squareRoot() : 1 }
    var scaled = hessian
    for j in 0..<n { for i in 0..<n { scaled[i, j] *= scale[i] * scale[j] } }
    guard scaled.elements.allSatisfy(\.isFinite), let eigen = try? SymmetricEigen(scaled) else {
      step = [Double](repeating: 0, count: n)
      decrement = .infinity
      metric = Matrix.diagonal(scale.map { $0 * $0 })
      smallestCurvature = -.infinity
      flat = []
      escape = nil
      return
    }
    let floor = 1e-9 * max(1, eigen.values.last ?? 1)
    var metric = eigen.mapped { abs($0) > floor ? 1 / abs($0) : 0 }
    for j in 0..<n { for i in 0..<n { metric[i, j] *= scale[i] * scale[j] } }
    self.metric = metric
    let step = (metric * gradient).map { -$0 }
    self.step = step
    decrement = -dot(step, gradient)
    smallestCurvature = eigen.values.first { abs($0) > floor } ?? 0
    flat = (0..<n).filter { k in
      eigen.values.indices.contains {
        abs(eigen.values[$0]) < 1e-6 && abs(eigen.vectors[k, $0]) > 0.3
      }
    }
    escape = eigen.values.first.flatMap { value in
      guard value < -1e-5 else { return nil }
      return zip(eigen.vectors.column(0), scale).map { $0 * $1 }
    }
  }
}
