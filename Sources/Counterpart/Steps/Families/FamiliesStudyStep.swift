public import Designs
internal import Networks
public import StudyFiles
internal import Tables

/// Families of similar schools, as a step of a study.
public struct FamiliesStudyStep: StudyStep {
  public static let name = "families"
  public static let documentation = ChoiceDocumentation(
    summary: "divides schools into families of similar ones that do not share a neighbourhood",
    formula:
      "least sum over families of |x_i - mean|^2 in standardised covariates, within sizes, none apart too "
      + "near; with a lower bound by Lagrangian duality",
    reference:
      "Families of Schools: Ainscow (2012), Journal of Educational Change 13, 289-310, "
      + "doi:10.1007/s10833-012-9182-5")
  public static var keys: [AnyKey] { FamiliesStep.keys }

  private let step: FamiliesStep

  public init(from section: Section) throws(SpecErrors) {
    try section.check(Self.keys)
    step = try FamiliesStep(from: section)
  }

  public var needs: [StepNeed] { [] }

  public func check(in data: DataSet, places: [String: Places]) throws(SpecErrors) {
    try step.check(in: data)
  }

  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    let result: FamiliesResult
    do throws(ScenarioError) {
      result = try step.run(in: context.data, places: context.places[step.table.text])
    } catch { throw .step(context, error) }
    let report = FamiliesReport(step: context.name, result: result)
    return StepResult(
      tables: result.tables, diagnostics: result.diagnostics, sample: nil, estimates: nil,
      answer: report.answer, sections: [report.section], groups: result.groups)
  }
}
