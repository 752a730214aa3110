internal import LinearAlgebra

/// The generalised linear model without random effects: where the coefficients start from, and where
/// separation shows.
struct FixedStart {
  /// Standardised coefficients.
  let coefficients: [Double]

  /// Newton's method on the fixed part alone.
  ///
  /// Under separation the deviance settles while some rows' η still moves in every step, by one for the
  /// logit and by little less for links with faster tails; that is how it is recognised, for single columns
  /// and for combinations alike. Where there is a maximum such a step moves no row by more than 10⁻⁴ times
  /// the standard error of its η.
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
      guard sums.value.isFinite else { break }
      // The columns are independent, so it is only at perfect prediction that no information is left.
      guard let factor = try? Cholesky(sums.information) else {
        throw .separation(column: FixedStart.leader(observations, b))
      }
      let step = factor.solve(sums.score)
      let decrement = dot(step, sums.score)
      if decrement < 1e-9 {
        let moved = FixedStart.largestMove(observations, step)
        if moved > 0.01 { throw .separation(column: FixedStart.leader(observations, step)) }
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
    var products = [Double](repeating: 0, count: p * p)
    var right = [Double](repeating: 0, count: p)
    let x = observations.fixed.span
    let (totals, exposures) = (observations.totals.span, observations.exposures.span)
    let offset = observations.offset.span
    for row in 0..<observations.count {
      let (y, m) = (totals[row], exposures[row])
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
      let response = kernel.link(mean) - offset[row]
      for j in 0..<p {
        let value = weight * x[row * p + j]
        right[j] += value * response
        for k in j..<p { products[k + j * p] += value * x[row * p + k] }
      }
    }
    let matrix = Matrix(rows: p, columns: p, elements: products)
    return (try? Cholesky(matrix))?.solve(right) ?? [Double](repeating: 0, count: p)
  }

  /// Log likelihood, score and observed information.
  private struct Sums {
    var value = 0.0
    let score: [Double]
    let information: Matrix

    init(
      _ observations: GeneralisedObservations, kernel: ResponseKernel, coefficients: [Double]
    ) {
      let p = observations.fixedCount
      var score = [Double](repeating: 0, count: p)
      var products = [Double](repeating: 0, count: p * p)
      let block = 512
      var eta = [Double](repeating: 0, count: block)
      var slope = eta
      var curvature = eta
      var start = 0
      while start < observations.count {
        let rows = start..<min(observations.count, start + block)
        Sums.predict(&eta, observations, rows: rows, coefficients: coefficients)
        value += kernel.score(
          eta, totals: observations.totals.span.extracting(rows),
          exposures: observations.exposures.span.extracting(rows), score: &slope,
          information: &curvature)
        Sums.add(
          &score, &products, slope: slope, curvature: curvature, fixed: observations.fixed.span,
          rows: rows)
        start = rows.upperBound
      }
      if !value.isFinite { value = -.infinity }
      self.score = score
      information = Matrix(rows: p, columns: p, elements: products)
    }

    private static func predict(
      _ eta: inout [Double], _ observations: GeneralisedObservations, rows: Range<Int>,
      coefficients: [Double]
    ) {
      var eta = eta.mutableSpan
      let x = observations.fixed.span
      let offset = observations.offset.span
      let b = coefficients.span
      var position = rows.lowerBound * b.count
      for i in 0..<rows.count {
        var sum = offset[rows.lowerBound + i]
        for j in 0..<b.count { sum += x[position + j] * b[j] }
        position += b.count
        eta[i] = sum
      }
    }

    private static func add(
      _ score: inout [Double], _ products: inout [Double], slope: [Double], curvature: [Double],
      fixed: Span<Double>, rows: Range<Int>
    ) {
      var score = score.mutableSpan
      var products = products.mutableSpan
      let (slope, curvature) = (slope.span, curvature.span)
      let p = score.count
      var position = rows.lowerBound * p
      for i in 0..<rows.count {
        for j in 0..<p {
          let value = fixed[position + j]
          score[j] += slope[i] * value
          let weighted = curvature[i] * value
          for k in j..<p { products[k + j * p] += weighted * fixed[position + k] }
        }
        position += p
      }
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
  static func leader(
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
