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
/// the slope does not move, and b = M Σ_w |c_w′v|. At the shortest interval the weights minimise ½ s² + μ Σ_w |c_w′v|
/// for some price μ of bias (``PricedBias``). Along prices both s and b change steadily, and since χ is convex in
/// both, lowering the price shortens the interval exactly where
///
///     M s q′(x) < μ (q(x) − x q′(x)),   x = b/s,   q′(x) = tanh(q(x) x),
///
/// so the price is found by halving, also where weights stay put over a range of prices. Bias and variance of
/// the weights that come back are exact, and so is the interval's coverage.
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
    let best = problem.shortest(curvature, level)
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

    private var freedom: Int { basis.columns }

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

    /// The shortest of all prices.
    func shortest(_ curvature: Double, _ level: Double) -> Interval {
      let free = interval(at: weights(price: 0), curvature, level)
      guard curvature > 0, freedom > 0, free.bias > 0, free.error > 0 else { return free }
      // The price at which variance and bias would be worth the same; powers of e around it reach every weight.
      let unit = free.error * free.error * curvature / free.bias
      var (low, high) = (-40.0, 40.0)
      var best = free
      for _ in 0..<60 {
        let middle = (low + high) / 2
        let price = unit * PortableMath.exp(middle)
        let found = interval(at: weights(price: price), curvature, level)
        if found.half < best.half { best = found }
        guard found.error > 0 else {
          high = middle
          continue
        }
        let x = found.bias / found.error
        let q = found.half / found.error
        let slope = FoldedNormal.slope(q, bias: x)
        if curvature * found.error * slope > price * (q - x * slope) {
          low = middle
        } else {
          high = middle
        }
      }
      return best
    }

    private func interval(
      at weights: [Double], _ curvature: Double, _ level: Double
    ) -> Interval {
      let error = path.variance(weights).squareRoot()
      let bias = curvature * (shares * weights).reduce(0) { $0 + abs($1) }
      let half =
        error > 0 ? error * FoldedNormal.quantile(level, bias: bias / error) : bias
      return Interval(weights: weights, error: error, bias: bias, half: half)
    }

    private func weights(price: Double) -> [Double] {
      guard freedom > 0 else { return start }
      let z = PricedBias(
        quadratic: basis.transposedTimes(path.covariance * basis),
        linear: basis.transposedTimes(path.covariance * start), shares: shares * basis,
        offset: shares * start
      ).minimiser(price: price)
      return zip(start, basis * z).map { $0 + $1 }
    }
  }
}
