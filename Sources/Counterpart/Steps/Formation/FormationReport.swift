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
    let reach = 1.959963984540054 * strongest.standardError
    return Answer(
      """
      What most clearly shapes new partnerships is \(labels.prose(strongest.effect)): it changes the log odds of \
      a tie by \(strong: format.text(strongest.estimate)).
      """,
      interval: "95% interval "
        + format.interval(strongest.estimate - reach, strongest.estimate + reach))
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
              let reach = 1.959963984540054 * parameter.standardError
              return IntervalPlot.Row(
                labels.text(parameter.effect), estimate: parameter.estimate,
                low: parameter.estimate - reach, high: parameter.estimate + reach,
                isPrimary: false)
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
