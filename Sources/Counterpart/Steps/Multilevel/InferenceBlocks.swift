internal import Reports
internal import Tables

/// The report's tables of what a model was asked beside its coefficients.
struct InferenceBlocks {
  let step: String
  let tables: [TidyTable]

  var all: [Block] {
    tables.compactMap { table in
      Self.views.first { $0.name == table.name }.map { view in
        .table(
          TableView(
            table, caption: view.caption, columns: view.columns,
            file: "tables/\(step).\(table.name).csv"))
      }
    }
  }

  private struct View {
    let name: String
    let caption: String
    let columns: [TableColumn]
  }

  private static var tested: [TableColumn] {
    [
      TableColumn("estimate", "Estimate", .significant(4)),
      TableColumn("std_error", "Standard error", .significant(3)),
      TableColumn("df", "Degrees of freedom", .decimals(1)),
      .interval("ci_low", "ci_high", "95% interval", .significant(3)),
    ]
  }

  private static var views: [View] {
    [
      View(
        name: "intervals", caption: "Intervals",
        columns: [
          TableColumn("parameter", "Parameter"), TableColumn("group", "Group"),
          TableColumn("term", "Term"), TableColumn("other", "With"), TableColumn("kind", "Kind"),
          TableColumn("estimate", "Estimate", .significant(4)),
          .interval("ci_low", "ci_high", "95% interval", .significant(3)),
        ]),
      View(
        name: "hypotheses", caption: "Hypotheses",
        columns: [
          TableColumn("hypothesis", "Hypothesis"), TableColumn("equations", "Equations"),
          TableColumn("statistic", "F", .significant(3)),
          TableColumn("df", "Equations tested", .whole),
          TableColumn("df_error", "Degrees of freedom", .decimals(1)),
          TableColumn("p_value", "p", .pValue),
        ]),
      View(
        name: "contrasts", caption: "Equations one by one",
        columns: [TableColumn("equation", "Equation")] + tested
          + [TableColumn("p_value", "p", .pValue)]),
      View(
        name: "comparisons", caption: "Against smaller models",
        columns: [
          TableColumn("name", "Comparison"), TableColumn("smaller", "Smaller model"),
          TableColumn("statistic", "Fall in deviance", .significant(4)),
          TableColumn("mixture", "Its distribution"), TableColumn("p_value", "p", .pValue),
          TableColumn("p_bootstrap", "p by bootstrap", .pValue),
        ]),
      View(
        name: "predictions", caption: "Average predictions",
        columns: [TableColumn("prediction", "Prediction"), TableColumn("at", "At")] + tested),
      View(
        name: "margins", caption: "Average effects",
        columns: [TableColumn("column", "Column"), TableColumn("contrast", "Contrast")] + tested
          + [TableColumn("p_value", "p", .pValue)]),
      View(
        name: "estimand", caption: "The effect with pupils alike and with schools alike",
        columns: [
          TableColumn("per", "Per"), TableColumn("asked", "As the study asks"),
          TableColumn("term", "Effect"),
        ] + tested + [TableColumn("p_value", "p", .pValue)]),
      View(
        name: "equivalence", caption: "Too small to matter?",
        columns: [
          TableColumn("term", "Coefficient"), TableColumn("bound", "Bound"),
          TableColumn("estimate", "Estimate", .significant(4)),
          .interval("ci_low", "ci_high", "90% interval", .significant(3)),
          TableColumn("p_low", "p, not below", .pValue),
          TableColumn("p_high", "p, not above", .pValue),
          TableColumn("verdict", "Verdict"),
        ]),
    ]
  }
}
