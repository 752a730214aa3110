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

    public init(name: String, contrast: [Double], scale: EffectScale, correction: Double) {
      self.name = name
      self.contrast = contrast
      self.scale = scale
      self.correction = correction
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
  /// Refits this model, and the one without covariates, to responses drawn from this fit.
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
    BLAS.useOneThread()
    let fits = [self] + (unconditional.map { [$0] } ?? [])
    let sources = fits.map { ResponseLaw.Source($0.problem, in: problem) }
    let law = try ResponseLaw(
      point(sources[0]), host: problem, frame: (unconditional ?? self).frame, targets: sources)
    let maps = fits.map(ParameterMap.init)
    let refits = fits.map(Refit.init)
    let block = 20
    let parts = replicate((settings.replicates + block - 1) / block, threads: threads) { part in
      var works = fits.map { Workspace($0.problem.plan, order: $0.problem.order) }
      return (part * block..<min(settings.replicates, (part + 1) * block)).map { number -> Draw? in
        let draw = law.draw(number, settings.seed)
        var estimates: [ParameterMap.Estimates] = []
        var isSingular = false
        for target in fits.indices {
          guard let optimum = refits[target].run(law.problem(target, draw), &works[target]) else {
            return nil
          }
          if target == 0 { isSingular = optimum.isSingular }
          estimates.append(maps[target].estimates(optimum.theta, optimum.value))
        }
        return Draw(
          values: Self.values(
            estimates[0], null: estimates.count > 1 ? estimates[1] : nil, effects),
          isSingular: isSingular)
      }
    }.flatMap { $0 }
    let drawn = parts.compactMap { $0 }
    guard drawn.count >= max(20, settings.replicates / 2) else {
      throw .noReplicate(failures: settings.replicates - drawn.count, of: settings.replicates)
    }
    let own = zip(maps, fits).map { map, fit in map.estimates(fit) }
    let values = Self.values(own[0], null: own.count > 1 ? own[1] : nil, effects)
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
    _ own: ParameterMap.Estimates, null: ParameterMap.Estimates?,
    _ effects: [ParametricBootstrap.Effect]
  ) -> [Double] {
    var result = own.coefficients
    for (deviations, correlations) in zip(own.deviations, own.correlations) {
      result += deviations + correlations
    }
    result.append(own.sigma)
    result += own.shares
    if let null { result += null.shares }
    let reference = null ?? own
    return result
      + effects.map { effect in
        let unit =
          effect.scale == .totalSD ? reference.totalVariance.squareRoot() : reference.sigma
        return effect.correction * dot(effect.contrast, own.coefficients) / unit
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
