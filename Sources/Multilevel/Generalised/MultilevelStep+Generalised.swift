public import Designs
public import Probability
internal import StudyFiles
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
  /// - Parameters:
  ///   - settings: the step's own ``generalised``.
  ///   - seed: of the draws behind ranks.
  public func run(
    _ frame: ModelFrame, _ settings: GeneralisedSettings, threads: Int = 1, seed: Seed = Seed(1)
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
    var tables = fit.tables(unconditional: unconditional)
    if !further.schoolEffects.isEmpty {
      let all = try fit.groupEffects(
        of: further.schoolEffects.map(\.text), seed: seed["school_effects"], threads: threads)
      tables.append(
        TidyTable("school_effects", all.flatMap { $0.effects.map(GroupEffectRow.init) }))
      diagnostics += all.flatMap(\.diagnostics)
    }
    return GeneralisedResult(
      fit: fit, unconditional: unconditional, tests: fit.tests(), tables: tables,
      diagnostics: diagnostics)
  }
}
