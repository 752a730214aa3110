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
    var sum = 0.0
    let x = observations.fixed.span
    for row in 0..<observations.count {
      let weight = observations.exposures[row]
      let k = Int(observations.totals[row])
      let interval = kernel.interval(eta[row], category: k)
      sum += weight * interval.logProbability
      for j in 0..<p {
        let value = weight * x[row * p + j]
        score[j] -= value * interval.pull
        for i in j..<p { products[i + j * n] += value * interval.information * x[row * p + i] }
      }
      // Places of the row's cutpoints; the first cutpoint is no parameter.
      let upper = k > 1 && k <= gaps + 1 ? p + k - 2 : nil
      let lower = k > 2 ? p + k - 3 : nil
      for (place, slope, coupling, curvature) in [
        (upper, interval.upper, interval.upperCoupling, interval.upperCurvature),
        (lower, interval.lower, interval.lowerCoupling, interval.lowerCurvature),
      ] {
        guard let place else { continue }
        score[place] += weight * slope
        products[place + place * n] -= weight * curvature
        for j in 0..<p { products[place + j * n] -= weight * coupling * x[row * p + j] }
      }
      if let upper, let lower {
        products[upper + lower * n] -= weight * interval.crossCurvature
      }
    }
    logLikelihood = sum.isFinite ? sum : -.infinity
    self.score = score
    var information = Matrix(rows: n, columns: n, elements: products)
    information.fillUpperFromLower()
    self.information = information
    cutpoints = kernel.cutpoints
    fixedCount = p
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
