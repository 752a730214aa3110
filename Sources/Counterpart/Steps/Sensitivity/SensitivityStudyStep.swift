public import Designs
internal import Matching
internal import Probability
public import StudyFiles
internal import Tables

/// How far a matched comparison's answer could be wrong, as a step of a study.
public struct SensitivityStudyStep: StudyStep {
  public static let name = "sensitivity"
  public static let documentation = ChoiceDocumentation(
    summary:
      "asks how strong an unmeasured cause would have to be to overturn a match's effect, and where "
      + "else the design may fail",
    formula:
      "Γ*, the largest odds of treatment between alike units at which the test still rejects, and others",
    reference: "Rosenbaum (2002), Observational Studies, 2nd ed., doi:10.1007/978-1-4757-3692-2")
  public static var keys: [AnyKey] { SensitivityStep.keys }

  private let step: SensitivityStep

  public init(from section: Section) throws(SpecErrors) {
    step = try SensitivityStep(from: section)
  }

  public var needs: [StepNeed] { [StepNeed(step.of, .design, path: "\(step.path).of")] }

  public func check(in data: DataSet, places: [String: Places]) throws(SpecErrors) {}

  public func check(with others: [String: any StudyStep], in data: DataSet) throws(SpecErrors) {
    guard let match = others[step.of.text] as? MatchStudyStep else { return }
    try step.check(of: match.step, in: data)
  }

  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    guard let design = context.earlier[step.of.text]?.design else {
      throw .estimation(step: context.name, reason: "step `\(step.of.text)` left no matched design")
    }
    let result: SensitivityResult
    do throws(MatchingError) {
      result = try step.run(
        of: design, in: context.data, seed: context.seed, threads: context.threads)
    } catch { throw .estimation(step: context.name, reason: "\(error)") }
    let report = SensitivityReport(
      step: context.name, match: step.of.text, result: result, labels: context.study.labels)
    return StepResult(
      tables: result.tables, diagnostics: result.diagnostics, sample: nil, estimates: nil,
      answer: nil, sections: [report.section])
  }
}
