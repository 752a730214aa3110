public import Designs
public import Probability
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
/// | inference | none | | intervals, hypotheses, comparisons, predictions: ``StepInference`` |
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
  public let inference: StepInference
  /// What is asked about the fitted model.
  public let further: PostEstimation
  /// `nil` where rows are independent, alike and unweighted.
  public let structure: RowStructureRequest?

  /// An effect to be given in standard deviations.
  public struct EffectRequest: Sendable, Hashable {
    public let of: LocatedText
    /// Over the sample, where the effect interacts with covariates; otherwise where those are zero.
    public let average: Bool
    public let scale: EffectScale
    /// Whether the unit is of the model's own variances, and not of those of the one without covariates.
    public let isConditional: Bool
    /// The table that turns the effect into months of progress, and where the study names it. Whoever asks
    /// vouches that the rows are pupils and the outcome is no progress score.
    public let months: Months?

    public init(
      of: LocatedText, average: Bool = true, scale: EffectScale = .totalSD,
      isConditional: Bool = false, months: Months? = nil
    ) {
      self.of = of
      self.average = average
      self.scale = scale
      self.isConditional = isConditional
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
    generalised: GeneralisedSettings? = nil, structure: RowStructureRequest? = nil,
    inference: StepInference = .none, further: PostEstimation = PostEstimation()
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
    self.inference = inference
    self.further = further
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
    /// `residual` where its covariance has parameters, and what ``further`` asks for.
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
    return try Formula(parsing: formula.text).frame(
      in: tables, table: data.text, options: try options(in: tables, rows: rows, lost: lost))
  }

  /// What the step's frames are made with beside their formulas.
  ///
  /// - Parameter other: another formula than the step's, which need not have all factors with contrasts.
  func options(
    in tables: DataSet, rows: [Int32]? = nil, lost: [LostRows] = [], for other: Formula? = nil
  ) throws(ExpressionError) -> FrameOptions {
    let present = other.map {
      Set($0.termLabels.flatMap { $0.split(separator: ":") }.map(String.init))
    }
    var chosen: [String: Contrast] = [:]
    for (factor, contrast) in contrasts where present?.contains(factor.text) ?? true {
      chosen[factor.text] = contrast
    }
    let own: Formula
    if let other { own = other } else { own = try Formula(parsing: formula.text) }
    return FrameOptions(
      contrasts: chosen, weights: precision?.text ?? generalised?.frequency?.text, rows: rows,
      lost: lost, orderedResponse: generalised?.model.family.isOrdered ?? false,
      structure: try structure?.options(in: tables, table: data.text, factors: own.groupNames))
  }

  /// Fits the model, and the one without covariates beside it.
  ///
  /// - Parameter seed: of the draws that ``further`` needs.
  /// - Throws: ``EstimationError/notLinear(family:)`` where the step has a family: such a step is run by
  ///   ``run(_:_:)``.
  public func run(
    _ frame: ModelFrame, threads: Int = 1, seed: Seed = Seed(1)
  ) throws(EstimationError) -> Result {
    if let generalised { throw .notLinear(family: generalised.model.family.name) }
    let model = LinearMixedModel(criterion: criterion)
    let fit = try model.fit(frame, threads: threads)
    return try result(
      fit, try? model.fit(frame.unconditional, threads: threads), threads: threads, seed: seed)
  }

  /// Reads the formula against a streamed table.
  public func frame(
    of stream: any RowStream, threads: Int = 1
  ) throws(RowStreamError) -> StreamedFrame {
    let parsed: Formula
    do throws(ExpressionError) { parsed = try Formula(parsing: formula.text) } catch {
      throw .expression(error)
    }
    var chosen: [String: Contrast] = [:]
    for (factor, contrast) in contrasts { chosen[factor.text] = contrast }
    return try StreamedFrame(
      parsed, of: stream,
      options: FrameOptions(contrasts: chosen, weights: precision?.text), threads: threads)
  }

  /// Fits the model to a streamed table, and the one without covariates beside it.
  public func run(
    _ streamed: StreamedFrame, threads: Int = 1, seed: Seed = Seed(1)
  ) throws(StreamedModelError) -> Result {
    if let generalised {
      throw .estimation(.needsRows("family `\(generalised.model.family.name)`"))
    }
    let (fit, unconditional) = try LinearMixedModel(criterion: criterion).fit(
      streamed, threads: threads)
    do throws(EstimationError) {
      return try result(fit, unconditional, threads: threads, seed: seed)
    } catch { throw .estimation(error) }
  }

  /// What there is to say about a fitted model.
  private func result(
    _ fit: LinearMixedModelFit, _ unconditional: LinearMixedModelFit?, threads: Int, seed: Seed
  ) throws(EstimationError) -> Result {
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
    var target: InfluenceTarget?
    if let effect {
      let (test, contrast, doubts) = try fit.effect(
        of: effect.of.text, averaged: effect.average, degreesOfFreedom, errors: robust)
      diagnostics += doubts
      if test.degreesOfFreedom < 2 {
        diagnostics.append(
          Diagnostic(
            .warning, code: "no-small-sample-factor",
            "The effect of `\(test.term)` has \(test.degreesOfFreedom) degrees of freedom: below two there is no "
              + "small-sample factor, so it is given without one and is too large on average."))
      }
      target = InfluenceTarget(contrast: contrast, test: test)
      if effect.scale == .eefTotal {
        effects = try fit.trialEffects(
          test, of: effect.of.text, unconditional: unconditional,
          conditionalFirst: effect.isConditional)
      } else {
        var size = fit.effectSize(
          test, scale: effect.scale, reference: effect.isConditional ? fit : unconditional ?? fit)
        size.isConditional = effect.isConditional || unconditional == nil
        effects.append(size)
      }
    }
    let more = try further.run(
      fit, unconditional: unconditional, effect: target, seed: seed, threads: threads)
    diagnostics += more.diagnostics
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
      tables.append(TidyTable("residual", residual.parameters.map(ResidualParameterRow.init)))
    }
    return Result(
      fit: fit, unconditional: unconditional, robust: robust, tests: tests, effects: effects,
      tables: tables + more.tables,
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
