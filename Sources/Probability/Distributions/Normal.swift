#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The normal distribution.
public struct Normal: Sendable, Hashable {
  public let mean: Double
  public let standardDeviation: Double

  public init(mean: Double = 0, standardDeviation: Double = 1) {
    precondition(standardDeviation > 0, "a standard deviation of \(standardDeviation)")
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  public func density(_ x: Double) -> Double {
    let z = (x - mean) / standardDeviation
    return exp(-0.5 * z * z) / (standardDeviation * 2.5066282746310005)
  }

  /// P(X ≤ x).
  public func cumulative(_ x: Double) -> Double {
    let t = -(x - mean) / standardDeviation
    let z = t / 1.4142135623730951
    // What rounding took from z = t/√2 would cost the far tail z² units: one Newton term returns it.
    let rest =
      (t.addingProduct(-z, 1.4142135623730951) + z * 9.667293313452913e-17) / 1.4142135623730951
    guard rest.isFinite else { return 0.5 * erfc(z) }
    return 0.5 * (erfc(z) - 1.1283791670955126 * exp(-z * z) * rest)
  }

  /// The x with P(X ≤ x) = p; ±∞ at 0 and 1.
  public func quantile(_ p: Double) -> Double {
    mean + standardDeviation * Normal.standardQuantile(p)
  }

  /// The standard normal quantile, relative error about 10⁻¹⁶, same bits on every machine.
  ///
  /// Wichura (1988), algorithm AS 241 (PPND16), doi:10.2307/2347330.
  public static func standardQuantile(_ p: Double) -> Double {
    guard p > 0, p < 1 else { return p == 0 ? -.infinity : p == 1 ? .infinity : .nan }
    let q = p - 0.5
    if abs(q) <= 0.425 {
      let r = 0.180625 - q * q
      return q * ratio(centre.numerator, centre.denominator, at: r)
    }
    let r = (-PortableMath.log(q < 0 ? p : 1 - p)).squareRoot()
    let tail =
      r <= 5
      ? ratio(middle.numerator, middle.denominator, at: r - 1.6)
      : ratio(far.numerator, far.denominator, at: r - 5)
    return q < 0 ? -tail : tail
  }

  private typealias Coefficients = InlineArray<8, Double>

  /// Two polynomials of degree seven, highest power first, by Horner's rule.
  private static func ratio(
    _ numerator: Coefficients, _ denominator: Coefficients, at r: Double
  ) -> Double {
    var above = numerator[0]
    var below = denominator[0]
    for k in 1..<8 {
      above = above * r + numerator[k]
      below = below * r + denominator[k]
    }
    return above / below
  }

  private static let centre: (numerator: Coefficients, denominator: Coefficients) = (
    [
      2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
      4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
      1.3314166789178437745e2, 3.3871328727963666080e0,
    ],
    [
      5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
      2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
      4.2313330701600911252e1, 1,
    ]
  )
  private static let middle: (numerator: Coefficients, denominator: Coefficients) = (
    [
      7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
      1.27045825245236838258, 3.64784832476320460504, 5.76949722146069140550,
      4.63033784615654529590, 1.42343711074968357734,
    ],
    [
      1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
      1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940,
      2.05319162663775882187, 1,
    ]
  )
  private static let far: (numerator: Coefficients, denominator: Coefficients) = (
    [
      2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
      2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580,
      5.46378491116411436990, 6.65790464350110377720,
    ],
    [
      2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
      7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
      5.99832206555887937690e-1, 1,
    ]
  )
}
