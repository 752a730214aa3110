internal import EventStudy
internal import Reports
internal import StudyFiles
internal import Tables

/// What the report says of an event study: the picture by event time, the overall effect, and what departures from
/// parallel trends would do to it.
struct EventStudyReport {
  let step: String
  let settings: EventStudyStep
  let result: EventStudyStep.Result
  let labels: Labels

  private var outcome: Prose { labels.prose(settings.outcome.text) }
  private var percent: String {
    NumberFormat.percent(decimals: settings.level == 0.95 || settings.level == 0.9 ? 0 : 1)
      .text(settings.level)
  }

  /// The mean over event times from joining on.
  private var overall: EffectRow? { result.overall.first { $0.aggregation == .dynamic } }

  var answer: Answer? {
    guard let overall, let low = overall.interval.low, let high = overall.interval.high else {
      return nil
    }
    let format = NumberFormat.significant(3)
    let sense = overall.interval.estimate < 0 ? "lower" : "higher"
    return Answer(
      """
      After joining, \(outcome) is \(strong: format.text(abs(overall.interval.estimate))) \(sense) than it \
      would have been, on average over years since joining.
      """,
      interval: "\(percent) interval \(format.interval(low, high))",
      details: [
        low <= 0 && high >= 0
          ? "The interval includes no difference." : "The interval excludes no difference."
      ] + (robustness.map { [$0] } ?? []))
  }

  /// How far from parallel trends could be.
  private var robustness: Prose? {
    guard
      let row = result.bounds.first(where: { $0.at == nil && $0.restriction == .relativeMagnitudes }
      ),
      let breakdown = row.breakdown
    else { return nil }
    guard breakdown.isFinite else {
      return "No departure from parallel trends of the size seen before joining would change that."
    }
    return """
      That holds while trends after joining depart from parallel by less than \
      \(strong: NumberFormat.significant(2).text(breakdown)) times their largest yearly departure before.
      """
  }

  var section: ReportSection {
    ReportSection(
      "Effects by years since joining", anchor: "event-study-\(step)",
      [.paragraph(opening)] + figure
        + AskedTables(step: step, tables: result.tables, captions: captions).blocks
        + [.paragraph(closing)])
  }

  private var opening: Prose {
    let cohorts = result.effects.panel.treatedCohorts
    let panel = result.effects.panel
    let treated = panel.cohorts.count { $0 != nil }
    let comparators: Prose =
      result.effects.settings.comparators == .never
      ? "units that never join" : "units that never join or have not joined yet"
    return """
      \(treated) units that join in \(cohorts.count) different years are compared with \(comparators), \
      \(panel.unitCount) units in all\(people), by \(estimator). Each cohort is measured from its last year before \
      joining\(anticipation).
      """
  }

  private var people: Prose {
    result.effects.panel.observations.map { all in
      " with \(all.count) people, who are others each year"
    } ?? ""
  }

  private var estimator: Prose {
    guard !settings.covariates.isEmpty else { return "differences in differences" }
    let names = settings.covariates.map { labels.text($0.text) }.joined(separator: ", ")
    return switch result.effects.settings.estimator {
    case .doublyRobust: "doubly robust differences in differences given \(names)"
    case .regression: "differences in differences with the change regressed on \(names)"
    case .weighting: "differences in differences weighted by the odds of joining given \(names)"
    }
  }

  private var anticipation: Prose {
    let years = result.effects.settings.anticipation
    return years == 0 ? "" : ", \(years) years earlier where joining may be acted on in advance"
  }

  private var figure: [Block] {
    let rows = result.dynamic.filter { $0.at != nil }
    guard rows.count > 1 else { return [] }
    let plot = IntervalPlot(
      rows.map { row in
        IntervalPlot.Row(
          label(row.at ?? 0), estimate: row.interval.estimate,
          low: row.interval.bandLow ?? row.interval.low ?? .nan,
          high: row.interval.bandHigh ?? row.interval.high ?? .nan,
          isPrimary: false)
      }, title: "Effects by years since joining",
      axisTitle: "in units of \(labels.text(settings.outcome.text))", reference: 0,
      format: .significant(3))
    return [
      .figure(
        Figure(
          name: "\(step).event_time",
          caption:
            "Effects by years since joining with bands that hold for all years at once (\(percent))",
          plot,
          note: """
            Before joining the effects should be none: they show how far trends are parallel. \
            \(result.effects.settings.base == .varying
              ? "Before joining each year is compared with the year before it."
              : "All years are compared with the last before joining.")
            """))
    ]
  }

  private func label(_ eventTime: Int) -> String {
    switch eventTime {
    case 0: "year of joining"
    case 1: "1 year after"
    case -1: "1 year before"
    case let years where years < 0: "\(-years) years before"
    default: "\(eventTime) years after"
    }
  }

  private var closing: Prose {
    """
    Intervals rest on influence functions summed within \
    \(settings.cluster.map { labels.prose($0.text) } ?? "units"); bands on \
    \(settings.draws) draws of a multiplier bootstrap. Bounds are robust to the stated departures from \
    parallel trends, and say nothing of departures that are larger.
    """
  }

  private var captions: [(name: String, caption: String)] {
    [
      ("overall", "Overall effects: all joined years, by event time, by cohort, by calendar year"),
      ("event_time", "Effects by years since joining"),
      ("pre_trends", "Test that all effects before joining are none"),
      ("bounds", "What effects could be if trends are not parallel (Rambachan & Roth)"),
      ("cohorts", "Effects by cohort"),
      ("calendar", "Effects by calendar year"),
      ("group_time", "Effects by cohort and year"),
      ("two_way", "Two-way fixed effects, for contrast only: biased under staggered joining"),
    ]
  }
}
