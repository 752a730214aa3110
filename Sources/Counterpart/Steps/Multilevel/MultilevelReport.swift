internal import Designs
internal import LinearAlgebra
internal import Multilevel
internal import Reports
internal import StudyFiles
internal import Tables

/// What the report says of a multilevel model: the effect first, then coefficients, variance shares, groups,
/// and the evidence that the optimum is one.
struct MultilevelReport {
  let step: String
  let settings: MultilevelStep
  let frame: ModelFrame
  let result: MultilevelStep.Result
  let labels: Labels
  /// The study's treatment, where the effect is what a kind of it has more than others.
  let beside: String?
  /// What was asked beside the coefficients.
  let inference: [TidyTable]

  private var blocks: ModelBlocks {
    ModelBlocks(
      step: step, response: result.fit.responseName, asked: settings.effect?.of.text,
      frame: frame, tests: result.tests, tables: result.tables, labels: labels)
  }

  var section: ReportSection {
    ReportSection(
      "The model \(step)", anchor: "multilevel-\(step)",
      [.paragraph(opening), .table(blocks.rows)] + effect + blocks.coefficients
        + [.table(blocks.variances)] + blocks.shares
        + InferenceBlocks(step: step, tables: inference).all + groups
        + AskedTables.ofModel(step, result.tables).blocks + [.paragraph(certificate)])
  }

  /// The effect that the study asks about; where it asks about none, how much groups differ.
  var answer: Answer? {
    guard let effect = result.effects.first else { return variation }
    let format = NumberFormat.decimals(2)
    let reading = IntervalReading(low: effect.low, high: effect.high)
    return Answer(
      """
      With \(labels.prose(effect.effect)), \(labels.prose(result.fit.responseName)) is \
      \(strong: format.text(abs(effect.estimate)) + " standard deviations") \
      \(effect.estimate < 0 ? "lower" : "higher") \
      \(comparison).
      """,
      interval: "95% interval \(format.interval(effect.low, effect.high))",
      details: [
        """
        \(reading.sentence) A study of this design finds a true effect of \(effect.minimumDetectable, format) in 80 \
        of 100 repetitions.
        """
      ])
  }

  private var comparison: Prose {
    if let beside { return "than with \(labels.prose(beside)) that is otherwise alike" }
    return settings.sample == nil
      ? "where all else in the model is alike" : "than among matched comparators"
  }

  private var variation: Answer? {
    guard let share = result.fit.varianceShares.first(where: { $0.group != "Residual" }) else {
      return nil
    }
    let null = result.unconditional?.varianceShares.first { $0.group == share.group }
    return Answer(
      """
      \(strong: NumberFormat.percent(decimals: 1).text(share.share)) of the variance in \
      \(labels.prose(result.fit.responseName)) that the model leaves lies between \
      \(labels.prose(share.group)).
      """,
      details: null.map { before in
        ["Without covariates it is \(before.share, .percent(decimals: 1))."]
      } ?? [])
  }

  private var opening: Prose {
    let groups = result.fit.factors.map { "\($0.levels.count) levels of \($0.name)" }
      .joined(separator: ", ")
    return """
      \(code: settings.formula.text) fitted by \(settings.criterion.rawValue) to \
      \(strong: NumberFormat.whole.text(result.fit.rowCount)) rows of \(code: settings.data.text): \
      \(groups).
      """
  }

  private var effect: [Block] {
    guard !result.effects.isEmpty, let table = blocks.table("effects") else { return [] }
    return [
      .table(
        TableView(
          table, caption: "The effect in standard deviations",
          columns: [
            TableColumn("effect", "Effect"), TableColumn("scale", "Unit"),
            TableColumn("estimate", "Hedges' g", .decimals(3)),
            TableColumn("std_error", "Standard error", .decimals(3)),
            .interval("ci_low", "ci_high", "95% interval", .decimals(3)),
            TableColumn("mdes", "Minimum detectable", .decimals(3)),
          ] + months,
          file: "tables/\(step).effects.csv",
          note: """
            The unit is the standard deviation of the model without covariates; the minimum detectable \
            effect is the true effect that such a study finds with power 80% at the 5% level.
            """))
    ]
  }

  private var months: [TableColumn] {
    guard settings.effect?.months != nil else { return [] }
    return [.interval("months_low", "months_high", "Months of progress", .whole)]
  }

  /// The groups of the largest factor with an intercept, in order, each with its interval.
  private var groups: [Block] {
    guard let factor = result.fit.factors.first(where: { $0.columns.contains("(Intercept)") }),
      let column = factor.columns.firstIndex(of: "(Intercept)"), factor.levels.count > 2
    else { return [] }
    let plot = CaterpillarPlot(
      factor.levels.indices.map { level in
        let mode = factor.modes[level, column]
        let reach =
          1.959963984540054
          * factor.predictionErrorVariance(level: level, column: column).squareRoot()
        return CaterpillarPlot.Group(
          factor.levels[level], estimate: mode, low: mode - reach, high: mode + reach)
      }, title: "How groups of \(labels.text(factor.name)) depart from what the model expects",
      valueTitle: "in units of \(labels.text(result.fit.responseName))",
      noun: "groups of \(labels.text(factor.name))")
    return [
      .figure(
        Figure(
          name: "\(step).groups",
          caption: "Predicted effects of \(labels.text(factor.name)) with 95% prediction intervals",
          plot,
          note: """
            Intervals hold the uncertainty of the coefficients as well. Groups whose intervals overlap \
            are not shown to differ, and a ranking of them is not to be read from this picture.
            """))
    ]
  }

  private var certificate: Prose {
    let certificate = result.fit.certificate
    return """
      The optimum is certified: another Newton step would lower the criterion by \
      \(certificate.decrement, .significant(2)), and the largest part of the gradient is \
      \(certificate.largestStep, .significant(2)) standard errors. \
      \(result.fit.isSingular ? "The fit is singular: see the warnings." : "The fit is not singular.")
      """
  }
}
