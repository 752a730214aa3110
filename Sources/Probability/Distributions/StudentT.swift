#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Student's t distribution. Degrees of freedom need not be whole; +∞ gives the normal distribution.
public struct StudentT: Sendable, Hashable {
  public let degreesOfFreedom: Double

  public init(degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0, "\(degreesOfFreedom) degrees of freedom")
    self.degreesOfFreedom = degreesOfFreedom
  }

  public func density(_ x: Double) -> Double {
    let v = degreesOfFreedom
    guard v.isFinite else { return Normal().density(x) }
    let constant = logGamma((v + 1) / 2) - logGamma(v / 2) - 0.5 * log(v * Double.pi)
    return exp(constant - (v + 1) / 2 * log1p(x * x / v))
  }

  /// P(T ≤ x).
  public func cumulative(_ x: Double) -> Double {
    x < 0 ? upperTail(-x) : 1 - upperTail(x)
  }

  /// P(|T| ≥ |x|), accurate far into the tails: the two-sided p-value of a statistic.
  public func twoSidedTail(_ x: Double) -> Double { min(1, 2 * upperTail(abs(x))) }

  /// The x with P(T ≤ x) = p, by safeguarded Newton steps on the tail probability.
  public func quantile(_ p: Double) -> Double {
    guard p > 0, p < 1 else { return p == 0 ? -.infinity : p == 1 ? .infinity : .nan }
    guard p != 0.5 else { return 0 }
    guard degreesOfFreedom.isFinite else { return Normal.standardQuantile(p) }
    let tail = min(p, 1 - p)
    var low = 0.0
    var high = 1.0
    while upperTail(high) > tail { (low, high) = (high, high * 2) }
    var x = min(max(-Normal.standardQuantile(tail), low), high)
    for _ in 0..<200 {
      let excess = upperTail(x) - tail
      if excess > 0 { low = x } else { high = x }
      var next = x + excess / density(x)
      if !(next > low && next < high) { next = 0.5 * (low + high) }
      let settled = abs(next - x) <= 1e-15 * abs(next)
      x = next
      if settled { break }
    }
    return p < 0.5 ? -x : x
  }

  private func upperTail(_ x: Double) -> Double {
    guard degreesOfFreedom.isFinite else { return 0.5 * erfc(x / 1.4142135623730951) }
    let v = degreesOfFreedom
    return 0.5
      * regularizedIncompleteBeta(
        v / (v + x * x), complement: x * x / (v + x * x), v / 2, 0.5)
  }
}
