internal import Matching
internal import Reports
internal import Tables

/// What the report says of the checks of a match.
struct SensitivityReport {
  let step: String
  let match: String
  let result: SensitivityResult
  let labels: Labels

  var section: ReportSection {
    ReportSection(
      "How sensitive the comparison is", anchor: "sensitivity-\(step)",
      [.paragraph(opening)]
        + result.tables.map { table in
          .table(
            TableView(
              table, caption: Self.captions[table.name] ?? table.name.replacingUnderscores,
              file: "tables/\(step).\(table.name).csv"))
        })
  }

  private var opening: Prose {
    """
    Matching makes units alike in what was measured. These checks of \(code: match) ask what something \
    unmeasured, or another choice of design, could do to its answer.
    """
  }

  private static let captions = [
    "rosenbaum":
      "How unequal the odds of treatment could be before the finding is lost (Rosenbaum)",
    "e_value":
      "How strongly an unmeasured cause would have to go with both treatment and outcome (E-value)",
    "robustness": "How much of treatment and outcome an unmeasured cause would have to explain",
    "benchmarks": "The same, beside what measured covariates explain",
    "placebo": "Effects on what the treatment cannot have changed",
    "leave_one_out": "The effect without each group in turn",
    "specification_curve": "The effect under each design of the declared grid",
  ]
}

extension String {
  /// A table's name as words.
  fileprivate var replacingUnderscores: String { split(separator: "_").joined(separator: " ") }
}
