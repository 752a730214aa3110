extension RandomStream {
  /// A Poisson count.
  ///
  /// Counts of small mean by waiting times; of larger mean by transformed rejection, in one or two tries whatever the
  /// mean: Hörmann (1993), doi:10.1016/0167-6687(93)90997-4.
  ///
  /// - Parameter mean: at least 0, below 10¹².
  public mutating func poisson(mean: Double) -> Int {
    precondition(mean >= 0 && mean < 1e12, "no Poisson count of mean \(mean)")
    guard mean >= 10 else {
      let limit = PortableMath.exp(-mean)
      var product = uniform()
      var count = 0
      while product > limit {
        product *= uniform()
        count += 1
      }
      return count
    }
    let b = 0.931 + 2.53 * mean.squareRoot()
    let a = -0.059 + 0.02483 * b
    let logScale = PortableMath.log(1.1239 + 1.1328 / (b - 3.4))
    let sure = 0.9277 - 3.6224 / (b - 2)
    let logMean = PortableMath.log(mean)
    while true {
      let u = uniform() - 0.5
      let v = uniform()
      let edge = 0.5 - abs(u)
      let count = ((2 * a / edge + b) * u + mean + 0.43).rounded(.down)
      if edge >= 0.07, v <= sure { return Int(count) }
      if count < 0 || (edge < 0.013 && v > edge) { continue }
      let accepted =
        PortableMath.log(v) + logScale - PortableMath.log(a / (edge * edge) + b)
        <= count * logMean - mean - Self.logFactorial(count)
      if accepted { return Int(count) }
    }
  }

  /// ln *k*!: by products up to 15, then by Stirling's series, whose error is below 10⁻¹³.
  private static func logFactorial(_ k: Double) -> Double {
    if k < 16 {
      var product = 1.0
      var factor = 2.0
      while factor <= k {
        product *= factor
        factor += 1
      }
      return PortableMath.log(product)
    }
    let inverse = 1 / k
    let square = inverse * inverse
    // ½ ln 2π
    return (k + 0.5) * PortableMath.log(k) - k + 0.9189385332046727
      + inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)))
  }
}
