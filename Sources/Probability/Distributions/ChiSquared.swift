#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The chi-squared distribution.
public struct ChiSquared: Sendable, Hashable {
  public let degreesOfFreedom: Double

  public init(degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0, "\(degreesOfFreedom) degrees of freedom")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// P(X ≤ x).
  public func cumulative(_ x: Double) -> Double {
    guard x > 0 else { return 0 }
    let (a, y) = (degreesOfFreedom / 2, x / 2)
    return y < a + 1 ? series(a, y) : 1 - fraction(a, y)
  }

  /// P(X ≥ x), accurate far into the tail.
  public func upperTail(_ x: Double) -> Double {
    guard x > 0 else { return 1 }
    let (a, y) = (degreesOfFreedom / 2, x / 2)
    return y < a + 1 ? 1 - series(a, y) : fraction(a, y)
  }

  /// Lower incomplete gamma by its series, NIST DLMF 8.11.4.
  private func series(_ a: Double, _ x: Double) -> Double {
    var term = 1 / a
    var sum = term
    var k = a
    while term > sum * 1e-17 {
      k += 1
      term *= x / k
      sum += term
    }
    return sum * exp(-x + a * log(x) - logGamma(a))
  }

  /// Upper incomplete gamma by its continued fraction, NIST DLMF 8.9.2 (Lentz).
  private func fraction(_ a: Double, _ x: Double) -> Double {
    let tiny = 1e-300
    func away(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var b = x + 1 - a
    var c = 1 / tiny
    var d = 1 / away(b)
    var result = d
    for i in 1...10_000 {
      let step = -Double(i) * (Double(i) - a)
      b += 2
      d = 1 / away(step * d + b)
      c = away(b + step / c)
      let change = c * d
      result *= change
      if abs(change - 1) <= 2.3e-16 { break }
    }
    return exp(-x + a * log(x) - logGamma(a)) * result
  }
}
