/// The distribution of a response given its random effects, with its link.
public enum ResponseFamily: Sendable, Hashable {
  /// Successes among trials; one trial a row unless told otherwise.
  case binomial(BinomialLink)
  /// Counts with the log link.
  case poisson
  /// Counts with the log link and variance μ + μ²/φ. The size φ is estimated where it is `nil`.
  case negativeBinomial(size: Double?)
  /// Ordered categories with thresholds τ: P(Y ≤ k) = F(τₖ − η), with F the inverse of the link.
  case cumulative(BinomialLink)

  /// Whether the response is an ordered category.
  public var isOrdered: Bool {
    if case .cumulative = self { true } else { false }
  }

  /// As in a study file.
  public var name: String {
    switch self {
    case .binomial: "binomial"
    case .poisson: "poisson"
    case .negativeBinomial: "negative-binomial"
    case .cumulative: "cumulative"
    }
  }

  /// The name of the link: `logit`, `probit`, `cloglog` or `log`.
  public var linkName: String {
    switch self {
    case .binomial(let link), .cumulative(let link): link.rawValue
    case .poisson, .negativeBinomial: "log"
    }
  }
}

/// How the probability of success follows from the linear predictor η.
public enum BinomialLink: String, Sendable, Hashable, CaseIterable {
  /// 1 / (1 + e^−η)
  case logit
  /// Φ(η)
  case probit
  /// 1 − exp(−e^η)
  case cloglog

  /// The variance of the latent error that the link implies: π²/3, 1, π²/6.
  public var latentVariance: Double {
    switch self {
    case .logit: Double.pi * Double.pi / 3
    case .probit: 1
    case .cloglog: Double.pi * Double.pi / 6
    }
  }
}
