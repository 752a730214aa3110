internal import FoundationEssentials
internal import Multilevel
internal import Reports
internal import Tables

/// What the report says of effects that may be too small to matter.
struct EquivalenceReport {
  /// A test in one pass of the model's loop.
  struct Answered {
    let values: [(name: String, value: String)]
    let row: EquivalenceRow
  }

  let step: String
  let of: String
  let answers: [Answered]
  let labels: Labels

  /// One row a pass and effect, with the loop's values as leading columns.
  var table: TidyTable {
    TidyTable(
      "equivalence",
      fields: (answers.first?.values ?? []).map { Field($0.name, "the value that the loop took") }
        + EquivalenceRow.schema,
      rows: answers.map { answered in
        answered.values.map { Cell(loopValue: $0.value) } + answered.row.cells
      })
  }

  private var shown: Int { answers.count { $0.row.test.isEquivalent } }

  var answer: Answer? {
    guard let first = answers.first?.row else { return nil }
    guard answers.count == 1 else {
      return Answer(
        """
        A difference of \(first.bound) or more is ruled out for \(strong: "\(shown)") of the \(answers.count) effects \
        tested in \(code: of).
        """)
    }
    return Answer(
      """
      For \(effect(first)), a difference of \(first.bound) or more is \
      \(strong: first.test.isEquivalent ? "ruled out" : "not ruled out").
      """, interval: "90% interval \(Self.number.interval(first.test.low, first.test.high))")
  }

  private static let number = NumberFormat.decimals(3)

  /// The effect in the study's words, with the values at which it is taken.
  private func effect(_ row: EquivalenceRow) -> Prose {
    guard let at = row.test.term.range(of: " at ") else { return labels.prose(row.test.term) }
    let term = labels.prose(String(row.test.term[..<at.lowerBound]))
    let values = row.test.term[at.upperBound...].split(separator: ",").map { part in
      let sides = part.split(separator: "=").map { String($0).trimmed }
      return sides.count == 2 ? "\(labels.text(sides[0])) = \(sides[1])" : String(part)
    }
    return "\(term) where \(values.joined(separator: ", "))"
  }

  var section: ReportSection {
    ReportSection(
      "Too small to matter? \(step)", anchor: "equivalence-\(step)",
      [
        .paragraph(
          """
          An effect of \(code: of) counts as too small to matter where its whole 90% interval lies within the bounds, \
          which is to say that two one-sided tests at the 5% level reject everything beyond them. That an effect is \
          not shown to differ from zero would be no such evidence. Here \(strong: verdict).
          """),
        .figure(
          Figure(
            name: "\(step).equivalence", caption: "Effects with 90 % intervals and bounds", plot,
            table: TableView(
              table, caption: "Tests of equivalence", columns: columns,
              file: "tables/\(step).equivalence.csv"))),
      ])
  }

  private var verdict: String {
    guard answers.count > 1 else { return shown == 1 ? "it is shown" : "it is not shown" }
    return "it is shown for \(shown) of \(answers.count)"
  }

  private var columns: [TableColumn] {
    (answers.first?.values ?? []).map { TableColumn($0.name, $0.name) } + [
      TableColumn("term", "Effect"), TableColumn("bound", "Bound"),
      TableColumn("estimate", "Estimate", .decimals(3)),
      .interval("ci_low", "ci_high", "90% interval", .decimals(3)),
      TableColumn("p_low", "p, not below", .pValue),
      TableColumn("p_high", "p, not above", .pValue), TableColumn("verdict", "Verdict"),
    ]
  }

  private var plot: IntervalPlot {
    let bounds = answers.map(\.row.test.highBound)
    // Standard deviations differ from model to model, so that one band stands only for one model.
    let isOneBand = (bounds.max() ?? 0) - (bounds.min() ?? 0) <= 0.001 * (bounds.max() ?? 0)
    let isOneTerm = Set(answers.map(\.row.test.term)).count == 1
    return IntervalPlot(
      answers.map { answered in
        let pass = answered.values.map {
          $0.name == "outcome" || $0.name == "type"
            ? labels.text($0.value) : "\($0.name) \(labels.text($0.value))"
        }.joined(separator: ", ")
        let test = answered.row.test
        let name = pass.isEmpty ? effect(answered.row).plain : pass
        return IntervalPlot.Row(
          name + (isOneTerm || pass.isEmpty ? "" : ": \(labels.text(test.term))")
            + (test.isEquivalent ? " (shown)" : ""),
          estimate: test.estimate, low: test.low, high: test.high)
      }, title: "Effects against bounds", axisTitle: "difference, in the outcome's units",
      detectable: isOneBand ? bounds.first : nil, bandWords: "too small to matter",
      format: Self.number)
  }
}
