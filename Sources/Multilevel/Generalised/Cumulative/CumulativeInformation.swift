internal import LinearAlgebra

/// Log likelihood of ordered categories at given η, with its slope and its observed information in the
/// standardised coefficients and the cutpoints after the first.
struct CumulativeInformation {
  let logLikelihood: Double
  /// p coefficients, then K − 2 cutpoints.
  let score: [Double]
  let information: Matrix
  private let cutpoints: [Double]
  private let fixedCount: Int

  /// - Returns: `nil` for other kernels.
  init?(_ observations: GeneralisedObservations, _ kernel: ResponseKernel, eta: [Double]) {
    guard case .cumulative(let kernel) = kernel, eta.count == observations.count else { return nil }
    self.init(observations, kernel, eta: eta)
  }

  init(_ observations: GeneralisedObservations, _ kernel: CumulativeKernel, eta: [Double]) {
    let p = observations.fixedCount
    let gaps = kernel.cutpoints.count - 1
    let n = p + gaps
    var score = [Double](repeating: 0, count: n)
    var products = [Double](repeating: 0, count: n * n)
    let sum = Self.accumulate(
      &score, &products, observations: observations, kernel: kernel, eta: eta)
    logLikelihood = sum.isFinite ? sum : -.infinity
    self.score = score
    var information = Matrix(rows: n, columns: n, elements: products)
    information.fillUpperFromLower()
    self.information = information
    cutpoints = kernel.cutpoints
    fixedCount = p
  }

  /// Adds the rows' scores and the lower triangle of their information, and gives Σ l.
  private static func accumulate(
    _ score: inout [Double], _ products: inout [Double], observations: GeneralisedObservations,
    kernel: CumulativeKernel, eta: [Double]
  ) -> Double {
    let p = observations.fixedCount
    let gaps = kernel.cutpoints.count - 1
    let n = p + gaps
    var score = score.mutableSpan
    var products = products.mutableSpan
    let (x, eta) = (observations.fixed.span, eta.span)
    let (weights, categories) = (observations.exposures.span, observations.totals.span)
    var sum = 0.0
    for row in 0..<eta.count {
      let weight = weights[row]
      let k = Int(categories[row])
      let interval = kernel.interval(eta[row], category: k)
      sum += weight * interval.logProbability
      for j in 0..<p {
        let value = weight * x[row * p + j]
        score[j] -= value * interval.pull
        for i in j..<p { products[i + j * n] += value * interval.information * x[row * p + i] }
      }
      // Places of the row's cutpoints; the first cutpoint is no parameter.
      let upper = p + k - 2
      let lower = p + k - 3
      if k > 1, k <= gaps + 1 {
        score[upper] += weight * interval.upper
        products[upper + upper * n] -= weight * interval.upperCurvature
        let coupling = weight * interval.upperCoupling
        for j in 0..<p { products[upper + j * n] -= coupling * x[row * p + j] }
        if k > 2 { products[upper + lower * n] -= weight * interval.crossCurvature }
      }
      if k > 2 {
        score[lower] += weight * interval.lower
        products[lower + lower * n] -= weight * interval.lowerCurvature
        let coupling = weight * interval.lowerCoupling
        for j in 0..<p { products[lower + j * n] -= coupling * x[row * p + j] }
      }
    }
    return sum
  }

  /// The information in coefficients and logarithmic gaps, where the cutpoints' own slopes vanish.
  var inGaps: Matrix {
    let p = fixedCount
    let n = p + cutpoints.count - 1
    var jacobian = Matrix.identity(n)
    for k in 1..<max(cutpoints.count, 1) {
      for gap in 1...k {
        jacobian[p + k - 1, p + gap - 1] = cutpoints[gap] - cutpoints[gap - 1]
      }
    }
    return jacobian.transposedTimes(information * jacobian)
  }
}
