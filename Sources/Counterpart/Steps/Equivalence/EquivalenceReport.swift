internal import Multilevel
internal import Reports
internal import Tables

/// What the report says of effects that may be too small to matter.
struct EquivalenceReport {
  /// A test in one pass of the model's loop.
  struct Answered {
    let values: [(name: String, value: String)]
    let effect: ConditionalEffect
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
    guard let answered = answers.first else { return nil }
    let first = answered.row
    guard answers.count == 1 else {
      return Answer(
        """
        A difference of \(first.bound) or more is ruled out for \(strong: "\(shown)") of the \(answers.count) effects \
        tested in \(code: of).
        """)
    }
    return Answer(
      """
      For \(words(answered.effect)), a difference of \(first.bound) or more is \
      \(strong: first.test.isEquivalent ? "ruled out" : "not ruled out").
      """, interval: "90% interval \(Self.number.interval(first.test.low, first.test.high))")
  }

  private static let number = NumberFormat.decimals(3)

  /// The effect in the study's words, with the values at which it is taken.
  private func words(_ effect: ConditionalEffect) -> Prose {
    let term = labels.prose(effect.term)
    guard !effect.values.isEmpty else { return term }
    let values = effect.values.map { "\(labels.text($0.column)) = \($0.value)" }
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
        let name = pass.isEmpty ? words(answered.effect).plain : pass
        return IntervalPlot.Row(
          name + (isOneTerm || pass.isEmpty ? "" : ": \(labels.text(test.term))")
            + (test.isEquivalent ? " (shown)" : ""),
          estimate: test.estimate, low: test.low, high: test.high)
      }, title: "Effects against bounds", axisTitle: "difference, in the outcome's units",
      detectable: isOneBand ? bounds.first : nil, bandWords: "too small to matter",
      format: Self.number)
  }
}
