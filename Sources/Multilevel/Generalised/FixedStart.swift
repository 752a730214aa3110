internal import LinearAlgebra

/// The generalised linear model without random effects: where the coefficients start from, and where
/// separation shows.
struct FixedStart {
  /// Standardised coefficients.
  let coefficients: [Double]

  /// Newton's method on the fixed part alone.
  ///
  /// Under separation the deviance settles while some rows' η still moves by a constant amount in every
  /// step; that is how it is recognised, for single columns and for combinations alike.
  ///
  /// - Throws: ``GeneralisedModelError/separation(column:)``
  init(
    _ observations: GeneralisedObservations, kernel: ResponseKernel
  ) throws(GeneralisedModelError) {
    let p = observations.fixedCount
    var b = FixedStart.workingResponse(observations, kernel: kernel)
    var sums = FixedStart.Sums(observations, kernel: kernel, coefficients: b)
    if !sums.value.isFinite {
      b = [Double](repeating: 0, count: p)
      sums = FixedStart.Sums(observations, kernel: kernel, coefficients: b)
    }
    for _ in 0..<100 {
      guard sums.value.isFinite, let factor = try? Cholesky(sums.information) else { break }
      let step = factor.solve(sums.score)
      let decrement = dot(step, sums.score)
      if decrement < 1e-9 {
        let moved = FixedStart.largestMove(observations, step)
        if moved > 0.1 { throw .separation(column: FixedStart.leader(observations, step)) }
        break
      }
      var fraction = 1.0
      var next = sums
      var candidate = b
      for _ in 0..<InnerIteration.halvings {
        candidate = zip(b, step).map { $0 + fraction * $1 }
        next = FixedStart.Sums(observations, kernel: kernel, coefficients: candidate)
        if next.value >= sums.value - 1e-12 * abs(sums.value) { break }
        fraction /= 2
      }
      b = candidate
      sums = next
    }
    coefficients = b
  }

  /// One step of weighted least squares from η = g((y + ½)/(m + 1)).
  private static func workingResponse(
    _ observations: GeneralisedObservations, kernel: ResponseKernel
  ) -> [Double] {
    let p = observations.fixedCount
    var products = Matrix(rows: p, columns: p)
    var right = [Double](repeating: 0, count: p)
    let x = observations.fixed.span
    for row in 0..<observations.count {
      let (y, m) = (observations.totals[row], observations.exposures[row])
      let mean =
        switch kernel {
        case .poisson, .negativeBinomial: (y + 0.5) / m
        default: (y + 0.5) / (m + 1)
        }
      let weight =
        switch kernel {
        case .poisson, .negativeBinomial: m * mean
        default: m * mean * (1 - mean)
        }
      let response = kernel.link(mean) - observations.offset[row]
      for j in 0..<p {
        let value = weight * x[row * p + j]
        right[j] += value * response
        for k in j..<p { products[k, j] += value * x[row * p + k] }
      }
    }
    return (try? Cholesky(products))?.solve(right) ?? [Double](repeating: 0, count: p)
  }

  /// Log likelihood, score and observed information.
  private struct Sums {
    var value = 0.0
    var score: [Double]
    var information: Matrix

    init(
      _ observations: GeneralisedObservations, kernel: ResponseKernel, coefficients: [Double]
    ) {
      let p = observations.fixedCount
      score = [Double](repeating: 0, count: p)
      information = Matrix(rows: p, columns: p)
      let block = 512
      var eta = [Double](repeating: 0, count: block)
      var slope = eta
      var curvature = eta
      let x = observations.fixed.span
      var start = 0
      while start < observations.count {
        let rows = start..<min(observations.count, start + block)
        for row in rows {
          var sum = observations.offset[row]
          for j in 0..<p { sum += x[row * p + j] * coefficients[j] }
          eta[row - start] = sum
        }
        value += kernel.score(
          eta, totals: observations.totals.span.extracting(rows),
          exposures: observations.exposures.span.extracting(rows), score: &slope,
          information: &curvature)
        for row in rows {
          let s = slope[row - start]
          let w = curvature[row - start]
          for j in 0..<p {
            let xj = x[row * p + j]
            score[j] += s * xj
            let wx = w * xj
            for k in j..<p { information[k, j] += wx * x[row * p + k] }
          }
        }
        start = rows.upperBound
      }
      if !value.isFinite { value = -.infinity }
    }
  }

  private static func largestMove(
    _ observations: GeneralisedObservations, _ step: [Double]
  ) -> Double {
    let p = step.count
    var largest = 0.0
    for row in 0..<observations.count {
      var sum = 0.0
      for j in 0..<p { sum += observations.fixed[row * p + j] * step[j] }
      largest = max(largest, abs(sum))
    }
    return largest
  }

  /// The column that moves most, the intercept only where it is alone.
  private static func leader(
    _ observations: GeneralisedObservations, _ step: [Double]
  ) -> String {
    let p = step.count
    let varying = (0..<p).filter { j in
      (1..<max(1, observations.count)).contains {
        observations.fixed[$0 * p + j] != observations.fixed[j]
      }
    }
    let candidates = varying.isEmpty ? Array(0..<p) : varying
    let leader = candidates.max { abs(step[$0]) < abs(step[$1]) } ?? 0
    return observations.standardisation.names[leader]
  }
}
