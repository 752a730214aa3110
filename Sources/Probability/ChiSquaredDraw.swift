extension RandomStream {
  /// A chi-squared number: by the squeeze method for gamma numbers, from a number of uniforms that varies.
  ///
  /// Marsaglia & Tsang (2000), doi:10.1145/358407.358414.
  ///
  /// - Parameter degreesOfFreedom: 0 gives 0.
  public mutating func chiSquared(degreesOfFreedom: Int) -> Double {
    precondition(degreesOfFreedom >= 0, "\(degreesOfFreedom) degrees of freedom")
    guard degreesOfFreedom > 2 else {
      var sum = 0.0
      for _ in 0..<degreesOfFreedom {
        let z = normal()
        sum += z * z
      }
      return sum
    }
    let d = Double(degreesOfFreedom) / 2 - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let root = 1 + c * x
      let u = uniform()
      guard root > 0 else { continue }
      let v = root * root * root
      if PortableMath.log(u) < 0.5 * x * x + d * (1 - v + PortableMath.log(v)) { return 2 * d * v }
    }
  }

  /// A chi-squared number with any degrees of freedom above zero: twice a gamma number, by the same method.
  public mutating func chiSquared(degreesOfFreedom: Double) -> Double {
    precondition(degreesOfFreedom > 0, "\(degreesOfFreedom) degrees of freedom")
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
