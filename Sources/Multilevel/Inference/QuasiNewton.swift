internal import LinearAlgebra

/// The BFGS method from a start whose inverse second derivatives are known nearly: what refits of changed data
/// and steps along a profile need, a few evaluations each.
///
/// Nocedal & Wright (2006), *Numerical Optimization*, algorithm 6.1, doi:10.1007/978-0-387-40065-5.
struct QuasiNewton: Sendable {
  /// Of the second derivatives at the start; positive definite.
  var inverse: Matrix
  /// The search ends where gᵀH⁻¹g, twice the fall still expected, is below this.
  var tolerance = 1e-9
  var limit = 200

  struct Minimum: Sendable {
    let point: [Double]
    let value: Double
    /// Where one more step would lead.
    let next: [Double]
    /// The last approximation of the inverse second derivatives, to go on from.
    let inverse: Matrix
    let evaluations: Int
  }

  /// - Parameter objective: value and gradient; `nil` outside its domain.
  /// - Returns: `nil` where no minimum is found within `limit` steps.
  func minimize(
    from start: [Double], _ objective: ([Double]) -> (value: Double, gradient: [Double])?
  ) -> Minimum? {
    guard var (value, gradient) = objective(start) else { return nil }
    var point = start
    var inverse = inverse
    var evaluations = 1
    // What is tried where no step along the approximation falls: the first one again, then the gradient itself.
    var fallbacks = 0
    var slope = 0.0
    var step = gradient
    for _ in 0..<limit {
      step = (inverse * gradient).map { -$0 }
      slope = dot(step, gradient)
      if slope > -tolerance { return Minimum(point, value, step, inverse, evaluations) }
      let longest = step.map(abs).max() ?? 0
      let room = 0.5 + (point.map(abs).max() ?? 0)
      if longest > room {
        step = step.map { $0 * room / longest }
        slope *= room / longest
      }
      var scale = 1.0
      var accepted: (point: [Double], value: Double, gradient: [Double])?
      let rounding = 1e-13 * abs(value)
      for _ in 0..<25 {
        let next = zip(point, step).map { $0 + scale * $1 }
        evaluations += 1
        if let (trial, slopes) = objective(next), trial <= value + 1e-4 * scale * slope + rounding {
          accepted = (next, trial, slopes)
          break
        }
        scale *= 0.35
      }
      guard let accepted else {
        // No fall: rounding has been reached, or the approximation points the wrong way.
        if slope > -1e-6 { return Minimum(point, value, step, inverse, evaluations) }
        fallbacks += 1
        guard fallbacks < 3 else { return nil }
        inverse =
          fallbacks == 1
          ? self.inverse
          : (0.01 / max(1, gradient.map(abs).max() ?? 1)) * Matrix.identity(point.count)
        continue
      }
      let moved = zip(accepted.point, point).map { $0 - $1 }
      let change = zip(accepted.gradient, gradient).map { $0 - $1 }
      inverse.updateInverse(moved, change)
      fallbacks = 0
      (point, value, gradient) = accepted
    }
    // Steps within rounding of each other until the limit are a minimum too.
    return slope > -1e-6 ? Minimum(point, value, step, inverse, evaluations) : nil
  }
}

extension QuasiNewton.Minimum {
  fileprivate init(
    _ point: [Double], _ value: Double, _ step: [Double], _ inverse: Matrix, _ evaluations: Int
  ) {
    self.init(
      point: point, value: value, next: zip(point, step).map { $0 + $1 }, inverse: inverse,
      evaluations: evaluations)
  }
}

extension Matrix {
  /// The BFGS update of an inverse, left out where the curvature along the step is not positive.
  fileprivate mutating func updateInverse(_ step: [Double], _ change: [Double]) {
    let curvature = dot(step, change)
    guard curvature > 1e-12 * dot(step, step) else { return }
    let image = self * change
    let factor = (1 + dot(change, image) / curvature) / curvature
    for i in step.indices {
      for j in step.indices {
        self[i, j] +=
          factor * step[i] * step[j] - (image[i] * step[j] + step[i] * image[j]) / curvature
      }
    }
  }

  /// The inverse made positive definite: absolute eigenvalues, none below `floor` × the largest.
  func positiveInverse(floor: Double = 1e-8) -> Matrix {
    guard let eigen = try? SymmetricEigen(self) else { return .identity(rows) }
    let least = max(floor * (eigen.values.map(abs).max() ?? 0), 1e-10)
    return eigen.mapped { 1 / max(abs($0), least) }
  }
}
