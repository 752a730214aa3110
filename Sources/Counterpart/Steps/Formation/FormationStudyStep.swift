public import Designs
internal import Networks
internal import Probability
public import StudyFiles
internal import Tables

/// How partnerships form, estimated from observed waves, as a step of a study.
public struct FormationStudyStep: StudyStep {
  public static let name = "formation"
  public static let documentation = ChoiceDocumentation(
    summary: "estimates from two or more waves of ties how actors choose their partners",
    formula: "the θ at which simulated statistics equal the observed ones in the mean",
    reference:
      "Snijders (2001), Sociological Methodology 31, 361-395, doi:10.1111/0081-1750.00099; "
      + "Schweinberger & Snijders (2007)")
  public static var keys: [AnyKey] { FormationStep.keys }

  let step: FormationStep

  public init(from section: Section) throws(SpecErrors) {
    try section.check(Self.keys)
    step = try FormationStep(from: section)
  }

  public var needs: [StepNeed] { [] }

  public func check(in data: DataSet, places: [String: Places]) throws(SpecErrors) {
    try step.check(in: data)
  }

  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    let result: FormationResult
    do throws(FormationError) {
      result = try step.run(
        in: context.data, places: context.places[step.actors.text], seed: context.seed,
        threads: context.threads, progress: context.progress)
    } catch { throw .step(context, error) }
    let report = FormationReport(
      step: context.name, result: result, labels: context.study.labels)
    return StepResult(
      tables: result.tables, diagnostics: result.diagnostics, sample: nil,
      estimates: CarriedEstimate(
        terms: result.names, estimates: result.values, covariance: result.covariance,
        unit: "log odds"),
      answer: report.answer, sections: [report.section])
  }
}
