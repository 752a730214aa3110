internal import Designs

extension GeneralisedMixedModel {
  /// Estimates the size φ of a negative binomial response by golden section on log φ between 0.01 and 10⁵,
  /// each trial a whole fit; standard errors are those at the estimate, as `glmer.nb` gives them.
  ///
  /// Where the deviance still falls at the upper end the counts vary no more than Poisson counts do, which
  /// the result says.
  func fitWithSize(_ frame: ModelFrame) throws(GeneralisedModelError) -> GeneralisedMixedFit {
    func fit(_ logSize: Double) throws(GeneralisedModelError) -> GeneralisedMixedFit {
      try GeneralisedMixedModel(
        .negativeBinomial(size: exponential(logSize)), quadraturePoints: quadraturePoints
      ).fit(frame)
    }
    let ratio = 0.6180339887498949
    var (low, high) = (logarithm(0.01), logarithm(1e5))
    var left = high - ratio * (high - low)
    var right = low + ratio * (high - low)
    var (fitLeft, fitRight) = (try fit(left), try fit(right))
    while high - low > 1e-4 {
      if fitLeft.deviance <= fitRight.deviance {
        (high, right, fitRight) = (right, left, fitLeft)
        left = high - ratio * (high - low)
        fitLeft = try fit(left)
      } else {
        (low, left, fitLeft) = (left, right, fitRight)
        right = low + ratio * (high - low)
        fitRight = try fit(right)
      }
    }
    let best = fitLeft.deviance <= fitRight.deviance ? fitLeft : fitRight
    return best.countingSize(isAtEnd: high > logarithm(9e4))
  }
}
