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

  private let step: PowerStep

  public init(from section: Section) throws(SpecErrors) {
    try section.check(Self.keys)
    step = try PowerStep(from: section)
  }

  public var needs: [StepNeed] { [] }

  public func check(in data: DataSet, places: [String: Places]) throws(SpecErrors) {}

  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    let result: PowerStep.Result
    do throws(PowerError) {
      result = try step.run(seed: context.seed, threads: context.threads)
    } catch { throw .estimation(step: context.name, reason: "\(error)") }
    let report = PowerReport(step: context.name, settings: step, result: result)
    return StepResult(
      tables: result.tables, diagnostics: result.diagnostics, sample: nil, estimates: nil,
      answer: report.answer, sections: [report.section])
  }
}
