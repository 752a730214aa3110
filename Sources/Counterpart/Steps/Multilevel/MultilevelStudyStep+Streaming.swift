internal import Designs
internal import Multilevel
internal import StudyFiles
internal import Tables

extension MultilevelStudyStep {
  /// Runs the step on a table that is read in pieces.
  func run(_ stream: StudyStream, _ context: StepContext) throws(RunError) -> StepResult {
    if let generalised = step.generalised {
      throw .study(
        SpecErrors(
          SpecError(
            .rule(
              "family `\(generalised.model.family.name)` reads its rows again and again, and "
                + "`\(step.data.text)` is streamed: drop `stream: true`"),
            path: "\(path).data", at: step.data.location)))
    }
    if let question = step.questionsThatNeedRows.first {
      throw .study(
        SpecErrors(
          SpecError(
            .rule(
              "`\(question)` needs all rows at hand, and `\(step.data.text)` is streamed: drop "
                + "`stream: true` of the table, or do without"),
            path: "\(path).data", at: step.data.location)))
    }
    var stream = stream
    if let name = step.sample, let units = context.earlier[name.text]?.sample {
      guard context.data.rowIndex(from: step.data.text, to: units.table) != nil else {
        throw .study(
          SpecErrors(
            SpecError(
              .rule(
                "`\(step.data.text)` has no link to `\(units.table)`: add a `link` to its data"),
              path: "\(path).sample", at: name.location)))
      }
      stream = stream.keeping(
        StudyStream.Sample(
          step: name.text, table: units.table, isKept: units.weights.map { $0 > 0 }))
    }
    let frame: StreamedFrame
    do throws(RowStreamError) {
      frame = try step.frame(of: stream, threads: context.threads)
    } catch { throw located(error) }
    let result: MultilevelStep.Result
    do throws(StreamedModelError) {
      result = try step.run(frame, threads: context.threads)
    } catch {
      switch error {
      case .stream(let problem): throw located(problem)
      case .estimation(let problem): throw located(problem, context.name)
      }
    }
    return try finished(result, frame.shape, context, [])
  }

  private func located(_ error: RowStreamError) -> RunError {
    switch error {
    case .table(let problem): .data(["\(problem)"])
    case .expression(let problem):
      .study(SpecErrors(SpecError(problem, in: step.formula, path: "\(path).formula")))
    }
  }
}
