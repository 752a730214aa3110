internal import Imputation
internal import Reports
internal import StudyFiles
internal import Tables

/// What the report says of an imputation: what was missing, how it was filled, whether the chains agree.
struct ImputeReport {
  let step: String
  let settings: ImputeStep
  let result: ImputationResult

  var section: ReportSection {
    ReportSection(
      "Missing values: \(step)", anchor: "impute-\(step)",
      [
        .paragraph(opening), .table(missing), .table(convergence),
        .paragraph(
          """
          Imputation is right where what is missing depends on what is seen in these columns alone, which \
          data cannot show.
          """),
      ])
  }

  private var opening: Prose {
    let group = settings.group.map { ", with a random intercept of \($0.text)" } ?? ""
    let using = settings.using.map(\.text).joined(separator: ", ")
    return """
      Missing values of \(code: settings.data.text) were completed \(settings.imputations) times by chained \
      equations in \(settings.iterations) rounds\(group)\
      \(using.isEmpty ? "" : "; \(using) helped to predict"). Models are fitted to each completed data \
      set and pooled by Rubin's rules.
      """
  }

  private var missing: TableView {
    TableView(
      TidyTable("missing", result.missing), caption: "What was missing",
      columns: [
        TableColumn("column", "Column"), TableColumn("level", "A value for each"),
        TableColumn("method", "Imputed by"), TableColumn("units", "Units", .whole),
        TableColumn("missing", "Missing", .whole),
        TableColumn("fraction", "Share", .percent(decimals: 1)),
      ], file: "tables/\(step).missing.csv")
  }

  private var convergence: TableView {
    TableView(
      TidyTable("convergence", result.convergence), caption: "Whether the chains agree",
      columns: [
        TableColumn("column", "Column"), TableColumn("rhat_mean", "R̂ of means", .decimals(2)),
        TableColumn("rhat_sd", "R̂ of standard deviations", .decimals(2)),
      ], file: "tables/\(step).convergence.csv",
      note: "Values well above 1.2 ask for more rounds; \(code: "chains") has every round.")
  }
}
