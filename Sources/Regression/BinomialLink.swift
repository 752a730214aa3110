internal import Probability

/// How the linear predictor η of a binomial model gives the probability μ.
public enum BinomialLink: String, Sendable, Hashable, CaseIterable {
  /// μ = 1 / (1 + e^−η)
  case logit
  /// μ = Φ(η)
  case probit

  /// μ, 1 − μ, dμ/dη and (d²μ/dη²)/(dμ/dη) at η. The complement is computed on its own, so that neither
  /// end loses its digits.
  func derivatives(_ eta: Double) -> (mean: Double, complement: Double, slope: Double, bend: Double)
  {
    switch self {
    case .logit:
      let mean = PortableMath.logistic(eta)
      let complement = PortableMath.logistic(-eta)
      return (mean, complement, mean * complement, complement - mean)
    case .probit:
      let normal = Normal()
      return (normal.cumulative(eta), normal.cumulative(-eta), normal.density(eta), -eta)
    }
  }

  /// μ at η.
  public func mean(_ eta: Double) -> Double { derivatives(eta).mean }

  /// η at μ.
  func predictor(_ mean: Double) -> Double {
    switch self {
    case .logit: PortableMath.log(mean / (1 - mean))
    case .probit: Normal.standardQuantile(mean)
    }
  }
}
