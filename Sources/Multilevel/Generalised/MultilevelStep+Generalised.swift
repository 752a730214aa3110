public import Designs
public import Tables

extension MultilevelStep {
  /// What a run of a step with a `family` leaves.
  public struct GeneralisedResult: Sendable {
    public let fit: GeneralisedMixedFit
    /// The model without covariates; `nil` where it cannot be estimated.
    public let unconditional: GeneralisedMixedFit?
    public let tests: [CoefficientTest]
    /// ``GeneralisedMixedFit/tables(unconditional:)``
    public let tables: [TidyTable]
    public let diagnostics: [Diagnostic]
  }

  /// Fits the step's generalised model, and the one without covariates beside it.
  ///
  /// - Parameter settings: the step's own ``generalised``.
  public func run(
    _ frame: ModelFrame, _ settings: GeneralisedSettings
  ) throws(GeneralisedModelError) -> GeneralisedResult {
    let fit = try settings.model.fit(frame)
    let unconditional = try? settings.model.fit(frame.unconditional)
    var diagnostics = fit.diagnostics
    if unconditional == nil {
      diagnostics.append(
        Diagnostic(
          .warning, code: "no-unconditional-model",
          "The model without covariates could not be estimated: variance shares are of the full model "
            + "alone."))
    }
    return GeneralisedResult(
      fit: fit, unconditional: unconditional, tests: fit.tests(),
      tables: fit.tables(unconditional: unconditional), diagnostics: diagnostics)
  }
}
