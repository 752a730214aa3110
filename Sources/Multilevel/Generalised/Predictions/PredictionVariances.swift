public import LinearAlgebra

extension GeneralisedMixedFit {
  /// Variances of the prediction errors of the modes, with the uncertainty of θ and the coefficients: one
  /// matrix a random term, levels × columns, in the order of ``modes``.
  public var predictionVariances: [Matrix] { predictionVariances(RandomEffectSpread(self)) }

  func predictionVariances(_ spread: RandomEffectSpread) -> [Matrix] {
    modes.enumerated().map { position, term in
      let (factor, share) = source.terms.place(position)
      let width = source.terms.factors[factor].columns
      var result = term.variances
      for level in term.levels.indices {
        for c in term.columns.indices {
          result[level, c] += spread.added[factor][level * width + share.start + c]
        }
      }
      return result
    }
  }
}

extension RandomEffectSpread {
  init(_ fit: GeneralisedMixedFit) {
    let source = fit.source
    var covariance = source.covariance
    // A variance at zero stays there.
    for k in source.terms.diagonal where source.point[k] == 0 {
      for j in source.point.indices {
        covariance[k, j] = 0
        covariance[j, k] = 0
      }
    }
    self.init(source.deviance, at: source.point, covariance: covariance)
  }
}
