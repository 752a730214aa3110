internal import Designs
internal import Imputation
internal import Multilevel
internal import Probability
internal import StudyFiles
internal import Tables

extension MultilevelStudyStep {
  static let imputedKey = Key.optional(
    "imputed", ValueFormat.text("an `impute` step"),
    "An imputation step: the model is fitted to each of its completed data sets and pooled.")

  /// The model on every completed data set, pooled.
  func run(_ completed: CompletedData, _ context: StepContext) throws(RunError) -> StepResult {
    let fits = try replicate(completed.sets.count, threads: context.threads) {
      (index) throws(RunError) -> CompletedFit in
      let sample = try sampleRows(context, imputation: index)
      let frame: ModelFrame
      do throws(ExpressionError) {
        frame = try step.frame(
          in: completed.sets[index], rows: sample?.rows, lost: sample.map { [$0.lost] } ?? [])
      } catch {
        throw .study(SpecErrors(SpecError(error, in: step.formula, path: "\(path).formula")))
      }
      return try fit(frame, context.name, imputation: index + 1)
    }
    let model: PooledModel
    do throws(PoolingError) { model = try PooledModel(fits, step) } catch {
      throw .estimation(step: context.name, reason: "\(error)")
    }
    let report = PooledReport(
      step: context.name, settings: step, model: model, labels: context.study.labels)
    let rows = fits.first.map { RowUse.rows(of: $0.frame) } ?? []
    let sample = try sampleRows(context, imputation: 0)
    let uncarried = sample?.unequal.map {
      notCarried($0, because: "pooled models take no design weights")
    }
    return StepResult(
      tables: model.tables + [TidyTable("rows", rows)],
      diagnostics: model.diagnostics + unknown(completed)
        + (sample?.diagnostics ?? []) + (uncarried.map { [$0] } ?? []),
      sample: nil,
      estimates: step.generalised == nil ? model.estimates : nil, answer: report.answer,
      sections: [report.section])
  }

  /// What a match kept: of the data, or of one completed data set where it was given the same ones.
  func matched(
    _ name: LocatedText, _ context: StepContext, imputation: Int?
  ) throws(RunError) -> MatchedUnits? {
    guard let samples = context.earlier[name.text]?.samples else {
      return context.earlier[name.text]?.sample
    }
    guard let imputation, samples.imputed == imputed?.text else {
      throw .study(
        SpecErrors(
          SpecError(
            .rule(
              "step `\(name.text)` matched each data set that `\(samples.imputed)` completed: give this "
                + "model `imputed: \(samples.imputed)` too"),
            path: "\(path).sample", at: name.location)))
    }
    return samples.units[imputation]
  }

  private func unknown(_ completed: CompletedData) -> [Diagnostic] {
    guard let formula = try? Formula(parsing: step.formula.text) else { return [] }
    let names = completed.unknown(in: formula, table: step.data.text)
    guard !names.isEmpty else { return [] }
    return [
      Diagnostic(
        .warning, code: "not-in-imputation",
        "\(names.map { "`\($0)`" }.joined(separator: ", ")) of the formula did not take part in the "
          + "imputation, so imputed values have no relation with it: name it in `using`.")
    ]
  }

  private func fit(
    _ frame: ModelFrame, _ name: String, imputation: Int
  ) throws(RunError) -> CompletedFit {
    if let settings = step.generalised {
      do throws(GeneralisedModelError) {
        return CompletedFit(try step.run(frame, settings), frame)
      } catch {
        throw .estimation(step: name, reason: "completed data set \(imputation): \(error)")
      }
    }
    do throws(EstimationError) { return CompletedFit(try step.run(frame), frame) } catch {
      let error = located(error, name)
      guard case .estimation(let step, let reason) = error else { throw error }
      throw .estimation(step: step, reason: "completed data set \(imputation): \(reason)")
    }
  }
}
