public import Designs
internal import Networks
public import StudyFiles
internal import Tables

/// Observed networks and survey waves in numbers, as a step of a study.
public struct DescriptionStudyStep: StudyStep {
  public static let name = "description"
  public static let documentation = ChoiceDocumentation(
    summary: "describes observed ties, wave by wave, and yes-or-no items of survey waves",
    formula:
      "density, reciprocity, transitivity, betweenness, components, E-I index, assortativity, Jaccard; exact "
      + "intervals of shares and logit P(yes) = b_wave + u_group",
    reference:
      "Wasserman & Faust (1994), Social Network Analysis; Clopper & Pearson (1934), doi:10.1093/biomet/26.4.404"
  )
  static let survey = Key.optional(
    "survey", SurveyWaves.format, "yes-or-no items of a survey that was repeated")
  public static var keys: [AnyKey] { DescriptionStep.keys + [AnyKey(survey)] }

  private let networks: DescriptionStep
  private let survey: SurveyWaves?

  public init(from section: Section) throws(SpecErrors) {
    try section.check(Self.keys)
    networks = try DescriptionStep(from: section)
    survey = try section.read(Self.survey)
    guard networks.hasNetworks || survey != nil else {
      throw section.error(.rule("expected `actors` with `waves` of ties, or a `survey`"))
    }
  }

  public var needs: [StepNeed] { [] }

  public func check(in data: DataSet, places: [String: Places]) throws(SpecErrors) {
    try networks.check(in: data)
    try survey?.check(in: data)
  }

  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    let described: NetworkDescriptionResult
    do throws(ScenarioError) { described = try networks.run(in: context.data) } catch {
      throw .step(context, error)
    }
    var answers: SurveyWaves.Result?
    if let survey {
      do throws(SurveyError) { answers = try survey.run(in: context.data) } catch {
        throw .data(context, "\(error)")
      }
    }
    var tables = described.tables
    if let answers {
      tables.append(TidyTable("proportions", answers.proportions))
      if !answers.changes.isEmpty { tables.append(TidyTable("changes", answers.changes)) }
    }
    let report = DescriptionReport(
      step: context.name, networks: described, survey: answers, tables: tables)
    return StepResult(
      tables: tables, diagnostics: described.diagnostics + (answers?.diagnostics ?? []),
      sample: nil, estimates: nil, answer: report.answer, sections: [report.section])
  }
}
