public import Designs
internal import Multilevel
internal import Networks
public import StudyFiles
internal import Tables

/// A multilevel model as a step of a study.
public struct MultilevelStudyStep: StudyStep {
  public static let name = "multilevel"
  public static let documentation = ChoiceDocumentation(
    summary: "fits a linear or generalised mixed model, on all rows or on those that a match kept",
    formula: "y ~ N(Xβ, σ²(ZΛΛᵀZᵀ + W⁻¹)), by REML or ML from cross-products",
    reference: "Bates, Mächler, Bolker & Walker (2015), Journal of Statistical Software 67(1), "
      + "doi:10.18637/jss.v067.i01")
  public static var keys: [AnyKey] {
    MultilevelStep.keys + [
      AnyKey(imputedKey), AnyKey(lagKey), AnyKey(enrolmentKey), AnyKey(nestingKey),
    ]
  }

  let step: MultilevelStep
  let path: String
  let imputed: LocatedText?
  let timing: Timing

  public init(from section: Section) throws(SpecErrors) {
    try section.check(Self.keys)
    step = try MultilevelStep(from: section)
    if step.generalised != nil, step.effect != nil {
      throw section.error(
        .rule(
          "an effect in standard deviations needs `family: gaussian`; table `ratios` has this family's"
        ),
        at: "effect")
    }
    path = section.path
    imputed = try section.read(Self.imputedKey)
    timing = try Timing(from: section)
    guard imputed != nil else { return }
    if let key = step.askedKeys.first {
      throw section.error(.rule("`\(key)` is not pooled over imputed data: drop it"), at: key)
    }
    if step.effect?.scale == .eefTotal {
      throw section.error(
        .rule("`scale: eef` is not pooled over imputed data: use `total-sd` or `within-sd`"),
        at: "effect")
    }
  }

  public var needs: [StepNeed] {
    (step.sample.map { [StepNeed($0, .sample, path: "\(path).sample")] } ?? [])
      + (imputed.map { [StepNeed($0, .completed, path: "\(path).imputed")] } ?? [])
  }

  /// Resolves the names of the formula, without reading a row.
  public func check(in data: DataSet, places: [String: Places]) throws(SpecErrors) {
    let data = timed(data)?.data ?? data
    guard data[table: step.data.text] != nil else {
      throw SpecErrors(
        SpecError(
          .unknownName(step.data.text, kind: "table", known: data.tableNames),
          path: "\(path).data", at: step.data.location))
    }
    var problems: [SpecError] = []
    func resolve(_ name: String, at place: LocatedText, key: String) {
      do throws(NameError) { _ = try data.resolve(name, from: step.data.text) } catch {
        problems.append(SpecError(error, at: place, path: "\(path).\(key)"))
      }
    }
    do throws(ExpressionError) {
      for use in try Formula(parsing: step.formula.text).names where !use.isEpisodes {
        let name = use.table.map { "\($0).\(use.name)" } ?? use.name
        let place = LocatedText(name, at: step.formula.location(atCharacter: use.offset))
        resolve(name, at: place, key: "formula")
      }
    } catch {
      problems.append(SpecError(error, in: step.formula, path: "\(path).formula"))
    }
    for column in [step.precision, step.generalised?.frequency].compactMap(\.self) {
      resolve(column.text, at: column, key: "weights")
    }
    for (column, key) in step.structure?.columns ?? [] {
      resolve(column.text, at: column, key: key)
    }
    for (factor, _) in step.contrasts { resolve(factor.text, at: factor, key: "contrasts") }
    problems += step.inference.problems(in: data, table: step.data.text, path: path)
    guard problems.isEmpty else { throw SpecErrors(problems) }
    try checkFrame(in: data)
  }

  /// What only the columns of the model show: a text as response, a coefficient that there is not.
  ///
  /// A sample, or imputed values, can change what a formula gives, so that only a missing coefficient is
  /// certain then.
  private func checkFrame(in data: DataSet) throws(SpecErrors) {
    // A streamed table has no rows before the run.
    guard !data.streamed.contains(step.data.text) else { return }
    let isFinal = step.sample == nil && imputed == nil
    let frame: ModelFrame
    do throws(ExpressionError) { frame = try step.frame(in: data) } catch {
      guard isFinal else { return }
      throw SpecErrors(SpecError(error, in: step.formula, path: "\(path).formula"))
    }
    guard let effect = step.effect, !frame.fixedNames.contains(effect.of.text) else { return }
    throw SpecErrors(
      SpecError(
        .unknownName(effect.of.text, kind: "coefficient", known: frame.fixedNames),
        path: "\(path).effect.of", at: effect.of.location))
  }

  public func check(with others: [String: any StudyStep], in data: DataSet) throws(SpecErrors) {
    let data = timed(data)?.data ?? data
    guard let sample = step.sample, let match = others[sample.text] as? MatchStudyStep,
      let table = match.table,
      data.rowIndex(from: step.data.text, to: table) == nil
    else { return }
    throw SpecErrors(noLink(to: table, sample))
  }

  private func noLink(to table: String, _ sample: LocatedText) -> SpecError {
    SpecError(
      .rule(
        "`\(step.data.text)` has no link to `\(table)`, whose rows step `\(sample.text)` matched: add a "
          + "`link` to its data"), path: "\(path).sample", at: sample.location)
  }

  /// Fits the model to the data as they are.
  func runOnce(_ context: StepContext) throws(RunError) -> StepResult {
    if let stream = context.streams[step.data.text] { return try run(stream, context) }
    if let imputed, let completed = context.earlier[imputed.text]?.completed {
      return try run(completed, context)
    }
    let sample = try sampleRows(context)
    if let sample, let units = sample.unequal {
      return try run(carrying: units, sample, context)
    }
    return try run(sample, context, nil)
  }

  /// The model of some rows, each with weight one unless the step itself weighs them.
  func run(
    _ sample: SampledRows?, _ context: StepContext, _ doubt: Diagnostic?
  ) throws(RunError) -> StepResult {
    let frame: ModelFrame
    do throws(ExpressionError) {
      frame = try step.frame(
        in: context.data, rows: sample?.rows, lost: sample.map { [$0.lost] } ?? [])
    } catch {
      throw .study(SpecErrors(SpecError(error, in: step.formula, path: "\(path).formula")))
    }
    let losses = (sample?.diagnostics ?? []) + (doubt.map { [$0] } ?? [])
    if let generalised = step.generalised {
      return try run(generalised, on: frame, context, losses)
    }
    if step.structure?.hasDesignWeights == true {
      return try runDesignWeighted(frame, context, losses)
    }
    let result: MultilevelStep.Result
    do throws(EstimationError) {
      result = try step.run(frame, threads: context.threads, seed: context.seed)
    } catch { throw located(error, context.name) }
    return try finished(result, frame, context, losses)
  }

  /// What the study gets of a fitted model.
  func finished(
    _ result: MultilevelStep.Result, _ frame: ModelFrame, _ context: StepContext,
    _ losses: [Diagnostic]
  ) throws(RunError) -> StepResult {
    let inference: MultilevelStep.InferenceResult
    do throws(MultilevelStep.InferenceError) {
      inference = try step.infer(
        from: result, frame, in: context.data, path: path, seed: context.seed,
        threads: context.threads)
    } catch {
      switch error {
      case .study(let errors): throw .study(errors)
      case .estimation(let reason): throw located(reason, context.name)
      case .generalised(let reason):
        throw .estimation(step: context.name, reason: "\(reason)")
      }
    }
    let estimands = estimands(frame, context)
    let asked = inference.tables + estimands
    let report = MultilevelReport(
      step: context.name, settings: step, frame: frame, result: result,
      labels: context.study.labels, beside: treatmentBeside(frame, context.study),
      inference: asked)
    let model = FittedModel(
      result: result, coefficient: step.effect?.of.text, degreesOfFreedom: step.degreesOfFreedom)
    return StepResult(
      tables: result.tables + asked + [TidyTable("rows", RowUse.rows(of: frame))],
      diagnostics: result.diagnostics + inference.diagnostics + losses, sample: nil,
      estimates: CarriedEstimate(
        terms: result.fit.coefficientNames, estimates: result.fit.coefficients,
        covariance: result.robust?.covariance ?? result.fit.covariance, unit: "",
        effect: step.effect?.of.text),
      answer: report.answer, sections: [report.section],
      model: context.demanded.contains(.model) ? model : nil,
      models: context.demanded.contains(.models) ? [PassedModel(values: [], model: model)] : nil)
  }

  /// A model of counts or shares: fitted by its own kernel, reported in its own words.
  private func run(
    _ settings: GeneralisedSettings, on frame: ModelFrame, _ context: StepContext,
    _ losses: [Diagnostic]
  ) throws(RunError) -> StepResult {
    let result: MultilevelStep.GeneralisedResult
    do throws(GeneralisedModelError) {
      result = try step.run(frame, settings, threads: context.threads, seed: context.seed)
    } catch { throw .estimation(step: context.name, reason: "\(error)") }
    let inference: MultilevelStep.InferenceResult
    do throws(MultilevelStep.InferenceError) {
      inference = try step.infer(
        from: result, frame, in: context.data, path: path, seed: context.seed,
        threads: context.threads)
    } catch {
      guard case .study(let errors) = error else {
        throw .estimation(step: context.name, reason: "\(error)")
      }
      throw .study(errors)
    }
    let report = GeneralisedReport(
      step: context.name, settings: step, frame: frame, result: result,
      labels: context.study.labels, inference: inference.tables)
    return StepResult(
      tables: result.tables + inference.tables + [TidyTable("rows", RowUse.rows(of: frame))],
      diagnostics: result.diagnostics + inference.diagnostics + losses, sample: nil,
      // Coefficients on the scale of a link are no change of an outcome, so none is carried.
      estimates: nil, answer: report.answer, sections: [report.section])
  }

  /// A model with sampling or matching weights: estimated by pseudo-likelihood, and said so.
  func runDesignWeighted(
    _ frame: ModelFrame, _ context: StepContext, _ losses: [Diagnostic]
  ) throws(RunError) -> StepResult {
    let result: MultilevelStep.DesignResult
    do throws(EstimationError) { result = try step.runDesignWeighted(frame) } catch {
      throw located(error, context.name)
    }
    let report = DesignWeightedReport(
      step: context.name, settings: step, frame: frame, result: result,
      labels: context.study.labels)
    return StepResult(
      tables: result.tables + [TidyTable("rows", RowUse.rows(of: frame))],
      diagnostics: result.diagnostics + losses, sample: nil,
      estimates: CarriedEstimate(
        terms: result.fit.coefficientNames, estimates: result.fit.coefficients,
        covariance: result.fit.covariance, unit: "", effect: step.effect?.of.text),
      answer: nil, sections: [report.section])
  }

  /// A coefficient that the study names and the model lacks is the study's fault.
  func located(_ error: EstimationError, _ name: String) -> RunError {
    if case .unknownCoefficient(let coefficient, let known) = error, let effect = step.effect {
      return .study(
        SpecErrors(
          SpecError(
            .unknownName(coefficient, kind: "coefficient", known: known),
            path: "\(path).effect.of", at: effect.of.location)))
    }
    return .estimation(step: name, reason: "\(error)")
  }

  /// The rows of the model's table whose units the match kept.
  ///
  /// - Parameter imputation: which completed data set the model is fitted to, from zero.
  func sampleRows(
    _ context: StepContext, imputation: Int? = nil
  ) throws(RunError) -> SampledRows? {
    guard let name = step.sample, let units = try matched(name, context, imputation: imputation)
    else { return nil }
    guard let index = context.data.rowIndex(from: step.data.text, to: units.table) else {
      throw .study(SpecErrors(noLink(to: units.table, name)))
    }
    if let months = step.effect?.months, units.table == step.data.text {
      throw .study(
        SpecErrors(
          SpecError(
            .rule(
              "months of progress are for pupils' outcomes, and the rows of this model are the matched "
                + "units of step `\(name.text)` themselves"),
            path: "\(path).effect.months", at: months.location)))
    }
    let rows = index.indices.filter { index[$0] >= 0 && units.weights[Int(index[$0])] > 0 }
    let kept = units.weights.filter { $0 > 0 }
    var diagnostics: [Diagnostic] = []
    // A column may be written with its table in one place and without it in the other.
    func own(_ name: String) -> Substring {
      let column = name.split(separator: ".").last ?? ""
      return column.hasSuffix(" @ base") ? column.dropLast(7) : column
    }
    let present = (try? Formula(parsing: step.formula.text).names.map { own($0.name) }) ?? []
    let missing = units.mustAdjust.filter { !present.contains(own($0)) }
    if !missing.isEmpty {
      diagnostics.append(
        Diagnostic(
          .warning, code: "gate-not-adjusted",
          "the gate of `\(name.text)` is satisfied only by models that adjust for "
            + missing.map { "`\($0)`" }.joined(separator: ", ") + ", and this model does not"))
    }
    let isUnequal = (kept.max() ?? 0) - (kept.min() ?? 0) > 1e-9
    return SampledRows(
      rows: rows.map(Int32.init),
      lost: LostRows(
        reason: "not in the sample of `\(name.text)`", count: index.count - rows.count),
      diagnostics: diagnostics, unequal: isUnequal ? units : nil)
  }
}
