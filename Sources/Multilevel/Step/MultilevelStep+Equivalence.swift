extension MultilevelStep.Result {
  /// Whether an effect is shown to be too small to matter.
  ///
  /// - Parameters:
  ///   - test: of a coefficient or a contrast of this model.
  ///   - bound: the largest effect that does not matter; standard deviations are those of the model without
  ///     covariates, all variances together.
  public func equivalence(
    of test: CoefficientTest, within bound: StepInference.EquivalenceBound
  ) -> EquivalenceRow {
    let unit = bound.isInDeviations ? (unconditional ?? fit).totalVariance.squareRoot() : 1
    return EquivalenceRow(
      test: EquivalenceTest(test, within: bound.value * unit),
      bound: "\(bound.value)" + (bound.isInDeviations ? " sd" : ""))
  }

  /// The same of a weighted sum of coefficients.
  ///
  /// - Parameter weights: one a coefficient, not all zero.
  public func equivalence(
    of weights: [Double], named name: String, _ method: DegreesOfFreedomMethod,
    within bound: StepInference.EquivalenceBound
  ) throws(EstimationError) -> EquivalenceRow {
    equivalence(
      of: try fit.test(weights, named: name, method, errors: robust), within: bound)
  }
}
