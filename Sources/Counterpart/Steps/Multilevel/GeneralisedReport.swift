internal import Designs
internal import Multilevel
internal import Reports
internal import StudyFiles
internal import Tables

/// What the report says of a generalised mixed model: ratios first, where the link has them.
struct GeneralisedReport {
  let step: String
  let settings: MultilevelStep
  let frame: ModelFrame
  let result: MultilevelStep.GeneralisedResult
  let labels: Labels
  /// What was asked beside the coefficients.
  let inference: [TidyTable]

  private var blocks: ModelBlocks {
    ModelBlocks(
      step: step, response: frame.columns[frame.response].name, asked: nil, frame: frame,
      tests: result.tests, tables: result.tables, labels: labels)
  }

  var section: ReportSection {
    ReportSection(
      "The model \(step)", anchor: "multilevel-\(step)",
      [.paragraph(opening), .table(blocks.rows)] + ratios + blocks.coefficients
        + [.table(blocks.variances)] + blocks.shares
        + InferenceBlocks(step: step, tables: inference).all
        + AskedTables.ofModel(step, result.tables).blocks + [.paragraph(certificate)])
  }

  /// How much groups differ: an effect in standard deviations has no meaning here.
  var answer: Answer? {
    guard let share = result.fit.partition.first else {
      return nil
    }
    return Answer(
      """
      \(strong: NumberFormat.percent(decimals: 1).text(share.share)) of the variance in \
      \(labels.prose(blocks.response)) that the model leaves, on the scale of its link, lies between \
      \(labels.prose(share.factor)).
      """)
  }

  private var opening: Prose {
    let family = result.fit.model.family
    return """
      \(code: settings.formula.text) with \(family.name) responses and a \(family.linkName) link, fitted to \
      \(strong: NumberFormat.whole.text(result.fit.rowCount)) rows of \(code: settings.data.text). \
      Coefficients stand on the scale of the link.
      """
  }

  private var ratios: [Block] {
    guard let table = blocks.table("ratios") else { return [] }
    return [
      .table(
        TableView(
          table, caption: "Ratios, given the random effects",
          columns: [
            TableColumn("term", "Term"), TableColumn("kind", "Kind"),
            TableColumn("ratio", "Ratio", .significant(3)),
            .interval("ci_low", "ci_high", "95% interval", .significant(3)),
          ], file: "tables/\(step).ratios.csv"))
    ]
  }

  private var certificate: Prose {
    let certificate = result.fit.certificate
    return """
      The optimum is \(certificate.isOptimum ? "certified" : "not certified"): another Newton step would \
      lower the deviance by \(certificate.decrement, .significant(2)).
      """
  }
}
