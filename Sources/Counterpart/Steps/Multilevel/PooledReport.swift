internal import Designs
internal import Imputation
internal import Multilevel
internal import Reports
internal import StudyFiles
internal import Tables

/// What the report says of a model on completed data sets: as of any model, with what missing values cost.
struct PooledReport {
  let step: String
  let settings: MultilevelStep
  let model: PooledModel
  let labels: Labels

  var section: ReportSection {
    ReportSection(
      "The model \(step)", anchor: "multilevel-\(step)",
      [.paragraph(opening)] + rows + effect + coefficients + [.table(pooling)] + variances)
  }

  /// The effect that the study asks about; where it asks about none, how much groups differ.
  var answer: Answer? {
    guard let effect = model.effect else { return variation }
    let format = NumberFormat.decimals(2)
    let (low, high) = (effect.test.low, effect.test.high)
    let reading = IntervalReading(low: low, high: high)
    return Answer(
      """
      With \(labels.prose(effect.name)), \(labels.prose(response)) is \
      \(strong: format.text(abs(effect.test.estimate)) + " standard deviations") \
      \(effect.test.estimate < 0 ? "lower" : "higher") \
      \(settings.sample == nil ? "where all else in the model is alike" : "than among matched comparators").
      """,
      interval: "95% interval \(format.interval(low, high))",
      details: [
        """
        \(reading.sentence) Missing values were imputed \(model.fits.count) times; they cost \
        \(effect.pooled.missingInformation, .percent(decimals: 0)) of the information on this effect.
        """
      ])
  }

  private var variation: Answer? {
    guard let table = table("vpc"), let row = table.rows.first,
      let column = table.fields.firstIndex(where: { $0.name == "full" }),
      case .text(let group) = row[0], group != "Residual", case .number(let share) = row[column]
    else { return nil }
    return Answer(
      """
      \(strong: NumberFormat.percent(decimals: 1).text(share)) of the variance in \
      \(code: response) that the model leaves lies between \(code: group).
      """)
  }

  private func table(_ name: String) -> TidyTable? { model.tables.first { $0.name == name } }

  private var response: String {
    model.fits.first.map { $0.frame.columns[$0.frame.response].name } ?? ""
  }

  private var blocks: ModelBlocks? {
    model.fits.first.map {
      ModelBlocks(
        step: step, response: response, asked: settings.effect?.of.text, frame: $0.frame,
        tests: model.tests, tables: model.tables, labels: labels)
    }
  }

  private var rows: [Block] { blocks.map { [.table($0.rows)] } ?? [] }
  private var coefficients: [Block] { blocks?.coefficients ?? [] }
  private var variances: [Block] { blocks.map { [.table($0.variances)] + $0.shares } ?? [] }

  private var opening: Prose {
    """
    \(code: settings.formula.text) fitted to \(model.fits.count) completed data sets of \
    \(code: settings.data.text) and pooled by Rubin's rules, with Barnard \
    and Rubin's degrees of freedom.
    """
  }

  private var effect: [Block] {
    guard let effect = model.effect else { return [] }
    return [
      .table(
        TableView(
          effect.table, caption: "The effect in standard deviations",
          columns: [
            TableColumn("effect", "Effect"), TableColumn("scale", "Unit"),
            TableColumn("estimate", "Hedges' g", .decimals(3)),
            TableColumn("std_error", "Standard error", .decimals(3)),
            .interval("ci_low", "ci_high", "95% interval", .decimals(3)),
            TableColumn("mdes", "Minimum detectable", .decimals(3)),
          ], file: "tables/\(step).effects.csv"))
    ]
  }

  private var pooling: TableView {
    TableView(
      table("pooling") ?? TidyTable("pooling", fields: [], rows: []),
      caption: "What missing values cost",
      columns: [
        TableColumn("term", "Term"), TableColumn("within", "Variance within", .significant(3)),
        TableColumn("between", "Variance between", .significant(3)),
        TableColumn("riv", "Increase", .percent(decimals: 1)),
        TableColumn("fmi", "Information missing", .percent(decimals: 1)),
        TableColumn("df_complete", "Degrees of freedom, complete", .decimals(1)),
        TableColumn("df", "Degrees of freedom", .decimals(1)),
      ], file: "tables/\(step).pooling.csv")
  }
}
