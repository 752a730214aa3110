public import Designs
internal import Networks
internal import Probability
public import StudyFiles
internal import Tables

/// What would happen under other ways of forming partnerships, as a step of a study.
public struct ScenariosStudyStep: StudyStep {
  public static let name = "scenarios"
  public static let documentation = ChoiceDocumentation(
    summary: "simulates how partnerships form and what they change, under policies to compare",
    formula:
      "an actor's choice at an opportunity: p_ij = exp(h_ij) / (1 + Σ_k exp(h_ik)), with h the "
      + "sum of effects times parameters",
    reference: "Snijders (2001), Sociological Methodology 31, 361-395, doi:10.1111/0081-1750.00099")
  public static var keys: [AnyKey] { ScenariosStep.keys }

  private let step: ScenariosStep
  private let section: Section

  public init(from section: Section) throws(SpecErrors) {
    try section.check(Self.keys)
    step = try ScenariosStep(from: section)
    self.section = section
  }

  public var needs: [StepNeed] {
    step.estimateSteps.map { StepNeed($0, .estimates, path: "\(section.path).effects") }
      + step.groupSteps.map { StepNeed($0, .groups, path: "\(section.path).policies") }
      + (step.start.map { [StepNeed($0, .formation, path: "\(section.path).start")] } ?? [])
  }

  public func check(with others: [String: any StudyStep], in data: DataSet) throws(SpecErrors) {
    guard let name = step.start, let start = others[name.text] as? FormationStudyStep else {
      return
    }
    let problems = StartingFormation.problems(step, from: start.step)
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  /// The step that formation is taken from, with what it has found.
  private func starting(_ context: StepContext) -> StartingFormation? {
    guard let name = step.start, let estimates = context.earlier[name.text]?.estimates,
      let start = context.study.steps.first(where: { $0.name.text == name.text })?.step
        as? FormationStudyStep
    else { return nil }
    return StartingFormation(name, start.step, estimates: estimates)
  }

  public func check(in data: DataSet, places: [String: Places]) throws(SpecErrors) {
    try step.check(in: data)
  }

  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    let result: ScenarioResult
    do throws(ScenarioError) {
      result = try step.run(
        in: context.data, places: context.places[step.actors.text],
        estimates: context.earlier.compactMapValues(\.estimates),
        groups: context.earlier.compactMapValues(\.groups), starting: starting(context),
        seed: context.seed, threads: context.threads, store: context.blocks,
        progress: context.progress)
    } catch { throw .step(context, error) }
    let report = ScenariosReport(
      step: context.name, section: section, horizon: step.horizon, result: result,
      labels: context.study.labels)
    return StepResult(
      tables: result.tables, diagnostics: result.diagnostics, sample: nil, estimates: nil,
      answer: report.answer, sections: [report.reportSection])
  }
}
