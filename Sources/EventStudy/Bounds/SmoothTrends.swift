internal import LinearAlgebra
internal import Probability

/// Bounds where the slope of departures from parallel trends may change by at most `curvature` from year to year.
///
///     |(δ_{t+1} − δ_t) − (δ_t − δ_{t−1})| ≤ M
///
/// M = 0 lets trends differ by a straight line. The interval is the shortest of fixed length among
/// θ̂ ± χ, θ̂ = l′β_after + a′β_before (Rambachan & Roth 2023, DOI 10.1093/restud/rdad018, section 4.1; Armstrong &
/// Kolesár 2018, DOI 10.3982/ECTA14434): χ = s · q(b/s) with s² the variance of θ̂, b its largest bias and q the
/// quantile of |N(·, 1)|.
///
/// With d the second differences, δ is linear in them and in one slope, so that a finite bias asks for weights that
/// the slope does not move, and b = M Σ_w |c_w′v|. For each price μ of bias the weights minimise
/// ½ s² + μ Σ_w |c_w′v|, a convex problem solved by Newton's method on √(x² + ε²) for falling ε; the half-length is
/// convex along μ's frontier, and its minimum is found by golden section. Whatever the accuracy of that search, bias
/// and variance of the weights it returns are exact, and so is the interval's coverage.
public struct SmoothTrends: Sendable, Hashable {
  public let curvature: Double
  public let estimate: Double
  public let standardError: Double
  public let largestBias: Double
  public let low: Double
  public let high: Double

  /// `nil` where no year but the base lies before treatment.
  package init?(_ path: EventStudyPath, target weights: [Double], curvature: Double, level: Double)
  {
    guard let problem = Problem(path, weights) else { return nil }
    var best = problem.interval(price: 0, curvature, level)
    if curvature > 0, problem.freedom > 0 {
      // Prices in units that make both parts of the objective alike.
      let unit = max(problem.unitPrice, 1e-300)
      func half(_ power: Double) -> Problem.Interval {
        problem.interval(price: unit * PortableMath.exp(power), curvature, level)
      }
      let golden = (5.0.squareRoot() - 1) / 2
      var (left, right) = (-16.0, 12.0)
      var a = right - golden * (right - left)
      var b = left + golden * (right - left)
      var (atA, atB) = (half(a), half(b))
      for _ in 0..<48 {
        if atA.half <= best.half { best = atA }
        if atB.half <= best.half { best = atB }
        if atA.half <= atB.half {
          right = b
          (b, atB) = (a, atA)
          a = right - golden * (right - left)
          atA = half(a)
        } else {
          left = a
          (a, atA) = (b, atB)
          b = left + golden * (right - left)
          atB = half(b)
        }
      }
    }
    self.curvature = curvature
    estimate = path.estimate(best.weights)
    standardError = best.error
    largestBias = best.bias
    low = estimate - best.half
    high = estimate + best.half
  }

  /// Weights v = v₀ + Bz on all points; v₀ holds the target's, z is free.
  private struct Problem {
    struct Interval {
      let weights: [Double]
      let error: Double
      let bias: Double
      let half: Double
    }

    let path: EventStudyPath
    /// One row a second difference, one column a point: its share in each point's δ.
    let shares: Matrix
    let start: [Double]
    /// Directions that leave the slope alone.
    let basis: Matrix

    var freedom: Int { basis.columns }

    init?(_ path: EventStudyPath, _ target: [Double]) {
      guard let first = path.before.first?.time, let last = path.after.last?.time else {
        return nil
      }
      let points = path.before + path.after
      // δ_t = (t + 1) slope + Σ_w share(w, t) d_w, with slope = δ_0 and second differences at first < w < last.
      let centres = Array((first + 1)..<max(last, first + 2))
      var shares = Matrix(rows: centres.count, columns: points.count)
      for (row, w) in centres.enumerated() {
        for point in points {
          let t = point.time
          if t >= 0, w >= 0 { shares[row, point.position] = Double(max(0, t - w)) }
          if t < -1, w < 0 { shares[row, point.position] = Double(max(0, w - t)) }
        }
      }
      let slopes = points.map { Double($0.time + 1) }
      // Let the earliest year take the slope of the target off, then trade years before against it.
      var start = target
      var slope = 0.0
      for (w, s) in zip(target, slopes) { slope += w * s }
      start[path.before[0].position] -= slope / slopes[path.before[0].position]
      var columns: [[Double]] = []
      for point in path.before.dropFirst() {
        var column = [Double](repeating: 0, count: points.count)
        column[point.position] = 1
        column[path.before[0].position] =
          -slopes[point.position] / slopes[path.before[0].position]
        columns.append(column)
      }
      self.path = path
      self.shares = shares
      self.start = start
      basis = Matrix(rows: points.count, columns: columns)
    }

    /// Variance over bias per unit of curvature, at the start.
    var unitPrice: Double {
      path.variance(start) / max(1e-300, (shares * start).reduce(0) { $0 + abs($1) })
    }

    func interval(price: Double, _ curvature: Double, _ level: Double) -> Interval {
      let weights = weights(price: price)
      let error = path.variance(weights).squareRoot()
      let bias = curvature * (shares * weights).reduce(0) { $0 + abs($1) }
      let half =
        error > 0 ? error * FoldedNormal.quantile(level, bias: bias / error) : bias
      return Interval(weights: weights, error: error, bias: bias, half: half)
    }

    private func weights(price: Double) -> [Double] {
      guard freedom > 0 else { return start }
      let moved = shares * basis
      let quadratic = basis.transposedTimes(path.covariance * basis)
      let linear = basis.transposedTimes(path.covariance * start)
      let offset = shares * start
      var z = [Double](repeating: 0, count: freedom)
      let size = max(1e-12, offset.reduce(0) { max($0, abs($1)) })
      func objective(_ z: [Double], _ smooth: Double) -> Double {
        let v = zip(start, basis * z).map { $0 + $1 }
        let c = shares * v
        return 0.5 * path.variance(v)
          + price * c.reduce(0) { $0 + ($1 * $1 + smooth * smooth).squareRoot() }
      }
      var smooth = size
      while smooth > size * 1e-9 {
        for _ in 0..<40 {
          let c = zip(offset, moved * z).map { $0 + $1 }
          var gradient = zip(linear, quadratic * z).map { $0 + $1 }
          let roots = c.map { ($0 * $0 + smooth * smooth).squareRoot() }
          let slope = moved.transposedTimes(zip(c, roots).map { price * $0 / $1 })
          for j in gradient.indices { gradient[j] += slope[j] }
          let bend = roots.map { price * smooth * smooth / ($0 * $0 * $0) }
          let hessian = quadratic + moved.weightedCrossProduct(bend)
          guard let factor = try? Cholesky(hessian) else { break }
          let step = factor.solve(gradient)
          var decrement = 0.0
          for (g, s) in zip(gradient, step) { decrement += g * s }
          let now = objective(z, smooth)
          guard decrement > 1e-15 * abs(now) else { break }
          var share = 1.0
          var next = zip(z, step).map { $0 - share * $1 }
          while objective(next, smooth) > now - 1e-4 * share * decrement, share > 1e-9 {
            share /= 2
            next = zip(z, step).map { $0 - share * $1 }
          }
          z = next
        }
        if price == 0 { break }
        smooth *= 0.1
      }
      return zip(start, basis * z).map { $0 + $1 }
    }
  }
}
