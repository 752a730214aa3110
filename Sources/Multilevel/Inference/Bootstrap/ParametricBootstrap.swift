public import LinearAlgebra
public import Probability

/// The parametric bootstrap of a linear mixed model: new responses from the fitted model, refits, and the spread
/// of what the refits estimate.
///
/// Responses are drawn as the sums that a refit reads, by their exact law, so a replicate costs what the
/// groups cost: nothing depends on the number of rows. Replicate r reads its own random stream, so results
/// have the same bits on any number of threads, and more replicates only add to fewer.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | replicates | 1000 | from 20 | how many responses are drawn |
/// | seed | | | of this bootstrap alone |
///
/// Davison & Hinkley (1997), *Bootstrap Methods and their Application*, doi:10.1017/CBO9780511802843.
public struct ParametricBootstrap: Sendable, Hashable {
  public let replicates: Int
  public let seed: Seed

  public init(replicates: Int = 1_000, seed: Seed) {
    precondition(replicates >= 20, "\(replicates) replicates show no spread")
    self.replicates = replicates
    self.seed = seed
  }

  /// An effect whose size is to be bootstrapped too.
  public struct Effect: Sendable, Hashable {
    public let name: String
    /// A weight for each coefficient.
    public let contrast: [Double]
    public let scale: EffectScale
    /// The small-sample factor of the effect's own test, kept in every replicate.
    public let correction: Double
    /// Whether its unit is of this model's variances, and not of those of the one without covariates.
    public let isConditional: Bool

    public init(
      name: String, contrast: [Double], scale: EffectScale, correction: Double,
      isConditional: Bool = false
    ) {
      self.name = name
      self.contrast = contrast
      self.scale = scale
      self.correction = correction
      self.isConditional = isConditional
    }
  }
}

/// What a bootstrap found.
public struct BootstrapResult: Sendable {
  public let parameters: [FitParameter]
  /// Of the fit itself; NaN for a correlation with an effect that does not vary.
  public let estimates: [Double]
  /// Replicates × parameters, only replicates that converged, in their order.
  public let draws: Matrix
  /// Replicates whose refit found no optimum.
  public let failures: Int
  /// Replicates with a variance of zero or a correlation of ±1.
  public let singular: Int

  /// Standard deviations of the draws; NaN where a draw is.
  public var standardDeviations: [Double] {
    (0..<draws.columns).map { j in
      let values = draws.column(j)
      let mean = values.reduce(0, +) / Double(values.count)
      let sum = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (sum / Double(values.count - 1)).squareRoot()
    }
  }
}

extension LinearMixedModelFit {
  /// Refits this model, and the one without covariates, to responses drawn from this fit; and the latter to
  /// responses of its own, for the shares of variance without covariates.
  ///
  /// - Parameters:
  ///   - unconditional: the fit of ``Designs/ModelFrame/unconditional`` of the same frame; without it there is
  ///     no intraclass share, and effects are in units of this model's variances.
  ///   - effects: effects whose sizes are refitted too.
  /// - Throws: ``EstimationError/noReplicate(_:)`` where hardly any refit converges.
  /// - Complexity: one pass over the rows; then per replicate O(cells · columns) and a few evaluations.
  public func bootstrap(
    _ settings: ParametricBootstrap, unconditional: LinearMixedModelFit? = nil,
    effects: [ParametricBootstrap.Effect] = [], threads: Int = 1
  ) throws(EstimationError) -> BootstrapResult {
    try requirePlainRows(for: "bootstrap intervals")
    BLAS.useOneThread()
    let fits = [self] + (unconditional.map { [$0] } ?? [])
    let sources = fits.map { ResponseLaw.Source($0.problem, in: problem) }
    let law = try ResponseLaw(
      try point(sources[0]), host: problem, frame: (unconditional ?? self).frame, targets: sources)
    // Shares without covariates are of a model of their own: its responses are drawn from it, not from this fit,
    // which need not imply the same shares.
    let bare = try unconditional.map { null throws(EstimationError) -> ResponseLaw in
      let source = ResponseLaw.Source(null.problem, in: null.problem)
      return try ResponseLaw(
        try null.point(source), host: null.problem, frame: null.frame, targets: [source])
    }
    let maps = fits.map(ParameterMap.init)
    let refits = fits.map(Refit.init)
    let block = 20
    let parts = replicate((settings.replicates + block - 1) / block, threads: threads) { part in
      var works = fits.map { Workspace($0.problem.plan, order: $0.problem.order) }
      func refit(
        _ target: Int, to problem: Problem
      ) -> (estimates: ParameterMap.Estimates, isSingular: Bool)? {
        refits[target].run(problem, &works[target]).map {
          (maps[target].estimates($0.theta, $0.value), $0.isSingular)
        }
      }
      return (part * block..<min(settings.replicates, (part + 1) * block)).map { number -> Draw? in
        let draw = law.draw(number, settings.seed["model"])
        guard let own = refit(0, to: law.problem(0, draw)) else { return nil }
        guard let bare else {
          return Draw(
            values: Self.values(own.estimates, unit: own.estimates, shares: nil, effects),
            isSingular: own.isSingular)
        }
        let alone = bare.draw(number, settings.seed["unconditional"])
        guard let unit = refit(1, to: law.problem(1, draw)),
          let null = refit(1, to: bare.problem(0, alone))
        else { return nil }
        return Draw(
          values: Self.values(
            own.estimates, unit: unit.estimates, shares: null.estimates, effects),
          isSingular: own.isSingular)
      }
    }.flatMap { $0 }
    let drawn = parts.compactMap { $0 }
    guard drawn.count >= max(20, settings.replicates / 2) else {
      throw .noReplicate(failures: settings.replicates - drawn.count, of: settings.replicates)
    }
    let own = zip(maps, fits).map { map, fit in map.estimates(fit) }
    let null = own.count > 1 ? own[1] : nil
    let values = Self.values(own[0], unit: null ?? own[0], shares: null, effects)
    var draws = Matrix(rows: drawn.count, columns: values.count)
    for (i, draw) in drawn.enumerated() {
      for j in values.indices { draws[i, j] = draw.values[j] }
    }
    return BootstrapResult(
      parameters: parameters(null: unconditional, effects), estimates: values, draws: draws,
      failures: settings.replicates - drawn.count, singular: drawn.filter(\.isSingular).count)
  }

  private struct Draw: Sendable {
    let values: [Double]
    let isSingular: Bool
  }

  private static func values(
    _ own: ParameterMap.Estimates, unit: ParameterMap.Estimates,
    shares: ParameterMap.Estimates?, _ effects: [ParametricBootstrap.Effect]
  ) -> [Double] {
    var result = own.coefficients
    for (deviations, correlations) in zip(own.deviations, own.correlations) {
      result += deviations + correlations
    }
    result.append(own.sigma)
    result += own.shares
    if let shares { result += shares.shares }
    return result
      + effects.map { effect in
        let unit = effect.isConditional ? own : unit
        let deviation =
          effect.scale.isTotal ? unit.totalVariance.squareRoot() : unit.sigma
        return effect.correction * dot(effect.contrast, own.coefficients) / deviation
      }
  }

  private func parameters(
    null: LinearMixedModelFit?, _ effects: [ParametricBootstrap.Effect]
  ) -> [FitParameter] {
    var result = coefficientNames.map { FitParameter(.coefficient, term: $0) }
    for term in terms { result += term.parameters }
    result.append(FitParameter(.sigma, group: "Residual"))
    func shares(_ kind: FitParameter.Kind, _ fit: LinearMixedModelFit) -> [FitParameter] {
      (fit.factors.map(\.name) + ["Residual"]).map { FitParameter(kind, group: $0) }
    }
    result += shares(.varianceShare, self)
    if let null { result += shares(.intraclass, null) }
    return result + effects.map { FitParameter(.effect, term: $0.name) }
  }
}

extension LinearMixedModelFit.TermFit {
  /// Its standard deviations, then its correlations.
  var parameters: [FitParameter] {
    var result = columns.map { FitParameter(.deviation, group: group, term: $0) }
    for i in columns.indices {
      for j in 0..<i {
        result.append(
          FitParameter(.correlation, group: group, term: columns[j], other: columns[i]))
      }
    }
    return result
  }
}

extension ParameterMap {
  /// Of the fit that the map was made for.
  func estimates(_ fit: LinearMixedModelFit) -> Estimates {
    Estimates(
      coefficients: fit.coefficients, sigma: fit.sigma,
      deviations: fit.terms.map(\.standardDeviations),
      correlations: fit.terms.map { term in
        term.columns.indices.flatMap { i in (0..<i).map { term.correlation(i, $0) ?? .nan } }
      },
      between: fit.factors.map { factor in
        fit.terms.filter { $0.group == factor.name }.reduce(0) { $0 + $1.varianceAtMeans }
      })
  }
}

extension ResponseLaw.Source {
  /// A problem whose groups are among the host's.
  init(_ problem: Problem, in host: Problem, columns: [Int]? = nil) {
    self.init(
      problem: problem, columns: columns,
      factors: problem.structure.factors.map { factor in
        host.structure.factors.firstIndex { $0.codes == factor.codes } ?? 0
      })
  }
}
