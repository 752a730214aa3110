internal import Designs
internal import Probability

/// The residual covariance σ²*R*(φ) of a model, as the parts that the inverse of *R* is made of.
///
/// *R*⁻¹ = Σ_k f_k(φ) *B_k* with fixed matrices *B_k*, so every cross-product of the model is the same sum of
/// the parts' cross-products: the rows are read once, and an evaluation costs what it costs without *R*.
///
/// - Classes with residual variances σ²δ_c²: *B_c* picks the rows of class *c*, f_c = exp(−2φ_c) with
///   φ_c = log δ_c, and φ of the first class is 0.
/// - First-order autoregression within units: with ρ = tanh φ and r = ρ^d for rows that follow each other *d*
///   times apart, a unit's inverse is tridiagonal and *GᵀR⁻¹G* = *GᵀG* + Σ_d [*M_d* r/(2(1−r)) −
///   *P_d* r/(2(1+r))], where *M_d* are the products of differences *g_t* − *g_s* of such rows and *P_d*
///   those of sums; log|*R*| = Σ_d n_d log(1 − r²).
///
/// Pinheiro & Bates (2000), *Mixed-Effects Models in S and S-PLUS*, chapter 5.
enum ResidualCovariance: Sendable, Hashable {
  /// Rows of each class.
  case classes(counts: [Int])
  /// The distances that occur, ascending, and how many rows follow another so far apart.
  case serial(gaps: [Int], counts: [Int])

  var parameterCount: Int {
    switch self {
    case .classes(let counts): counts.count - 1
    case .serial: 1
    }
  }

  /// f_k of each part.
  func weights(_ phi: [Double]) -> [Double] {
    switch self {
    case .classes: return [1] + phi.map { PortableMath.exp(-2 * $0) }
    case .serial(let gaps, _):
      return [1]
        + gaps.flatMap { gap -> [Double] in
          let r = Self.power(Self.correlation(phi[0]), gap)
          return [r / (2 * (1 - r)), -r / (2 * (1 + r))]
        }
    }
  }

  /// ∂f_k/∂φ_j of each part, for each parameter.
  func slopes(_ phi: [Double]) -> [[Double]] {
    switch self {
    case .classes:
      return phi.indices.map { j in
        [0] + phi.indices.map { $0 == j ? -2 * PortableMath.exp(-2 * phi[j]) : 0 }
      }
    case .serial(let gaps, _):
      let rho = Self.correlation(phi[0])
      return [
        [0]
          + gaps.flatMap { gap -> [Double] in
            let r = Self.power(rho, gap)
            let slope = Double(gap) * Self.power(rho, gap - 1) * (1 - rho * rho)
            return [slope / (2 * (1 - r) * (1 - r)), -slope / (2 * (1 + r) * (1 + r))]
          }
      ]
    }
  }

  /// log|*R*| and its derivatives.
  func logDeterminant(_ phi: [Double]) -> (value: Double, slopes: [Double]) {
    switch self {
    case .classes(let counts):
      var value = 0.0
      for (k, log) in phi.enumerated() { value += 2 * Double(counts[k + 1]) * log }
      return (value, counts.dropFirst().map { 2 * Double($0) })
    case .serial(let gaps, let counts):
      let rho = Self.correlation(phi[0])
      var (value, slope) = (0.0, 0.0)
      for (gap, count) in zip(gaps, counts) {
        let r = Self.power(rho, gap)
        value += Double(count) * PortableMath.log((1 - r) * (1 + r))
        slope -=
          2 * Double(count * gap) * r * Self.power(rho, gap - 1) * (1 - rho * rho)
          / ((1 - r) * (1 + r))
      }
      return (value, [slope])
    }
  }

  /// The mean of *R*'s diagonal over the rows, and its derivatives.
  func meanVariance(_ phi: [Double]) -> (value: Double, slopes: [Double]) {
    switch self {
    case .classes(let counts):
      let n = Double(counts.reduce(0, +))
      let shares = phi.indices.map {
        Double(counts[$0 + 1]) / n * PortableMath.exp(2 * phi[$0])
      }
      return (Double(counts[0]) / n + shares.reduce(0, +), shares.map { 2 * $0 })
    case .serial: return (1, [0])
    }
  }

  /// tanh φ.
  static func correlation(_ phi: Double) -> Double {
    let e = PortableMath.exp(-2 * abs(phi))
    let value = (1 - e) / (1 + e)
    return phi < 0 ? -value : value
  }

  private static func power(_ x: Double, _ n: Int) -> Double {
    var (result, base, n) = (1.0, x, n)
    while n > 0 {
      if n & 1 == 1 { result *= base }
      base *= base
      n >>= 1
    }
    return result
  }
}
