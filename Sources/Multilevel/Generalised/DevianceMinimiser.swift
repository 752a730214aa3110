internal import LinearAlgebra

/// Minimises a marginal deviance over (θ, b): by Newton steps where its second derivatives are known; otherwise
/// BFGS from a good first metric, then Newton steps on differences of the exact gradient. The last Hessian also
/// gives the standard errors.
struct DevianceMinimiser<Deviance: MarginalDeviance> {
  private(set) var deviance: Deviance
  private(set) var point: [Double]
  private(set) var current: DevianceEvaluation
  /// The Hessian of the deviance at `point`, once ``polish()`` is done.
  private(set) var hessian: Matrix
  private(set) var trace: [GeneralisedIteration] = []
  private(set) var evaluations = 0
  /// Where `hessian` is exact.
  private var differentiated: [Double]?
  private let thetaCount: Int
  /// What a unit of each θ means: 1 / root mean square of its column of Z.
  private let thetaScale: [Double]

  /// - Parameter point: θ and b, where the descent starts.
  init(_ deviance: Deviance, at point: [Double], thetaScale: [Double]) {
    self.deviance = deviance
    self.thetaScale = thetaScale
    self.point = point
    thetaCount = deviance.observations.terms.thetaCount
    current = self.deviance.evaluate(point)
    evaluations = 1
    hessian = Matrix(rows: point.count, columns: point.count)
  }

  /// Descends until the Newton decrement is below `tolerance`, or nothing descends any more.
  mutating func descend(firstMetric: Matrix, tolerance: Double = 1e-12) {
    var inverse = firstMetric
    for iteration in 0..<300 {
      guard current.value.isFinite else { return }
      var direction = (inverse * current.gradient).map { -$0 }
      var slope = dot(direction, current.gradient)
      if slope >= 0 || !slope.isFinite {
        inverse = firstMetric
        direction = (inverse * current.gradient).map { -$0 }
        slope = dot(direction, current.gradient)
      }
      trace.append(
        GeneralisedIteration(
          number: iteration, method: .quasiNewton, deviance: current.value, decrement: -slope))
      if -slope <= tolerance { return }
      guard let next = search(direction, slope: slope) else { return }
      let step = zip(next.point, point).map { $0 - $1 }
      let change = zip(next.evaluation.gradient, current.gradient).map { $0 - $1 }
      point = next.point
      current = next.evaluation
      update(&inverse, step: step, change: change)
    }
  }

  /// Newton steps on exact second derivatives until the decrement is below `tolerance`; negative curvatures count
  /// as positive ones.
  ///
  /// - Returns: `false`, at the point reached, where second derivatives are not known or do not descend.
  mutating func descendByNewton(tolerance: Double = 1e-3) -> Bool {
    for iteration in 0..<50 {
      guard current.value.isFinite, let exact = deviance.hessian(point) else { return false }
      (hessian, differentiated) = (exact, point)
      let newton = NewtonStep(hessian: exact, gradient: current.gradient)
      guard newton.decrement.isFinite else { return false }
      trace.append(
        GeneralisedIteration(
          number: iteration, method: .newton, deviance: current.value, decrement: newton.decrement))
      if newton.decrement <= tolerance { return true }
      guard let next = search(newton.step, slope: -newton.decrement) else { return false }
      (point, current) = (next.point, next.evaluation)
    }
    return false
  }

  private mutating func evaluate(_ x: [Double]) -> DevianceEvaluation {
    evaluations += 1
    return deviance.evaluate(x)
  }

  /// A point along `direction` that is lower by Armijo's rule, allowing for rounding.
  private mutating func search(
    _ direction: [Double], slope: Double
  ) -> (point: [Double], evaluation: DevianceEvaluation)? {
    var length = 1.0
    for k in 0..<thetaCount where direction[k] != 0 {
      let room = 2 * max(abs(point[k]), 0.5 * thetaScale[k])
      length = min(length, room / abs(direction[k]))
    }
    let slack = 1e-13 * abs(current.value) + 1e-12
    for _ in 0..<40 {
      let x = zip(point, direction).map { $0 + length * $1 }
      let candidate = evaluate(x)
      if candidate.value <= current.value + 1e-4 * length * slope + slack,
        candidate.gradient.allSatisfy(\.isFinite)
      {
        return (x, candidate)
      }
      let rise = candidate.value - current.value - length * slope
      let minimum = rise.isFinite && rise > 0 ? -slope * length * length / (2 * rise) : 0
      length = min(0.5 * length, max(0.1 * length, minimum))
    }
    return nil
  }

  /// The BFGS update of the inverse Hessian.
  private func update(_ inverse: inout Matrix, step: [Double], change: [Double]) {
    let curvature = dot(step, change)
    guard curvature > 1e-14 * (dot(step, step) * dot(change, change)).squareRoot() else { return }
    let moved = inverse * change
    let ratio = 1 + dot(change, moved) / curvature
    let n = step.count
    for j in 0..<n {
      for i in 0..<n {
        inverse[i, j] +=
          (ratio * step[i] * step[j] - moved[i] * step[j] - step[i] * moved[j]) / curvature
      }
    }
  }

  /// Newton steps until the last was below 10⁻⁷ standard errors (10⁻⁵ for many rows, where curvature
  /// hardly changes over such a distance), leaving the Hessian of the point before it.
  ///
  /// - Returns: whether an optimum was found.
  mutating func polish() -> Bool {
    let isLarge = deviance.observations.count > 20_000
    for iteration in 0..<30 {
      differentiate(accurate: !isLarge)
      let newton = NewtonStep(hessian: hessian, gradient: current.gradient)
      trace.append(
        GeneralisedIteration(
          number: iteration, method: .newton, deviance: current.value, decrement: newton.decrement))
      if let escape = newton.escape {
        guard leave(along: escape) else { return true }
        descend(firstMetric: newton.metric)
        continue
      }
      if newton.decrement <= (isLarge ? 1e-10 : 1e-14) {
        // What is left of the step costs one evaluation and moves the Hessian by nothing that shows.
        _ = take(newton)
        return true
      }
      guard take(newton) else { return newton.decrement < 1e-6 }
    }
    return false
  }

  /// Makes a Newton step if it does not lead uphill.
  private mutating func take(_ newton: NewtonStep) -> Bool {
    let slack = 1e-12 * abs(current.value) + 1e-11
    var fraction = 1.0
    for _ in 0..<20 {
      let x = zip(point, newton.step).map { $0 + fraction * $1 }
      let candidate = evaluate(x)
      if candidate.value <= current.value + slack, candidate.gradient.allSatisfy(\.isFinite) {
        point = x
        current = candidate
        return true
      }
      fraction /= 4
    }
    return false
  }

  /// Steps off a point whose curvature is negative: a variance at zero that should not be there.
  private mutating func leave(along direction: [Double]) -> Bool {
    for length in [0.3, -0.3, 0.03, -0.03, 0.003, -0.003] {
      let x = zip(point, direction).map { $0 + length * $1 }
      let candidate = evaluate(x)
      if candidate.value < current.value - 1e-9 {
        point = x
        current = candidate
        return true
      }
    }
    return false
  }

  /// The Hessian, exact where it is known, and otherwise by central differences of the gradient: steps of 0.01
  /// standard errors with five points, or 0.003 with three where rows are many.
  private mutating func differentiate(accurate: Bool) {
    if point == differentiated { return }
    if let exact = deviance.hessian(point) {
      (hessian, differentiated) = (exact, point)
      return
    }
    let n = point.count
    let origin = point
    let scale = (0..<n).map { k in
      let known = hessian[k, k]
      return known > 0 ? (2 / known).squareRoot() : firstScale[k]
    }
    for k in 0..<n {
      var step = (accurate ? 0.01 : 0.003) * scale[k]
      // Exactly representable, so that the division below is by what was added.
      step = (origin[k] + step) - origin[k]
      func gradient(_ multiple: Double) -> [Double] {
        var x = origin
        x[k] += multiple * step
        return evaluate(x).gradient
      }
      let above = gradient(1)
      let below = gradient(-1)
      var column = zip(above, below).map { ($0 - $1) / (2 * step) }
      if accurate {
        let farAbove = gradient(2)
        let farBelow = gradient(-2)
        for i in 0..<n {
          let wide = (farAbove[i] - farBelow[i]) / (4 * step)
          column[i] = (4 * column[i] - wide) / 3
        }
      }
      for i in 0..<n { hessian[i, k] = column[i] }
    }
    for j in 0..<n {
      for i in 0..<j {
        let mean = 0.5 * (hessian[i, j] + hessian[j, i])
        hessian[i, j] = mean
        hessian[j, i] = mean
      }
    }
    // The modes belong to the last point tried; back to the origin.
    current = evaluate(origin)
  }

  /// Standard-error-like scales before any Hessian is known.
  private var firstScale: [Double] {
    let information = deviance.information(point)
    let inverse = try? Cholesky(information.coefficients)
    let spread = inverse?.inverse.diagonal.map { $0.squareRoot() }
    return thetaScale.map { 0.1 * $0 }
      + (0..<point.count - thetaCount).map { spread?[$0] ?? 0.1 }
  }

  /// Puts θ of nearly zero at zero, and every factor's diagonal above zero.
  mutating func settleBoundary(diagonal: [Int], columns: [[Int]]) {
    for (position, k) in diagonal.enumerated() {
      if point[k] != 0, abs(point[k]) < 1e-3 * thetaScale[k] {
        var x = point
        x[k] = 0
        let candidate = evaluate(x)
        if candidate.value <= current.value + 1e-9 {
          point = x
          current = candidate
        } else {
          current = evaluate(point)
        }
      }
      if point[k] < 0 {
        for entry in columns[position] { point[entry] = -point[entry] }
        current = evaluate(point)
      }
    }
  }
}

/// One iteration of the outer optimisation, as data.
public struct GeneralisedIteration: Sendable, Hashable {
  public enum Method: String, Sendable, Hashable {
    case quasiNewton = "quasi-newton"
    case newton
  }

  public let number: Int
  public let method: Method
  /// −2 log likelihood.
  public let deviance: Double
  /// gᵀH⁻¹g, with the method's own H.
  public let decrement: Double
}
