internal import LinearAlgebra
internal import Probability

extension GeneralisedMixedFit {
  /// Refits this model to responses drawn from it, and the one without covariates to responses of its own, for
  /// the shares of variance without covariates.
  ///
  /// Replicate r reads its own random stream, so results have the same bits on any number of threads. The size of
  /// a negative binomial response is held at its estimate. Davison & Hinkley (1997), *Bootstrap Methods and
  /// their Application*, doi:10.1017/CBO9780511802843.
  ///
  /// - Parameter unconditional: the fit without covariates; without it there is no intraclass share.
  /// - Throws: ``GeneralisedModelError/noReplicate(failures:of:)`` where hardly any refit converges.
  /// - Complexity: some five evaluations of the deviance a replicate, each a few passes over the distinct rows.
  public func bootstrap(
    _ settings: ParametricBootstrap, unconditional: GeneralisedMixedFit? = nil, threads: Int = 1
  ) throws(GeneralisedModelError) -> BootstrapResult {
    let own = GeneralisedRefit(self)
    let null = unconditional.map(GeneralisedRefit.init)
    let block = 10
    let parts = replicate((settings.replicates + block - 1) / block, threads: threads) { part in
      (part * block..<min(settings.replicates, (part + 1) * block)).map { number -> Draw? in
        guard let found = own.run(number, settings.seed["model"]) else { return nil }
        var values = found.values + found.shares
        if let null {
          guard let bare = null.run(number, settings.seed["unconditional"]) else { return nil }
          values += bare.shares
        }
        return Draw(values: values, isSingular: found.isSingular)
      }
    }.flatMap { $0 }
    let drawn = parts.compactMap { $0 }
    guard drawn.count >= max(20, settings.replicates / 2) else {
      throw .noReplicate(failures: settings.replicates - drawn.count, of: settings.replicates)
    }
    let found = own.estimates
    let values = found.values + found.shares + (null?.estimates.shares ?? [])
    var draws = Matrix(rows: drawn.count, columns: values.count)
    for (i, draw) in drawn.enumerated() {
      for j in values.indices { draws[i, j] = draw.values[j] }
    }
    return BootstrapResult(
      parameters: GeneralisedRefit.parameters(self) + GeneralisedRefit.shares(self, .varianceShare)
        + (unconditional.map { GeneralisedRefit.shares($0, .intraclass) } ?? []),
      estimates: values, draws: draws, failures: settings.replicates - drawn.count,
      singular: drawn.filter(\.isSingular).count)
  }

  private struct Draw: Sendable {
    let values: [Double]
    let isSingular: Bool
  }
}
