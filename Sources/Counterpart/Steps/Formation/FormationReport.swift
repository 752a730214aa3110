internal import Networks
internal import Reports
internal import Tables

/// What the report says of an estimated formation: what draws partners together, then how well the model
/// fits.
struct FormationReport {
  let step: String
  let result: FormationResult
  let labels: Labels

  /// The effect that is furthest from zero beside its standard error.
  var answer: Answer? {
    let strongest = effects.max { ratio($0) < ratio($1) }
    guard let strongest else { return nil }
    let format = NumberFormat.decimals(2)
    return Answer(
      """
      What most clearly shapes new partnerships is \(labels.prose(strongest.effect)): it changes the log odds of \
      a tie by \(strong: format.text(strongest.estimate)).
      """,
      interval: "95% interval " + words(strongest.interval, format))
  }

  /// An interval without an end on one side is said by the other.
  private func words(_ interval: FormationInterval, _ format: NumberFormat) -> String {
    switch (interval.low, interval.high) {
    case (let low?, let high?): format.interval(low, high)
    case (let low?, nil): "above \(format.text(low))"
    case (nil, let high?): "below \(format.text(high))"
    case (nil, nil): "without ends"
    }
  }

  private var effects: [FormationEstimate.Parameter] {
    result.estimate.parameters.filter {
      $0.period == nil && $0.effect != "density" && !$0.effect.hasSuffix(": density")
        && $0.standardError > 0
    }
  }

  private func ratio(_ parameter: FormationEstimate.Parameter) -> Double {
    abs(parameter.estimate) / parameter.standardError
  }

  var section: ReportSection {
    ReportSection(
      "How partnerships form", anchor: "formation-\(step)",
      [.paragraph(opening)] + plot + fitPlots
        + AskedTables(step: step, tables: result.tables, captions: Self.captions).blocks)
  }

  private var opening: Prose {
    """
    Parameters are log odds: by how much a tie becomes more likely, against staying as things are, with one unit \
    more of the effect. The largest deviation of simulated from observed statistics is \
    \(strong: NumberFormat.decimals(3).text(result.estimate.overallConvergence)) standard deviations over all \
    effects together; below 0.25 the estimates are taken to have converged.
    """
  }

  private var plot: [Block] {
    guard !effects.isEmpty else { return [] }
    return [
      .figure(
        Figure(
          name: "\(step).effects", caption: "Effects on new partnerships, with 95% intervals",
          IntervalPlot(
            effects.map { parameter in
              IntervalPlot.Row(
                labels.text(parameter.effect), estimate: parameter.estimate,
                low: parameter.interval.low ?? -.infinity,
                high: parameter.interval.high ?? .infinity, isPrimary: false)
            }, title: "Effects on new partnerships", axisTitle: "log odds of a tie")))
    ]
  }

  /// One picture for each statistic that was not fitted.
  private var fitPlots: [Block] {
    result.estimate.fit.map { fit in
      .figure(
        Figure(
          name:
            "\(step).fit-\(fit.statistic.map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined())",
          caption:
            "Fit of `\(fit.statistic)`, which was not fitted: p = \(NumberFormat.decimals(2).text(fit.p))",
          FitPlot(
            fit.levels.indices.map { k in
              FitPlot.Row(
                fit.levels[k], observed: fit.observed[k], mean: fit.simulatedMean[k],
                low: fit.low[k], high: fit.high[k])
            }, p: fit.p, title: "Fit of \(fit.statistic)")))
    }
  }

  private static let captions: [(name: String, caption: String)] = [
    ("effects", "Estimates"), ("waves", "The observed waves"),
    ("fit", "Statistics that were not fitted: observed beside simulated"),
  ]
}
