extension GeneralisedObservations {
  /// Σ of squared deviance residuals: twice the log likelihood that the modes lack of a perfect fit.
  ///
  /// - Parameter predictor: η of every row, in the order of the observations.
  func conditionalDeviance(_ predictor: [Double], kernel: ResponseKernel) -> Double {
    guard predictor.count == count else { return .nan }
    var scratch = [Double](repeating: 0, count: count)
    var other = scratch
    let reached = kernel.score(
      predictor, totals: totals.span, exposures: exposures.span, score: &scratch,
      information: &other)
    return 2 * (saturatedLogLikelihood(kernel) - reached)
  }

  /// What of the log likelihood depends on neither θ nor b.
  func logConstant(_ kernel: ResponseKernel) -> Double {
    guard case .negativeBinomial(let size) = kernel else { return constant }
    let own = logGamma(size)
    return zip(response, trials).reduce(constant) { sum, row in
      sum + row.1 * (logGamma(row.0 / row.1 + size) - own)
    }
  }

  /// Σ l where every row of the frame is fitted perfectly, without the constant.
  func saturatedLogLikelihood(_ kernel: ResponseKernel) -> Double {
    var sum = 0.0
    for (y, m) in zip(response, trials) {
      switch kernel {
      case .bernoulliLogit, .logit, .probit, .complementaryLogLog:
        if y > 0 { sum += y * logarithm(y / m) }
        if y < m { sum += (m - y) * logarithm(1 - y / m) }
      case .poisson:
        sum += (y > 0 ? y * logarithm(y / m) : 0) - y
      case .negativeBinomial(let size):
        let mean = y / m
        sum += (y > 0 ? y * logarithm(mean / (size + mean)) : 0)
        sum += m * size * logarithm(size / (size + mean))
      case .cumulative: break
      }
    }
    return sum
  }
}
