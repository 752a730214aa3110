public import Designs
internal import Networks
internal import Probability
internal import Reports
public import StudyFiles
internal import Tables

/// How partnerships form, where only summaries of a network are known, as a step of a study.
public struct SummaryFormationStudyStep: StudyStep {
  public static let name = "formation-from-summaries"
  public static let documentation = ChoiceDocumentation(
    summary: "estimates from a network's published summaries how actors choose their partners",
    formula:
      "draws θ from priors and keeps those whose simulated networks have the observed summaries",
    reference:
      "Beaumont, Cornuet, Marin & Robert (2009), doi:10.1093/biomet/asp052; Beaumont, Zhang & Balding (2002), "
      + "doi:10.1093/genetics/162.4.2025")
  public static var keys: [AnyKey] { SummaryFormationStep.keys }

  private let step: SummaryFormationStep

  public init(from section: Section) throws(SpecErrors) {
    try section.check(Self.keys)
    step = try SummaryFormationStep(from: section)
  }

  public var needs: [StepNeed] { [] }

  public func check(in data: DataSet, places: [String: Places]) throws(SpecErrors) {
    try step.check(in: data)
  }

  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    let result: SummaryFormationResult
    do throws(SummaryProblem) {
      result = try step.run(
        in: context.data, places: context.places[step.actors.text], seed: context.seed,
        threads: context.threads, progress: context.progress)
    } catch { throw .step(context, error) }
    let labels = context.study.labels
    let section = ReportSection(
      "How partnerships form, by what was reported of them", anchor: "summaries-\(context.name)",
      [
        .paragraph(
          """
          Only summaries of the network were known. Parameters were drawn from their priors, and draws were kept whose \
          simulated networks have about those summaries; the network is taken to be settled. Of \
          \(strong: "\(result.estimate.simulated)") simulated networks \(strong: "\(result.estimate.ranAway)") ran away. \
          The draws that were kept are worth \(strong: "\(Int(result.estimate.effectiveDraws))") of equal weight.
          """),
        .figure(
          Figure(
            name: "\(context.name).effects",
            caption: "Effects on partnerships, with the middle 95% of draws",
            IntervalPlot(
              zip(result.names, result.estimate.parameters).map { name, parameter in
                IntervalPlot.Row(
                  labels.text(name), estimate: parameter.mean, low: parameter.low,
                  high: parameter.high, isPrimary: false)
              }, title: "Effects on partnerships", axisTitle: "log odds of a tie"))),
      ]
        + AskedTables(
          step: context.name, tables: result.tables,
          captions: [
            ("effects", "What the parameters can be"),
            ("summaries", "Summaries, observed beside simulated"),
          ]
        ).blocks)
    return StepResult(
      tables: result.tables, diagnostics: result.diagnostics, sample: nil,
      estimates: CarriedEstimate(
        terms: result.names, estimates: result.values, covariance: result.covariance,
        unit: "log odds"), answer: nil, sections: [section])
  }
}
