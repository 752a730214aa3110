internal import LinearAlgebra

/// A random term's share of the variance on the scale of the linear predictor, at mean covariates.
public struct LatentVarianceShare: Sendable, Hashable {
  public let factor: String
  /// zᵀΣz at the means of the term's columns.
  public let variance: Double
  /// The variance that the distribution itself has on this scale: π²/3, 1 or π²/6 for the binomial
  /// links (Goldstein, Browne & Rasbash 2002, doi:10.1207/S15328031US0104_02), log(1 + 1/μ) and
  /// log(1 + 1/μ + 1/φ) for counts (Nakagawa, Johnson & Schielzeth 2017, doi:10.1098/rsif.2017.0213).
  public let distributionVariance: Double
  /// `variance` over all terms' variances and the distribution's.
  public let share: Double

  static func all(
    _ variances: [GeneralisedVariance], terms: RandomTerms, observations: GeneralisedObservations,
    family: ResponseFamily
  ) -> [LatentVarianceShare] {
    let own = variances.indices.map { term in
      let (factor, share) = terms.place(term)
      let first = terms.factors[factor].firstColumn + share.start
      let z = Array(observations.randomMeans[first..<first + share.columns])
      var sum = 0.0
      for i in z.indices {
        for j in z.indices { sum += z[i] * z[j] * variances[term].covariance[i, j] }
      }
      return sum
    }
    let total = own.reduce(0, +)
    let level: Double
    switch family {
    case .binomial(let link), .cumulative(let link): level = link.latentVariance
    case .poisson, .negativeBinomial:
      var dispersion = 0.0
      if case .negativeBinomial(let size?) = family { dispersion = 1 / size }
      let mean = observations.totals.reduce(0, +) / observations.exposures.reduce(0, +)
      level = logarithm(1 + 1 / mean + dispersion)
    }
    return zip(variances, own).map { variance, value in
      LatentVarianceShare(
        factor: variance.factor, variance: value, distributionVariance: level,
        share: value / (total + level))
    }
  }
}
