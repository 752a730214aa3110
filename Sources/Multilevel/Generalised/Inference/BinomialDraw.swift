package import Probability

/// Exact draws of successes, at a cost that does not grow with the trials.
extension RandomStream {
  /// Successes among trials.
  ///
  /// Below 32 trials they are made one by one; above, an order statistic of the trials' uniforms, a beta number,
  /// tells on which side of it the probability lies, which halves them (Devroye 1986, *Non-Uniform Random
  /// Variate Generation*, section X.4.4).
  package mutating func binomial(trials: Int, probability: Double) -> Int {
    var (left, p, successes) = (trials, probability, 0)
    while left > 32 {
      let above = left / 2 + 1
      let a = chiSquared(degreesOfFreedom: 2 * above)
      let b = chiSquared(degreesOfFreedom: 2 * (left + 1 - above))
      let middle = a / (a + b)
      if middle <= p {
        successes += above
        left -= above
        p = middle < 1 ? (p - middle) / (1 - middle) : 0
      } else {
        left = above - 1
        p /= middle
      }
    }
    for _ in 0..<left where uniform() < p { successes += 1 }
    return successes
  }
}
