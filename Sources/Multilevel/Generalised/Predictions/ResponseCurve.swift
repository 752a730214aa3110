#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A probability or a mean as a function of the linear predictor, by itself and averaged over random effects.
struct ResponseCurve: Sendable {
  enum Shape: Sendable {
    case logit, probit, complementaryLogLog
    /// exp(−exp(−η)): P(Y > k) of a cumulative model with complementary log-log link.
    case logLog
    case exponential
  }

  struct Point {
    var value: Double
    /// Derivatives in η and in the variance of the random part.
    var slope: Double
    var spread: Double
  }

  let shape: Shape
  /// By increasing number of points.
  private let rules: [(nodes: [Double], weights: [Double])]

  /// Standard deviations of the random part up to which 11 and 25 points do; beyond, 61.
  static let reach = [0.5, 1.25]

  init(_ shape: Shape) {
    self.shape = shape
    rules = [11, 25, 61].map { points in
      let rule = GaussHermiteRule(points: points)
      return (
        rule.nodes, zip(rule.nodes, rule.logWeights).map { exp($1 - 0.5 * $0 * $0) }
      )
    }
  }

  init(_ family: ResponseFamily) {
    switch family {
    case .binomial(.logit), .cumulative(.logit): self.init(.logit)
    case .binomial(.probit), .cumulative(.probit): self.init(.probit)
    case .binomial(.cloglog): self.init(.complementaryLogLog)
    case .cumulative(.cloglog): self.init(.logLog)
    case .poisson, .negativeBinomial: self.init(.exponential)
    }
  }

  /// At random effects of zero.
  func at(_ eta: Double) -> Point {
    switch shape {
    case .logit:
      let e = exp(-abs(eta))
      let d = 1 / (1 + e)
      return Point(value: eta >= 0 ? d : e * d, slope: e * d * d, spread: 0)
    case .probit:
      return Point(
        value: 0.5 * erfc(-eta / 1.4142135623730951),
        slope: exp(-0.5 * eta * eta) / 2.5066282746310005, spread: 0)
    case .complementaryLogLog:
      let e = exp(min(eta, 500))
      return Point(value: -expm1(-e), slope: exp(min(eta, 500) - e), spread: 0)
    case .logLog:
      let e = exp(min(-eta, 500))
      return Point(value: exp(-e), slope: exp(min(-eta, 500) - e), spread: 0)
    case .exponential:
      let mean = exp(eta)
      return Point(value: mean, slope: mean, spread: 0)
    }
  }

  /// E over a normal random part of this variance; probit and exponential curves in closed form, the others
  /// by Gauss–Hermite quadrature (the mean's derivative in the variance is half its second one in η).
  func averaged(_ eta: Double, variance: Double) -> Point {
    guard variance > 1e-12 else { return at(eta) }
    switch shape {
    case .probit:
      let scale = 1 / (1 + variance).squareRoot()
      var point = at(eta * scale)
      point.slope *= scale
      point.spread = -0.5 * eta * scale * scale * point.slope
      return point
    case .exponential:
      let mean = exp(eta + 0.5 * variance)
      return Point(value: mean, slope: mean, spread: 0.5 * mean)
    case .logit, .complementaryLogLog, .logLog:
      let deviation = variance.squareRoot()
      let (nodes, weights) = rules[ResponseCurve.reach.count { $0 < deviation }]
      var sum = Point(value: 0, slope: 0, spread: 0)
      for q in nodes.indices {
        let point = at(eta + deviation * nodes[q])
        sum.value += weights[q] * point.value
        sum.slope += weights[q] * point.slope
        sum.spread += weights[q] * nodes[q] * point.slope
      }
      sum.spread /= 2 * deviation
      return sum
    }
  }
}
