public import Designs
internal import Multilevel
internal import Probability
public import StudyFiles
internal import Tables

/// What a design can find, as a step of a study.
public struct PowerStudyStep: StudyStep {
  public static let name = "power"
  public static let documentation = ChoiceDocumentation(
    summary:
      "gives the power and the minimum detectable effect of a clustered, multisite or paired design, by "
      + "formula and by simulation",
    formula: "power = P(|t′| > t_{1−α/2, df}), t′ noncentral with effect / standard error",
    reference:
      "Dong & Maynard (2013), Journal of Research on Educational Effectiveness 6(1), 24-67, "
      + "doi:10.1080/19345747.2012.673143")
  public static var keys: [AnyKey] { PowerStep.keys }

  /// A declared design, or that of a fitted model.
  private enum Question {
    case design(PowerStep)
    case model(FittedPowerStep)
  }

  private let question: Question
  private let path: String

  public init(from section: Section) throws(SpecErrors) {
    try section.check(Self.keys)
    path = section.path
    if let fitted = try FittedPowerStep(from: section) {
      question = .model(fitted)
    } else {
      question = .design(try PowerStep(from: section))
    }
  }

  public var needs: [StepNeed] {
    guard case .model(let step) = question else { return [] }
    return [StepNeed(step.model, .model, path: "\(path).model")]
  }

  public func check(in data: DataSet, places: [String: Places]) throws(SpecErrors) {}

  public func check(with others: [String: any StudyStep], in data: DataSet) throws(SpecErrors) {
    guard case .model(let step) = question,
      let model = others[step.model.text] as? MultilevelStudyStep
    else { return }
    if let obstacle = model.obstacleToPower {
      throw SpecErrors(
        SpecError(
          .rule(
            "power is simulated from a plain model of a normal response: `\(step.model.text)` has \(obstacle)"
          ),
          path: "\(path).model", at: step.model.location))
    }
    if step.coefficient == nil, model.step.effect == nil {
      throw SpecErrors(
        SpecError(
          .rule("say whose effect is asked about: `of`, or the model's own `effect`"),
          path: "\(path).model", at: step.model.location))
    }
  }

  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    switch question {
    case .design(let step): return try run(step, context)
    case .model(let step): return try run(step, context)
    }
  }

  private func run(_ step: PowerStep, _ context: StepContext) throws(RunError) -> StepResult {
    let result: PowerStep.Result
    do throws(PowerError) {
      result = try step.run(seed: context.seed, threads: context.threads)
    } catch { throw .estimation(step: context.name, reason: "\(error)") }
    let report = PowerReport(step: context.name, settings: step, result: result)
    return StepResult(
      tables: result.tables, diagnostics: result.diagnostics, sample: nil, estimates: nil,
      answer: report.answer, sections: [report.section])
  }

  private func run(
    _ step: FittedPowerStep, _ context: StepContext
  ) throws(RunError) -> StepResult {
    guard let model = context.earlier[step.model.text]?.model,
      let name = step.coefficient?.text ?? model.coefficient
    else {
      throw .estimation(
        step: context.name,
        reason:
          "step `\(step.model.text)` left no plain model of a normal response, from which power could be "
          + "simulated")
    }
    let result: FittedPowerStep.Result
    do throws(PowerError) {
      result = try step.run(
        model.result, of: name, seed: context.seed, threads: context.threads)
    } catch {
      if case .estimation(.unknownCoefficient(_, let known)) = error, let asked = step.coefficient {
        throw .study(
          SpecErrors(
            SpecError(
              .unknownName(asked.text, kind: "coefficient", known: known), path: "\(path).of",
              at: asked.location)))
      }
      throw .estimation(step: context.name, reason: "\(error)")
    }
    let report = FittedPowerReport(step: context.name, settings: step, result: result)
    return StepResult(
      tables: result.tables, diagnostics: result.diagnostics, sample: nil, estimates: nil,
      answer: report.answer, sections: [report.section])
  }
}

extension MultilevelStudyStep {
  /// What of its settings keeps responses from being simulated from it; `nil` where they can.
  fileprivate var obstacleToPower: String? {
    if step.generalised != nil { return "a `family`" }
    if imputed != nil { return "imputed data" }
    if step.structure != nil { return "weights, classes or an order of its rows" }
    return nil
  }
}
