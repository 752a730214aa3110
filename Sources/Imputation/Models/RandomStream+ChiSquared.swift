internal import Probability

extension RandomStream {
  /// A chi-squared number, as twice a gamma number of half the degrees of freedom.
  ///
  /// Marsaglia & Tsang (2000), *A simple method for generating gamma variables*, doi:10.1145/358407.358414.
  ///
  /// - Parameter degreesOfFreedom: above zero.
  mutating func chiSquared(_ degreesOfFreedom: Double) -> Double {
    let shape = degreesOfFreedom / 2
    guard shape >= 1 else {
      let power = PortableMath.exp(PortableMath.log(uniform()) / shape)
      return chiSquared(degreesOfFreedom + 2) * power
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let z = normal()
      let root = 1 + c * z
      guard root > 0 else { continue }
      let v = root * root * root
      if PortableMath.log(uniform()) < 0.5 * z * z + d - d * v + d * PortableMath.log(v) {
        return 2 * d * v
      }
    }
  }
}
