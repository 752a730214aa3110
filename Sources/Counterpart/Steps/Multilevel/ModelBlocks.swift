internal import Designs
internal import Multilevel
internal import Reports
internal import Tables

/// The tables and pictures that reports of all multilevel models share.
struct ModelBlocks {
  let step: String
  let response: String
  /// The coefficient that the study asks about.
  let asked: String?
  let frame: ModelFrame
  let tests: [CoefficientTest]
  let tables: [TidyTable]
  let labels: Labels

  var rows: TableView {
    TableView(
      TidyTable("rows", RowUse.rows(of: frame)).unquoted("reason"),
      caption: "Rows used and not used",
      columns: [TableColumn("reason", "Reason"), TableColumn("rows", "Rows", .whole)],
      file: "tables/\(step).rows.csv")
  }

  var coefficients: [Block] {
    guard let table = table("coefficients")?.unquoted("term") else { return [] }
    let plotted = tests.filter { $0.term != "(Intercept)" }
    let view = TableView(
      table, caption: "Coefficients",
      columns: [
        TableColumn("term", "Term"), TableColumn("estimate", "Estimate", .significant(4)),
        TableColumn("std_error", "Standard error", .significant(3)),
        TableColumn("df", "Degrees of freedom", .decimals(1)),
        .interval("ci_low", "ci_high", "95% interval", .significant(3)),
        TableColumn("p_value", "p", .pValue),
      ], file: "tables/\(step).coefficients.csv")
    guard !plotted.isEmpty else { return [.table(view)] }
    return [
      .figure(
        Figure(
          name: "\(step).coefficients",
          caption: "Coefficients of the model, with 95% intervals",
          IntervalPlot(
            plotted.map {
              IntervalPlot.Row(
                labels.text($0.term).filter { $0 != "`" }, estimate: $0.estimate, low: $0.low,
                high: $0.high,
                isPrimary: $0.term == asked)
            }, title: "Coefficients", axisTitle: "in units of \(labels.text(response))"))),
      .table(view),
    ]
  }

  var variances: TableView {
    TableView(
      table("variances") ?? TidyTable("variances", fields: [], rows: []),
      caption: "Variance components",
      columns: [
        TableColumn("group", "Group"), TableColumn("term", "Term"), TableColumn("other", "With"),
        TableColumn("variance", "Variance", .significant(4)),
        TableColumn("sd", "Standard deviation", .significant(4)),
        TableColumn("correlation", "Correlation", .decimals(3)),
      ], file: "tables/\(step).variances.csv")
  }

  var shares: [Block] {
    guard let table = table("vpc") else { return [] }
    return [
      .table(
        TableView(
          table, caption: "Shares of the variance",
          columns: [
            TableColumn("group", "Between"),
            TableColumn("null", "Without covariates", .percent(decimals: 1)),
            TableColumn("full", "In this model", .percent(decimals: 1)),
          ], file: "tables/\(step).vpc.csv"))
    ]
  }

  func table(_ name: String) -> TidyTable? { tables.first { $0.name == name } }
}

extension TidyTable {
  /// The table as a reader sees it: names without the backquotes that files need.
  fileprivate func unquoted(_ column: String) -> TidyTable {
    guard let place = fields.firstIndex(where: { $0.name == column }) else { return self }
    return TidyTable(
      name, fields: fields,
      rows: rows.map { row in
        var row = row
        if case .text(let text) = row[place] { row[place] = .text(text.filter { $0 != "`" }) }
        return row
      })
  }
}
