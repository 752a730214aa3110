public import Designs
public import StudyFiles
public import Tables

/// A `multilevel` step of a study: which model, on which rows, and what to say about it.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | data | | a table | whose rows are the model's |
/// | sample | all rows | a `match` step | keep its units and sets |
/// | formula | | | fixed and random part |
/// | criterion | REML | REML, ML | `method` in the file |
/// | degreesOfFreedom | satterthwaite | | `df` in the file |
/// | errors | none | cr1, cr2 | standard errors robust to clusters; the model's where none |
/// | precision | none | a column | weights: residual variance σ² / weight |
/// | structure | none | | residual classes, order in time, design weights |
/// | generalised | none | | family, link and quadrature where the response is not normal |
/// | contrasts | treatment | treatment, sum | by factor |
/// | effect | none | | whose effect size is given |
public struct MultilevelStep: Sendable {
  public let data: LocatedText
  public let sample: LocatedText?
  public let formula: LocatedText
  public let criterion: LikelihoodCriterion
  public let degreesOfFreedom: DegreesOfFreedomMethod
  /// `nil` for the model's own.
  public let errors: ClusterRobustKind?
  public let precision: LocatedText?
  public let contrasts: [(factor: LocatedText, contrast: Contrast)]
  public let effect: EffectRequest?
  /// `nil` where the response is normal given the random effects.
  public let generalised: GeneralisedSettings?
  /// `nil` where rows are independent, alike and unweighted.
  public let structure: RowStructureRequest?

  /// An effect to be given in standard deviations.
  public struct EffectRequest: Sendable, Hashable {
    public let of: LocatedText
    /// Over the sample, where the effect interacts with covariates; otherwise where those are zero.
    public let average: Bool
    public let scale: EffectScale
    /// The table that turns the effect into months of progress, and where the study names it. Whoever asks
    /// vouches that the rows are pupils and the outcome is no progress score.
    public let months: Months?

    public init(
      of: LocatedText, average: Bool = true, scale: EffectScale = .totalSD, months: Months? = nil
    ) {
      self.of = of
      self.average = average
      self.scale = scale
      self.months = months
    }
  }

  /// A table of months where a study names it.
  public struct Months: Sendable, Hashable {
    public let table: MonthsTable
    public let location: SourceLocation
  }

  public init(
    data: LocatedText, sample: LocatedText? = nil, formula: LocatedText,
    criterion: LikelihoodCriterion = .reml,
    degreesOfFreedom: DegreesOfFreedomMethod = .satterthwaite, errors: ClusterRobustKind? = nil,
    precision: LocatedText? = nil,
    contrasts: [(factor: LocatedText, contrast: Contrast)] = [], effect: EffectRequest? = nil,
    generalised: GeneralisedSettings? = nil, structure: RowStructureRequest? = nil
  ) {
    self.data = data
    self.sample = sample
    self.formula = formula
    self.criterion = criterion
    self.degreesOfFreedom = degreesOfFreedom
    self.errors = errors
    self.precision = precision
    self.contrasts = contrasts
    self.effect = effect
    self.generalised = generalised
    self.structure = structure
  }

  /// What a run of the step leaves.
  public struct Result: Sendable {
    public let fit: LinearMixedModelFit
    /// The model without covariates; `nil` where it cannot be estimated.
    public let unconditional: LinearMixedModelFit?
    /// `nil` where the model's own errors were asked for.
    public let robust: ClusterRobust?
    public let tests: [CoefficientTest]
    public let effects: [EffectSize]
    /// `coefficients`, `variances`, `fit`, `random_effects`, `groups`, `effects`, `vpc`, `covariance`, and
    /// `residual` where its covariance has parameters.
    public let tables: [TidyTable]
    public let diagnostics: [Diagnostic]
  }

  /// Reads the formula against the tables of a study.
  ///
  /// - Parameters:
  ///   - rows: the rows of the table that may be used; all where `nil`.
  ///   - lost: rows lost before, and why.
  /// - Throws: an ``Designs/ExpressionError`` with its place within the formula.
  public func frame(
    in tables: DataSet, rows: [Int32]? = nil, lost: [LostRows] = []
  ) throws(ExpressionError) -> ModelFrame {
    var chosen: [String: Contrast] = [:]
    for (factor, contrast) in contrasts { chosen[factor.text] = contrast }
    let formula = try Formula(parsing: formula.text)
    return try formula.frame(
      in: tables, table: data.text,
      options: FrameOptions(
        contrasts: chosen, weights: precision?.text ?? generalised?.frequency?.text, rows: rows,
        lost: lost,
        structure: try structure?.options(
          in: tables, table: data.text, factors: formula.groupNames)))
  }

  /// Fits the model, and the one without covariates beside it.
  ///
  /// - Throws: ``EstimationError/notLinear(family:)`` where the step has a family: such a step is run by
  ///   ``run(_:_:)``.
  public func run(_ frame: ModelFrame, threads: Int = 1) throws(EstimationError) -> Result {
    if let generalised { throw .notLinear(family: generalised.model.family.name) }
    let model = LinearMixedModel(criterion: criterion)
    let fit = try model.fit(frame, threads: threads)
    let unconditional = try? model.fit(frame.unconditional, threads: threads)
    var robust: ClusterRobust?
    if let errors { robust = try fit.clusterRobust(errors, threads: threads) }
    let tests = try fit.tests(degreesOfFreedom, errors: robust)
    let covariance =
      if let robust { robust.covariance } else { try fit.covariance(degreesOfFreedom) }
    var diagnostics = fit.diagnostics
    if let robust { diagnostics += Self.doubts(robust, tests) }
    if unconditional == nil {
      diagnostics.append(
        Diagnostic(
          .warning, code: "no-unconditional-model",
          "The model without covariates could not be estimated: variance shares are of the full model "
            + "and effect sizes use its variances."))
    }
    var effects: [EffectSize] = []
    if let effect {
      let (test, doubts) = try fit.effect(
        of: effect.of.text, averaged: effect.average, degreesOfFreedom, errors: robust)
      diagnostics += doubts
      effects.append(
        fit.effectSize(test, scale: effect.scale, reference: unconditional ?? fit))
    }
    var tables = [
      TidyTable("coefficients", tests.map(CoefficientRow.init)),
      TidyTable("variances", VarianceRow.rows(fit)),
      TidyTable("fit", [FitRow(fit)]),
      TidyTable("random_effects", RandomEffectRow.rows(fit)),
      TidyTable("groups", fit.factors.map { GroupRow(group: $0.name, levels: $0.levels.count) }),
      TidyTable("effects", effects.map { EffectRow($0, months: effect?.months?.table) }),
      TidyTable("vpc", VarianceShareRow.rows(fit, null: unconditional)),
      TidyTable("covariance", CovarianceRow.rows(fit.coefficientNames, covariance)),
    ]
    if let residual = fit.residual {
      tables.append(TidyTable("residual", residual.parameters.map(ResidualRow.init)))
    }
    return Result(
      fit: fit, unconditional: unconditional, robust: robust, tests: tests, effects: effects,
      tables: tables,
      diagnostics: diagnostics)
  }

  /// Pustejovsky & Tipton (2018) find that tests on fewer than four degrees of freedom do not hold their level.
  private static func doubts(_ robust: ClusterRobust, _ tests: [CoefficientTest]) -> [Diagnostic] {
    let few = tests.filter { $0.degreesOfFreedom < 4 }.map { "`\($0.term)`" }
    guard !few.isEmpty else { return [] }
    return [
      Diagnostic(
        .warning, code: "few-degrees-of-freedom",
        "With \(robust.clusterCount) clusters the errors of \(few.joined(separator: ", ")) have fewer "
          + "than 4 degrees of freedom: do not rely on their p-values.")
    ]
  }
}
