internal import LinearAlgebra

/// The cumulative model without random effects: where coefficients and cutpoints start from, and where
/// separation shows.
struct CumulativeStart {
  /// Standardised coefficients, then the logarithms of the gaps between cutpoints.
  let parameters: [Double]

  /// Newton's method in (b, δ), in which the log likelihood is concave.
  ///
  /// Under separation the deviance settles while some row still moves against its cutpoints in every step,
  /// as in ``FixedStart``.
  ///
  /// - Throws: ``GeneralisedModelError/separation(column:)``
  init(
    _ observations: GeneralisedObservations, link: BinomialLink
  ) throws(GeneralisedModelError) {
    let p = observations.fixedCount
    var point = CumulativeStart.marginal(observations, link: link)
    var sums = CumulativeStart.sums(observations, link: link, point)
    for _ in 0..<100 {
      guard let now = sums else { break }
      guard let factor = try? Cholesky(now.information) else {
        throw .separation(
          column: FixedStart.leader(observations, Array(point[..<p])))
      }
      let step = factor.solve(now.score)
      let decrement = dot(step, now.score)
      if decrement < 1e-9 {
        if CumulativeStart.largestMove(observations, step) > 0.01 {
          throw .separation(column: FixedStart.leader(observations, Array(step[..<p])))
        }
        break
      }
      var fraction = 1.0
      var candidate = point
      var next = sums
      for _ in 0..<InnerIteration.halvings {
        candidate = zip(point, step).map { $0 + fraction * $1 }
        next = CumulativeStart.sums(observations, link: link, candidate)
        if let next,
          next.logLikelihood >= now.logLikelihood - 1e-12 * abs(now.logLikelihood)
        {
          break
        }
        fraction /= 2
      }
      guard next != nil else { break }
      point = candidate
      sums = next
    }
    let cutpoints = [0] + point[p...]
    parameters =
      Array(point[..<p])
      + zip(cutpoints.dropFirst(), cutpoints).map { logarithm($0 - $1) }
  }

  /// Cutpoints from the categories' shares, with covariates without effect.
  private static func marginal(
    _ observations: GeneralisedObservations, link: BinomialLink
  ) -> [Double] {
    let count = observations.categories.count
    var shares = [Double](repeating: 0, count: count)
    for row in 0..<observations.count {
      shares[Int(observations.totals[row]) - 1] += observations.exposures[row]
    }
    let all = shares.reduce(0, +)
    var below = 0.0
    var thresholds: [Double] = []
    for share in shares.dropLast() {
      below += share
      thresholds.append(link.kernel.link(below / all))
    }
    // The intercept is the column that is 1 in every row after standardising.
    var coefficients = [Double](repeating: 0, count: observations.fixedCount)
    let intercept = observations.standardisation.intercept ?? 0
    coefficients[intercept] = -thresholds[0]
    return coefficients + thresholds.dropFirst().map { $0 - thresholds[0] }
  }

  /// `nil` where the cutpoints are out of order or the likelihood is not finite.
  private static func sums(
    _ observations: GeneralisedObservations, link: BinomialLink, _ point: [Double]
  ) -> CumulativeInformation? {
    let p = observations.fixedCount
    let cutpoints = [0] + point[p...]
    guard zip(cutpoints.dropFirst(), cutpoints).allSatisfy({ $0 > $1 }) else { return nil }
    let eta = observations.fixedPredictor(point[..<p])
    let sums = CumulativeInformation(
      observations, CumulativeKernel(link, cutpoints: cutpoints), eta: eta)
    return sums.logLikelihood.isFinite ? sums : nil
  }

  /// The largest move of a row against one of its cutpoints.
  private static func largestMove(
    _ observations: GeneralisedObservations, _ step: [Double]
  ) -> Double {
    let p = observations.fixedCount
    let moves = [0] + step[p...]
    var largest = 0.0
    for row in 0..<observations.count {
      var sum = 0.0
      for j in 0..<p { sum += observations.fixed[row * p + j] * step[j] }
      let k = Int(observations.totals[row])
      for edge in max(0, k - 2)..<min(k, moves.count) {
        largest = max(largest, abs(moves[edge] - sum))
      }
    }
    return largest
  }
}

extension GeneralisedObservations {
  /// η of every row without random effects, at standardised coefficients.
  func fixedPredictor(_ coefficients: some Collection<Double>) -> [Double] {
    let b = Array(coefficients)
    var result = offset
    var eta = result.mutableSpan
    let (x, values) = (fixed.span, b.span)
    for row in 0..<eta.count {
      var sum = eta[row]
      for j in 0..<values.count { sum += x[row * values.count + j] * values[j] }
      eta[row] = sum
    }
    return result
  }
}
