/// Exponential and logarithm with the same bits on every machine.
///
/// The C library's last bit changes with the processor's instructions; a simulated choice or a matched
/// pair must not hang on it. Both functions use only correctly rounded basic operations, with the argument
/// reductions and minimax coefficients published with fdlibm (Sun Microsystems, 1993); their error is
/// below one unit in the last place.
public enum PortableMath {
  @usableFromInline static let ln2High = 6.93147180369123816490e-01
  @usableFromInline static let ln2Low = 1.90821492927058770002e-10

  /// Natural logarithm; −∞ at 0, NaN below.
  @inlinable
  public static func log(_ x: Double) -> Double {
    guard x > 0 else { return x == 0 ? -.infinity : .nan }
    guard x.isFinite else { return x }
    // x = 2^k (1 + f) with 1 + f between √½ and √2.
    var k = Double(x.exponent)
    var significand = x.significand
    if significand > 1.4142135623730951 {
      significand *= 0.5
      k += 1
    }
    let f = significand - 1
    let s = f / (2 + f)
    let z = s * s
    let odd =
      3.999999999940941908e-01
      + z * z * (2.222219843214978396e-01 + z * z * 1.531383769920937332e-01)
    let even =
      6.666666666666735130e-01
      + z * z
      * (2.857142874366239149e-01
        + z * z * (1.818357216161805012e-01 + z * z * 1.479819860511658591e-01))
    let series = z * even + z * z * odd
    let halfSquare = 0.5 * f * f
    return k * ln2High - ((halfSquare - (s * (halfSquare + series) + k * ln2Low)) - f)
  }

  /// eˣ; 0 on underflow, +∞ on overflow.
  @inlinable
  public static func exp(_ x: Double) -> Double {
    guard x < 709.782712893384 else { return x.isNaN ? x : .infinity }
    guard x > -745.1332191019411 else { return 0 }
    let k = (x * 1.44269504088896338700).rounded()
    let high = x - k * ln2High
    let low = k * ln2Low
    let r = high - low
    let t = r * r
    let c =
      r
      - t
      * (1.66666666666666019037e-01
        + t
        * (-2.77777777770155933842e-03
          + t
          * (6.61375632143793436117e-05
            + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))))
    let y = 1 - ((low - (r * c) / (2 - c)) - high)
    let power = Int(k)
    // Two steps where 2^k itself would leave the range of doubles.
    if power < -1021 {
      return y * scale(power + 1000) * scale(-1000)
    }
    if power > 1023 { return y * 2 * scale(power - 1) }
    return y * scale(power)
  }

  /// 1 / (1 + e⁻ˣ) without overflow on either side.
  @inlinable
  public static func logistic(_ x: Double) -> Double {
    if x >= 0 { return 1 / (1 + exp(-x)) }
    let e = exp(x)
    return e / (1 + e)
  }

  @inlinable @inline(__always)
  static func scale(_ power: Int) -> Double {
    Double(sign: .plus, exponentBitPattern: UInt(power + 1023), significandBitPattern: 0)
  }
}
