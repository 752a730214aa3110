public import Designs
internal import LinearAlgebra
internal import Probability
internal import Tables

extension GeneralisedMixedFit {
  /// Tests this model against a smaller one on the same rows, which may have no random term.
  ///
  /// Columns and terms of the smaller model must be among this one's by name. Where the size of a negative binomial
  /// response was estimated it is estimated for the smaller model too, and there is no bootstrap.
  ///
  /// - Parameter bootstrap: where given, responses are drawn from the smaller model and both are refitted; the
  ///   p-value is (1 + those as large) / (1 + replicates) and needs no theory of edges.
  /// - Throws: ``ComparisonError``
  public func comparison(
    to smaller: ModelFrame, bootstrap: ParametricBootstrap? = nil, threads: Int = 1
  ) throws(ComparisonError) -> ModelComparison {
    let frame = source.frame
    guard smaller.rowCount == frame.rowCount, smaller.selection == frame.selection,
      smaller.columns[smaller.response].name == frame.columns[frame.response].name,
      (smaller.offset == nil) == (frame.offset == nil),
      (smaller.weights == nil) == (frame.weights == nil)
    else { throw .differentRows(larger: frame.rowCount, smaller: smaller.rowCount) }
    if let column = smaller.fixedNames.first(where: { !frame.fixedNames.contains($0) }) {
      throw .fixedNotNested(column: column)
    }
    let random = try RandomDifference(larger: frame, smaller: smaller)
    let mixture = random.mixture(adding: frame.fixed.count - smaller.fixed.count)
    guard let degrees = mixture.last?.degreesOfFreedom, degrees > 0 else { throw .sameModel }
    var doubts = random.doubts
    let statistic: Double
    var bootstrapped: Double?
    if hasEstimatedSize {
      statistic = try sizedFall(to: smaller)
      if bootstrap != nil {
        doubts.append(
          Diagnostic(
            .note, code: "no-bootstrap",
            "The size of a negative binomial response is estimated, so the comparison has no bootstrap."
          ))
      }
    } else {
      guard let null = NestedPoint(smaller, in: self) else {
        throw .generalised(.noConvergence(decrement: .infinity, evaluations: 0))
      }
      statistic = max(0, null.value - deviance)
      if let bootstrap {
        let (p, failures) = try bootstrapPValue(statistic, null, bootstrap, threads: threads)
        bootstrapped = p
        if failures > 0 { doubts.append(bootstrap.diagnostic(failures: failures)) }
      }
    }
    return ModelComparison(
      statistic: statistic, degreesOfFreedom: degrees, mixture: mixture,
      pValue: mixture.upperTail(statistic), bootstrapPValue: bootstrapped, diagnostics: doubts)
  }

  /// Whether the size of a negative binomial response is among the parameters.
  var hasEstimatedSize: Bool { parameterCount > source.point.count }

  private func sizedFall(to smaller: ModelFrame) throws(ComparisonError) -> Double {
    do throws(GeneralisedModelError) {
      let null = try GeneralisedMixedModel(
        .negativeBinomial(size: nil), quadraturePoints: model.quadraturePoints
      ).fit(smaller)
      return max(0, null.deviance - deviance)
    } catch { throw .generalised(error) }
  }

  private func bootstrapPValue(
    _ statistic: Double, _ null: NestedPoint, _ settings: ParametricBootstrap, threads: Int
  ) throws(ComparisonError) -> (p: Double, failures: Int) {
    let refit = GeneralisedRefit(self)
    let block = 10
    let drawn = replicate((settings.replicates + block - 1) / block, threads: threads) { part in
      (part * block..<min(settings.replicates, (part + 1) * block)).map {
        refit.fall($0, settings.seed, null: null)
      }
    }.flatMap { $0 }.compactMap { $0 }
    let failures = settings.replicates - drawn.count
    guard drawn.count >= settings.replicates / 2 else {
      throw .generalised(.noReplicate(failures: failures, of: settings.replicates))
    }
    // Statistics of zero are ties, whatever their rounding.
    let asLarge = drawn.filter { $0 >= statistic - 1e-6 }.count
    return (Double(1 + asLarge) / Double(1 + drawn.count), failures)
  }
}

extension ParametricBootstrap {
  /// What a reader must know of refits without an optimum.
  func diagnostic(failures: Int) -> Diagnostic {
    Diagnostic(
      failures * 100 > replicates ? .warning : .note, code: "bootstrap-failures",
      "\(failures) of \(replicates) bootstrap refits found no optimum and are left out.")
  }
}

extension RandomDifference {
  /// Where the mixture is not exact.
  var doubts: [Diagnostic] {
    var doubts: [Diagnostic] = []
    if isConservative {
      doubts.append(
        Diagnostic(
          .note, code: "conservative-mixture",
          "Two or more correlated effects are tested at once, for which no mixture is known: the p-value of "
            + "the comparison is of all degrees of freedom and too large; a bootstrap gives it exactly."
        ))
    }
    if edges > 1 {
      doubts.append(
        Diagnostic(
          .note, code: "binomial-mixture",
          "\(edges) variances are tested at once: the mixture takes their estimates as independent; "
            + "a bootstrap does not."))
    }
    return doubts
  }
}

extension [ModelComparison.Component] {
  /// The chance of a statistic as large.
  func upperTail(_ statistic: Double) -> Double {
    reduce(0) { sum, component in
      let tail =
        component.degreesOfFreedom == 0
        ? (statistic > 0 ? 0 : 1)
        : ChiSquared(degreesOfFreedom: Double(component.degreesOfFreedom)).upperTail(statistic)
      return sum + component.weight * tail
    }
  }
}
