#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The noncentral t distribution: of (Z + δ) / √(V / ν), the statistic of a t test where the null hypothesis
/// does not hold.
///
/// Lenth's series of incomplete beta functions, with the terms summed from the largest Poisson weight
/// outwards so that a large δ does not underflow. Lenth (1989), algorithm AS 243, doi:10.2307/2347693;
/// Benton & Krishnamoorthy (2003), doi:10.1016/S0167-9473(02)00283-9, for the order of summation.
public struct NoncentralT: Sendable, Hashable {
  public let degreesOfFreedom: Double
  /// δ.
  public let noncentrality: Double

  public init(degreesOfFreedom: Double, noncentrality: Double) {
    precondition(degreesOfFreedom > 0, "\(degreesOfFreedom) degrees of freedom")
    precondition(noncentrality.isFinite, "a noncentrality of \(noncentrality)")
    self.degreesOfFreedom = degreesOfFreedom
    self.noncentrality = noncentrality
  }

  /// P(T ≤ x), absolute error below 10⁻¹² for |δ| up to 37.
  public func cumulative(_ x: Double) -> Double {
    guard degreesOfFreedom.isFinite else { return Normal().cumulative(x - noncentrality) }
    if x < 0 { return 1 - cumulative(-x, noncentrality: -noncentrality) }
    return cumulative(x, noncentrality: noncentrality)
  }

  /// For x ≥ 0: Φ(−δ) + ½ Σ [p_j I_y(j + ½, ν/2) + q_j I_y(j + 1, ν/2)] with y = x²/(x² + ν).
  private func cumulative(_ x: Double, noncentrality delta: Double) -> Double {
    let base = Normal().cumulative(-delta)
    guard x > 0 else { return base }
    let v = degreesOfFreedom
    let y = x * x / (x * x + v)
    let complement = v / (x * x + v)
    let half = delta * delta / 2
    // p_j = e^(−δ²/2)(δ²/2)^j / j!, q_j = δ e^(−δ²/2)(δ²/2)^j / (√2 Γ(j + 3/2)).
    func weights(_ j: Int) -> (p: Double, q: Double) {
      let k = Double(j)
      guard half > 0 else { return (j == 0 ? 1 : 0, 0) }
      let shared = -half + k * log(half)
      return (
        exp(shared - logGamma(k + 1)),
        delta / 1.4142135623730951 * exp(shared - logGamma(k + 1.5))
      )
    }
    func term(_ j: Int) -> Double {
      let (p, q) = weights(j)
      let k = Double(j)
      return p * regularizedIncompleteBeta(y, complement: complement, k + 0.5, v / 2)
        + q * regularizedIncompleteBeta(y, complement: complement, k + 1, v / 2)
    }
    let centre = Int(half)
    var sum = 0.0
    for j in centre..<centre + 2_000 {
      let (p, q) = weights(j)
      sum += term(j)
      if j > centre, p + abs(q) < 1e-17 { break }
    }
    for j in (0..<centre).reversed() {
      let (p, q) = weights(j)
      sum += term(j)
      if p + abs(q) < 1e-17 { break }
    }
    return min(1, max(0, base + 0.5 * sum))
  }
}
