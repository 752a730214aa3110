internal import LinearAlgebra

/// The share of the variance on the scale of the linear predictor that the model explains.
///
/// R²m = σ²_f / (σ²_f + σ²_l + σ²_d) and R²c = (σ²_f + σ²_l) / (σ²_f + σ²_l + σ²_d), with σ²_f the variance
/// of Xβ over the rows, σ²_l the mean of zᵀΣz over all terms (Johnson 2014, doi:10.1111/2041-210X.12225) and
/// σ²_d what the distribution has on this scale (Nakagawa, Johnson & Schielzeth 2017,
/// doi:10.1098/rsif.2017.0213).
public struct ExplainedShare: Sendable, Hashable {
  public enum Variant: String, Sendable, Hashable, CaseIterable {
    /// The variance of the latent error: π²/3, 1 or π²/6; for counts log(1 + 1/μ + 1/φ).
    case latent
    /// The distribution's variance over the squared slope of the mean, at the mean outcome: for the logit
    /// 1/(μ(1 − μ)), for counts 1/μ + 1/φ. A cumulative model has none.
    case delta
  }

  public let variant: Variant
  public let fixedVariance: Double
  public let randomVariance: Double
  public let distributionVariance: Double

  public var marginal: Double {
    fixedVariance / (fixedVariance + randomVariance + distributionVariance)
  }
  public var conditional: Double {
    (fixedVariance + randomVariance) / (fixedVariance + randomVariance + distributionVariance)
  }
}

extension GeneralisedMixedFit {
  /// Nakagawa and Schielzeth's R², marginal and conditional. Rows count with their trials.
  ///
  /// - Throws: ``GeneralisedModelError`` where a column of the frame can be read no more.
  public func explainedShares() throws(GeneralisedModelError) -> [ExplainedShare] {
    let rows = try PredictionRows(source.frame, terms: source.terms, weights: source.trials)
    let eta = fixedPredictor(rows)
    let total = rows.weights.reduce(0, +)
    // The fixed part without the offset, which no covariate explains.
    var (mean, square) = (0.0, 0.0)
    for row in 0..<rows.count { mean += rows.weights[row] * (eta[row] - rows.offset[row]) }
    mean /= total
    for row in 0..<rows.count {
      let value = eta[row] - rows.offset[row] - mean
      square += rows.weights[row] * value * value
    }
    let fixed = square / (total - 1)
    var random = 0.0
    let k = source.terms.columns.count
    for row in 0..<rows.count {
      var own = 0.0
      for (term, variance) in variances.enumerated() {
        let (factor, share) = source.terms.place(term)
        let first = row * k + source.terms.factors[factor].firstColumn + share.start
        for i in 0..<share.columns {
          for j in 0..<share.columns {
            own += rows.random[first + i] * rows.random[first + j] * variance.covariance[i, j]
          }
        }
      }
      random += rows.weights[row] * own
    }
    random /= total
    return ExplainedShare.Variant.allCases.compactMap { variant in
      let distribution = variant == .latent ? latentVariance : deltaVariance
      return distribution.map {
        ExplainedShare(
          variant: variant, fixedVariance: fixed, randomVariance: random,
          distributionVariance: $0)
      }
    }
  }

  private var latentVariance: Double? { partition.first?.distributionVariance }

  private var deltaVariance: Double? {
    let mean = source.meanOutcome
    switch model.family {
    case .cumulative: return nil
    case .binomial(let link):
      let kernel = ResponseCurve(model.family)
      let slope = kernel.at(link.quantile(mean)).slope
      return mean * (1 - mean) / (slope * slope)
    case .poisson: return 1 / mean
    case .negativeBinomial(let size): return 1 / mean + (size.map { 1 / $0 } ?? 0)
    }
  }
}
