internal import Probability

extension RandomStream {
  /// A χ² number with any degrees of freedom above zero: twice a gamma number, by rejection from a
  /// transformed normal one.
  ///
  /// Marsaglia & Tsang (2000), *ACM Transactions on Mathematical Software* 26(3), 363–372,
  /// doi:10.1145/358407.358414.
  mutating func chiSquared(degreesOfFreedom: Double) -> Double {
    let shape = degreesOfFreedom / 2
    guard shape >= 1 else {
      let larger = chiSquared(degreesOfFreedom: degreesOfFreedom + 2)
      return larger * PortableMath.exp(PortableMath.log(uniform()) / shape)
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let root = 1 + c * x
      guard root > 0 else { continue }
      let v = root * root * root
      if PortableMath.log(uniform()) < 0.5 * x * x + d - d * v + d * PortableMath.log(v) {
        return 2 * d * v
      }
    }
  }
}
