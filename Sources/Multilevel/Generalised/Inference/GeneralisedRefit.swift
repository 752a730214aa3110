internal import LinearAlgebra
internal import Probability

/// Refits a generalised model to drawn responses from where the original fit ended.
struct GeneralisedRefit: Sendable {
  private let fit: GeneralisedMixedFit
  private let law: GeneralisedResponseLaw
  private let start: [Double]
  private let metric: Matrix
  private let scales: [Double]
  private let entries: [ThetaEntry]

  /// What a model estimates, in the order of ``parameters``.
  struct Estimates: Sendable {
    /// Coefficients, standard deviations and correlations.
    let values: [Double]
    /// By factor, and what the distribution itself varies.
    let shares: [Double]
    let isSingular: Bool
  }

  init(_ fit: GeneralisedMixedFit) {
    self.fit = fit
    let source = fit.source
    let observations = source.deviance.observations
    law = GeneralisedResponseLaw(
      observations, kernel: source.deviance.kernel, point: source.point)
    entries = source.terms.entries(scales: observations.randomScales)
    scales = entries.map(\.scale)
    var start = source.point
    // At zero the deviance is stationary whatever the data: start about where it has risen by one.
    for k in source.terms.diagonal where abs(start[k]) < 1e-4 * scales[k] {
      let error = source.covariance[k, k].squareRoot()
      start[k] = scales[k] * min(0.5, max(0.05, error / scales[k]))
    }
    self.start = start
    metric = 0.5 * source.covariance
  }

  /// Of the fit itself.
  var estimates: Estimates {
    estimates(of: fit.source.point, observations: fit.source.deviance.observations)
  }

  /// The refit to the responses of replicate `number`; `nil` where no optimum was found.
  func run(_ number: Int, _ seed: Seed) -> Estimates? {
    let drawn = law.draw(number, seed)
    guard let found = minimise(fit.source.deviance.replacing(drawn), from: start) else {
      return nil
    }
    return estimates(of: found.point, observations: drawn)
  }

  /// The fall in deviance from a model with some parameters held at zero to this one, for responses of the
  /// former; `nil` where one of them finds no optimum.
  ///
  /// - Parameter null: the smaller model's parameters, in this one's coordinates.
  func fall(_ number: Int, _ seed: Seed, null: NestedPoint) -> Double? {
    let drawn = null.law.draw(number, seed)
    func deviances(_ deviance: some MarginalDeviance) -> Double? {
      guard let small = null.minimise(deviance, scales: scales) else { return nil }
      // From both where the smaller model ended and where this one did: a variance that the smaller model holds
      // at zero has no slope there.
      guard let large = minimise(deviance, from: start) else { return nil }
      return max(0, small - large.value)
    }
    return deviances(fit.source.deviance.replacing(drawn))
  }

  private func minimise(
    _ deviance: some MarginalDeviance, from start: [Double]
  ) -> (point: [Double], value: Double)? {
    var minimiser = DevianceMinimiser(deviance, at: start, thetaScale: scales)
    guard minimiser.current.value.isFinite else { return nil }
    if !minimiser.descendByNewton(tolerance: 1e-5) {
      minimiser.descend(firstMetric: metric, tolerance: 1e-6)
    }
    minimiser.settleBoundary(
      diagonal: fit.source.terms.diagonal,
      columns: fit.source.terms.diagonal.map { diagonal in
        entries.filter { $0.columnDiagonal == diagonal }.map(\.theta)
      })
    let gradient = minimiser.current.gradient
    let left = dot(gradient, metric * gradient)
    guard minimiser.current.value.isFinite, left < 0.01 else { return nil }
    return (minimiser.point, minimiser.current.value)
  }

  private func estimates(
    of point: [Double], observations: GeneralisedObservations
  ) -> Estimates {
    let terms = fit.source.terms
    var kernel = fit.source.deviance.kernel
    kernel.follow(point[(terms.thetaCount + observations.fixedCount)...])
    let fixed = FixedEstimates(
      point, metric: Matrix(rows: point.count, columns: point.count), observations: observations,
      kernel: kernel)
    let theta = Array(point[..<terms.thetaCount])
    let variances = GeneralisedVariance.all(theta, terms: terms, frame: fit.source.frame)
    var values = fixed.values
    for term in variances {
      values += term.standardDeviations
      for i in term.columns.indices {
        for j in 0..<i { values.append(term.correlation(i, j) ?? .nan) }
      }
    }
    let partition = LatentVarianceShare.all(
      variances, terms: terms, observations: observations, family: fit.model.family)
    return Estimates(
      values: values, shares: fit.shares(of: partition),
      isSingular: terms.diagonal.contains { theta[$0] == 0 })
  }

  /// What ``Estimates/values`` hold.
  static func parameters(_ fit: GeneralisedMixedFit) -> [FitParameter] {
    var result = fit.coefficients.map { FitParameter(.coefficient, term: $0.name) }
    for term in fit.variances {
      result += term.columns.map { FitParameter(.deviation, group: term.factor, term: $0) }
      for i in term.columns.indices {
        for j in 0..<i {
          result.append(
            FitParameter(
              .correlation, group: term.factor, term: term.columns[j], other: term.columns[i]))
        }
      }
    }
    return result
  }

  /// What ``Estimates/shares`` hold.
  static func shares(_ fit: GeneralisedMixedFit, _ kind: FitParameter.Kind) -> [FitParameter] {
    (fit.factorNames + ["Residual"]).map { FitParameter(kind, group: $0) }
  }
}

extension GeneralisedMixedFit {
  /// Each grouping factor once, in the order of the formula.
  var factorNames: [String] {
    var names: [String] = []
    for term in variances where !names.contains(term.factor) { names.append(term.factor) }
    return names
  }

  /// Terms of one factor together, then what the distribution itself varies.
  fileprivate func shares(of partition: [LatentVarianceShare]) -> [Double] {
    let own = factorNames.map { name in
      partition.filter { $0.factor == name }.reduce(0) { $0 + $1.share }
    }
    return own + [1 - own.reduce(0, +)]
  }
}
