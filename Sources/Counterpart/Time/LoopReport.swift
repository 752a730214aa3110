internal import Reports
internal import Tables

/// What the report says of a loop: one section for all passes, their effects in a picture first, each pass below.
struct LoopReport {
  let name: String
  /// The kind of step that is repeated.
  let kind: String
  let passes: [(child: LoopStudyStep.Child, result: StepResult)]
  /// The effects judged together, where the loop says how.
  let family: TidyTable?
  let labels: Labels
  /// The pass of the primary outcome, which stands open; the others show their titles.
  let primary: Int?

  /// A loop whose passes say nothing has no section.
  var sections: [ReportSection] {
    let overview = overview
    let below = passes.enumerated().flatMap { position, pass in
      pass.result.sections.map { section in
        ReportSection(
          title(of: section, pass.child), anchor: section.anchor, section.blocks,
          subsections: section.subsections,
          isFolded: !overview.isEmpty && position != primary)
      }
    }
    guard !below.isEmpty || family != nil else { return [] }
    return [ReportSection(title, anchor: "for-\(name)", overview, subsections: below)]
  }

  private var title: String {
    kind == MultilevelStudyStep.name
      ? "The models \(name)" : "The step \(name), \(passes.count) times"
  }

  /// `Pupils' reading, lag 1`; where a pass has several sections, each with its own title before.
  private func title(of section: ReportSection, _ child: LoopStudyStep.Child) -> String {
    let words = child.words(labels)
    guard !section.title.hasSuffix("\(name)-\(child.suffix)") else {
      return words.prefix(1).uppercased() + words.dropFirst()
    }
    return "\(section.title): \(words)"
  }

  private var overview: [Block] {
    let rows = FamilyRow.rows(passes.map { ($0.child, $0.result.tables) })
    let judged: [Block] =
      family.map {
        [
          .table(
            TableView(
              $0, caption: "Effects by themselves and among all of the family",
              file: "tables/\(name).family.csv"))
        ]
      } ?? []
    guard rows.count > 1 else { return judged }
    return (curve(rows) ?? comparison(rows)) + judged
  }

  /// Effects over the years after the base year, a line for what else the loop varies.
  private func curve(_ rows: [FamilyRow]) -> [Block]? {
    let years = rows.compactMap { row in
      row.values.first { $0.name == "lag" }.flatMap { Double($0.value) }
    }
    guard years.count == rows.count, Set(years).count > 2 else { return nil }
    var series: [(name: String, moments: [FanChart.Moment])] = []
    for (row, year) in zip(rows, years) {
      let words = row.values.filter { $0.name != "lag" }.map { labels.text($0.value) }
      let own = words.isEmpty ? labels.text(row.term) : words.joined(separator: ", ")
      let moment = FanChart.Moment(
        time: year, mean: row.estimate, low: row.low, high: row.high)
      if let place = series.firstIndex(where: { $0.name == own }) {
        series[place].moments.append(moment)
      } else {
        series.append((own, [moment]))
      }
    }
    let chart = FanChart(
      series.map { FanChart.Series($0.name, $0.moments.sorted { $0.time < $1.time }) },
      title: "Effects by year", valueTitle: "difference, in the outcome's units",
      timeTitle: "Years after the base year", arrangement: series.count > 1 ? .panels : .together)
    return [
      .figure(
        Figure(
          name: "\(name).curve",
          caption: "The effect by years after the base year, with 95% intervals", chart,
          table: table(rows)))
    ]
  }

  private func comparison(_ rows: [FamilyRow]) -> [Block] {
    let plot = IntervalPlot(
      rows.map { row in
        IntervalPlot.Row(
          row.values.map { labels.text($0.value) }.joined(separator: ", "),
          estimate: row.estimate, low: row.low, high: row.high)
      }, title: "Effects of all passes", axisTitle: "difference, in the outcome's units")
    return [
      .figure(
        Figure(
          name: "\(name).effects", caption: "The effect in each model, with 95% intervals", plot,
          table: table(rows)))
    ]
  }

  private func table(_ rows: [FamilyRow]) -> TableView {
    TableView(
      FamilyRow.plain(rows), caption: "The effect in each model",
      file: "tables/\(name).coefficients.csv")
  }
}
