internal import Networks
internal import Reports
internal import Tables

/// What the report says of observed networks and survey waves.
struct DescriptionReport {
  let step: String
  let networks: NetworkDescriptionResult
  let survey: SurveyWaves.Result?
  let tables: [TidyTable]

  /// The first and the last wave side by side.
  var answer: Answer? {
    let format = NumberFormat.decimals(2)
    guard let last = networks.waves.last else { return nil }
    let degree: Prose =
      "\(strong: format.text(last.description.meanDegree)) ties each"
    guard let first = networks.waves.first, networks.waves.count > 1 else {
      return Answer(
        """
        \(last.description.actors) actors have \(last.description.ties) ties, \(degree); \
        \(last.description.isolates) have none.
        """)
    }
    return Answer(
      """
      From `\(first.name)` to `\(last.name)` ties went from \(first.description.ties) to \
      \(last.description.ties), \(degree) of \(last.description.actors) actors; actors without any went from \
      \(first.description.isolates) to \(last.description.isolates).
      """)
  }

  var section: ReportSection {
    ReportSection(
      "What was observed", anchor: "description-\(step)",
      pictures + AskedTables(step: step, tables: tables, captions: Self.captions).blocks)
  }

  private var pictures: [Block] {
    networks.waves.filter { $0.network.actorCount <= 400 }.map { wave in
      let picture = Sociogram(wave.network)
      return .figure(
        Figure(
          name: "\(step).\(wave.name)", caption: "Ties of `\(wave.name)`",
          SociogramPlot(
            x: picture.x, y: picture.y,
            ties: (0..<wave.network.actorCount).flatMap { i in
              (0..<wave.network.degree(i)).map {
                (from: i, to: Int(wave.network.partner($0, of: i)))
              }
              .filter { wave.network.isDirected || $0.from < $0.to }
            }, isDirected: wave.network.isDirected, title: "Ties of \(wave.name)")))
    }
  }

  private static let captions: [(name: String, caption: String)] = [
    ("networks", "The observed networks"), ("roles", "Ties between roles"),
    ("proportions", "Answers by wave, with exact intervals"),
    ("changes", "Change since the first wave, respondents clustered"),
    ("actors", "The actors"),
  ]
}
