public import Designs
public import Probability
public import StudyFiles
public import Tables

extension MultilevelStep {
  /// What the questions beside the coefficients left: only the tables that were asked for.
  public struct InferenceResult: Sendable {
    /// Among `intervals`, `hypotheses`, `contrasts`, `comparisons`, `predictions`, `chosen_predictions`, `margins`,
    /// `equivalence`.
    public let tables: [TidyTable]
    public let diagnostics: [Diagnostic]
  }

  /// Why a question has no answer.
  public enum InferenceError: Error, Sendable, CustomStringConvertible {
    /// The study names what the model or the data do not have.
    case study(SpecErrors)
    case estimation(EstimationError)
    /// The same of a model whose response is not normal.
    case generalised(GeneralisedModelError)

    public var description: String {
      switch self {
      case .study(let errors): "\(errors)"
      case .estimation(let error): "\(error)"
      case .generalised(let error): "\(error)"
      }
    }
  }

  /// Answers the step's questions from its fit.
  ///
  /// - Parameters:
  ///   - result: of ``run(_:threads:)`` with `frame`.
  ///   - data: the tables that `frame` was made from.
  ///   - path: where the step stands in its study, for errors.
  ///   - seed: of this step; the bootstrap derives its own from it.
  public func infer(
    from result: Result, _ frame: ModelFrame, in data: DataSet, path: String = "multilevel",
    seed: Seed = Seed(0)["multilevel"], threads: Int = 1
  ) throws(InferenceError) -> InferenceResult {
    var answers = InferenceAnswers(
      result: result,
      questions: StepQuestions(
        step: self, frame: frame, data: data, path: path, seed: seed, threads: threads))
    return try answers.all()
  }
}
