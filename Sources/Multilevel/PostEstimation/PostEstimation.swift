internal import Probability
public import StudyFiles
internal import Tables

/// What a step is asked about its fitted model beyond the estimates.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | schoolEffects | none | grouping factors | whose groups' effects are given with intervals and ranks |
/// | explained | false | | shares of variance explained |
public struct PostEstimation: Sendable {
  public let schoolEffects: [LocatedText]
  public let explained: Bool

  public init(schoolEffects: [LocatedText] = [], explained: Bool = false) {
    self.schoolEffects = schoolEffects
    self.explained = explained
  }

  /// Whether anything is asked for.
  public var isEmpty: Bool { schoolEffects.isEmpty && !explained }

  /// - Parameters:
  ///   - unconditional: the model without covariates, where it could be estimated.
  ///   - seed: of the draws behind ranks.
  func run(
    _ fit: LinearMixedModelFit, unconditional: LinearMixedModelFit?, seed: Seed, threads: Int
  ) throws(EstimationError) -> (tables: [TidyTable], diagnostics: [Diagnostic]) {
    var tables: [TidyTable] = []
    var diagnostics: [Diagnostic] = []
    if !schoolEffects.isEmpty {
      let all = try fit.groupEffects(
        of: schoolEffects.map(\.text), seed: seed["school_effects"], threads: threads)
      tables.append(
        TidyTable("school_effects", all.flatMap { $0.effects.map(GroupEffectRow.init) }))
      diagnostics += all.flatMap(\.diagnostics)
    }
    if explained {
      let all = fit.explainedVariance(unconditional: unconditional)
      tables.append(TidyTable("explained", all.map(ExplainedRow.init)))
      diagnostics += ExplainedVariance.doubts(all)
    }
    return (tables, diagnostics)
  }
}
