internal import Probability
public import StudyFiles
internal import Tables

/// What a step is asked about its fitted model beyond the estimates.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | schoolEffects | none | grouping factors | whose groups' effects are given with intervals and ranks |
/// | explained | false | | shares of variance explained |
/// | influence | none | a grouping factor | whose groups are left out one at a time |
/// | residuals | false | | checks of residuals and group effects |
public struct PostEstimation: Sendable {
  public let schoolEffects: [LocatedText]
  public let explained: Bool
  public let influence: LocatedText?
  public let residuals: Bool

  public init(
    schoolEffects: [LocatedText] = [], explained: Bool = false, influence: LocatedText? = nil,
    residuals: Bool = false
  ) {
    self.schoolEffects = schoolEffects
    self.explained = explained
    self.influence = influence
    self.residuals = residuals
  }

  /// Whether anything is asked for.
  public var isEmpty: Bool { askedKeys.isEmpty }

  /// The keys of what is asked for, as a study writes them.
  public var askedKeys: [String] {
    (schoolEffects.isEmpty ? [] : ["school_effects"]) + (explained ? ["explained"] : [])
      + (influence == nil ? [] : ["influence"]) + (residuals ? ["residuals"] : [])
  }

  /// - Parameters:
  ///   - unconditional: the model without covariates, where it could be estimated.
  ///   - effect: the effect whose dependence on single groups matters most.
  ///   - seed: of the draws behind ranks.
  func run(
    _ fit: LinearMixedModelFit, unconditional: LinearMixedModelFit?, effect: InfluenceTarget?,
    seed: Seed, threads: Int
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
      try fit.requirePlainRows(for: "shares of variance explained")
      let all = fit.explainedVariance(unconditional: unconditional)
      tables.append(TidyTable("explained", all.map(ExplainedRow.init)))
      diagnostics += ExplainedVariance.doubts(all)
    }
    if let influence {
      let analysis = try fit.influence(of: influence.text, on: effect, threads: threads)
      tables.append(TidyTable("influence", InfluenceRow.rows(analysis, fit, effect)))
      diagnostics += analysis.diagnostics
    }
    if residuals {
      let checks = try fit.residualChecks()
      tables.append(TidyTable("residuals", checks.rows))
      diagnostics += checks.diagnostics
    }
    return (tables, diagnostics)
  }
}
