internal import Multilevel
internal import Reports
internal import StudyFiles
internal import Tables

/// What the report says of the power of a fitted model's design.
struct FittedPowerReport {
  let step: String
  let settings: FittedPowerStep
  let result: FittedPowerStep.Result

  var answer: Answer? {
    let format = NumberFormat.decimals(2)
    return Answer(
      """
      The design of \(code: settings.model.text) finds a true effect of \(result.power.effect, format) standard \
      deviations with a power of \(strong: NumberFormat.percent(decimals: 0).text(result.simulated.power)).
      """,
      details: [
        """
        With a power of \(settings.target, .percent(decimals: 0)) it finds \
        \(result.power.minimumDetectable, format) standard deviations or more.
        """
      ])
  }

  var section: ReportSection {
    ReportSection(
      "What the design can find", anchor: "power-\(step)",
      [.paragraph(opening)]
        + AskedTables(step: step, tables: result.tables, captions: Self.captions).blocks)
  }

  private var opening: Prose {
    """
    Power is the share of studies of this design that would find the effect at the \
    \(settings.significance, .percent(decimals: 0)) level if it were there. Groups, covariates and variances are those \
    of \(code: settings.model.text); \(NumberFormat.whole.text(settings.replicates)) responses with the declared \
    effect are drawn from it and fitted again.
    """
  }

  private static let captions: [(name: String, caption: String)] = [
    ("power", "Power and minimum detectable effect"),
    ("power_curve", "Other effects"),
    ("power_simulated", "Power by simulated responses"),
  ]
}
