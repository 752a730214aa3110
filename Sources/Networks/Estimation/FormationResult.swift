public import LinearAlgebra
internal import StudyFiles
public import Tables

/// What a `formation` step leaves: tidy tables, doubts, and the estimates with their covariance.
public struct FormationResult: Sendable {
  /// `effects`, then `fit`, then `waves`.
  public let tables: [TidyTable]
  public let diagnostics: [Diagnostic]
  public let estimate: FormationEstimate

  /// The names of the estimates that ``covariance`` is of, rates with their period. Effects that were held for want of a
  /// finite estimate are among them, with next to no variance: whoever runs the model on needs them.
  public var names: [String] {
    carried.map { k in
      let parameter = estimate.parameters[k]
      return parameter.period.map { "\(parameter.effect) \($0)" } ?? parameter.effect
    }
  }
  public var values: [Double] { carried.map { estimate.parameters[$0].estimate } }
  public var covariance: Matrix {
    let positions = carried.map { estimate.freeParameters.firstIndex(of: $0) }
    var result = Matrix(rows: positions.count, columns: positions.count)
    for (i, a) in positions.enumerated() {
      for (j, b) in positions.enumerated() {
        if let a, let b { result[i, j] = estimate.covariance[a, b] }
      }
      if a == nil { result[i, i] = 1e-12 }
    }
    return result
  }

  private var carried: [Int] {
    (estimate.freeParameters
      + estimate.unbounded.filter { estimate.parameters[$0].period == nil }).sorted()
  }

  /// - Parameter relations: their names and those of their waves.
  init(
    _ estimate: FormationEstimate, _ panel: Panel, relations: [(name: String, waves: [String])],
    doubts: [Diagnostic] = []
  ) {
    self.estimate = estimate
    tables = [
      TidyTable(
        "effects",
        estimate.parameters.enumerated().map {
          FormationRow(parameter: $1, isHeld: estimate.unbounded.contains($0))
        }),
      TidyTable(
        "fit",
        estimate.fit.flatMap { fit in
          fit.levels.indices.map { FitRow(fit: fit, level: $0) }
        }),
      TidyTable(
        "waves",
        relations.enumerated().flatMap { r, relation in
          relation.waves.enumerated().map { k, wave in
            let network = panel.waves[k][r]
            return WaveRow(
              wave: (r == 0 ? "" : "\(relation.name): ") + wave,
              description: NetworkDescription(network),
              jaccard: k == 0 ? nil : panel.waves[k - 1][r].jaccard(network))
          }
        }),
    ]
    diagnostics = doubts + Self.doubts(estimate, panel, relations)
  }

  private static func doubts(
    _ estimate: FormationEstimate, _ panel: Panel, _ relations: [(name: String, waves: [String])]
  ) -> [Diagnostic] {
    func short(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
    var doubts: [Diagnostic] = []
    if !estimate.hasConverged {
      let worst = estimate.parameters.max { abs($0.convergence ?? 0) < abs($1.convergence ?? 0) }
      doubts.append(
        Diagnostic(
          .warning, code: "not-converged",
          "the estimates have not converged: the overall t-ratio is "
            + "\(short(estimate.overallConvergence)), the largest is that of "
            + "`\(worst?.effect ?? "")`, \(short(worst?.convergence ?? 0)); raise `replicates` or leave "
            + "out effects"))
    }
    for position in estimate.unbounded {
      let parameter = estimate.parameters[position]
      if let period = parameter.period {
        let waves =
          relations.dropFirst().first { parameter.effect == "\($0.name): rate" }?.waves
          ?? relations[0].waves
        doubts.append(
          Diagnostic(
            .warning, code: "rate-unbounded",
            "`\(parameter.effect) \(period)` has no finite estimate: `\(waves[period - 1])` and `\(waves[period])` differ "
              + "as much as if nothing of the first were left in the second. It is held at "
              + "\(short(parameter.estimate)), where more opportunities change nothing; the other estimates are given that"
          ))
      } else {
        doubts.append(
          Diagnostic(
            .warning, code: "estimate-unbounded",
            "`\(parameter.effect)` has no finite estimate: its observed statistic, \(short(parameter.target)), lies at "
              + "the edge of what the model can bring about. It is held at \(short(parameter.estimate)), where it decides "
              + "every choice it touches; the other estimates are given that. Leave it out, or group its values"
          ))
      }
    }
    if !estimate.withoutEnds.isEmpty {
      let names = estimate.withoutEnds.map { "`\(estimate.parameters[$0].effect)`" }
      doubts.append(
        Diagnostic(
          .warning, code: "interval-not-found",
          "no end of the interval by the score-type test was found for \(names.joined(separator: ", ")), on a side where it "
            + "may have one: networks run away on the way there, or steps come to no rest; raise `replicates`, or use "
            + "`intervals: wald`"))
    }
    if estimate.ranAway > 0 {
      doubts.append(
        Diagnostic(
          .warning, code: "ran-away",
          "in \(estimate.ranAway) simulated periods partnerships ran away and were stopped"))
    }
    for (r, relation) in relations.enumerated() {
      for period in 0..<panel.periods {
        let index = panel.waves[period][r].jaccard(panel.waves[period + 1][r])
        if index < 0.2 {
          doubts.append(
            Diagnostic(
              .warning, code: "few-ties-kept",
              "`\(relation.waves[period])` and `\(relation.waves[period + 1])` share \(short(index)) of their ties "
                + "(Jaccard); below 0.2 the waves may be too far apart for gradual change"))
        }
      }
    }
    for fit in estimate.fit where fit.p < 0.05 {
      doubts.append(
        Diagnostic(
          .warning, code: "poor-fit",
          "the model does not reproduce the distribution of `\(fit.statistic)`: p = \(short(fit.p))"
        ))
    }
    for parameter in estimate.parameters
    where parameter.standardError > 5 && parameter.period == nil {
      if abs(parameter.estimate) > 10 {
        doubts.append(
          Diagnostic(
            .warning, code: "large-estimate",
            "`\(parameter.effect)` is \(short(parameter.estimate)) with standard error "
              + "\(short(parameter.standardError)): the data may hold almost no information about it"
          ))
      }
    }
    return doubts
  }
}

/// A row of `effects`.
public struct FormationRow: TidyRow {
  let parameter: FormationEstimate.Parameter
  /// Whether it was held for want of a finite estimate.
  let isHeld: Bool

  public static let schema = [
    Field(
      "effect", "The effect as the study writes it; `rate` is opportunities an actor and period."),
    Field("period", "Of a rate: the period, from 1."),
    Field("estimate", unit: "log odds", "The estimate; of a rate, opportunities."),
    Field("std_error", "Its standard error; missing where there is no finite estimate."),
    Field(
      "low",
      "The low end of its 95 % interval; from standard errors, that of a rate is one of its logarithm. Missing where the "
        + "interval has no end on this side."),
    Field("high", "The high end."),
    Field(
      "convergence",
      "Mean deviation of simulated from observed statistics over their sd; good below 0.1."),
  ]

  public var cells: [Cell] {
    [
      .text(parameter.effect), .optional(parameter.period), .number(parameter.estimate),
      .optional(isHeld ? nil : parameter.standardError),
      .optional(parameter.interval.low), .optional(parameter.interval.high),
      .optional(parameter.convergence),
    ]
  }
}

/// A row of `fit`: one level of a statistic that was not fitted.
public struct FitRow: TidyRow {
  let fit: GoodnessOfFit
  let level: Int

  public static let schema = [
    Field("statistic", "What is compared."),
    Field("level", "Which value of it."),
    Field("observed", "Its observed count, summed over waves after the first."),
    Field("mean", "The mean over simulations at the estimate."),
    Field("low", "5 % quantile over simulations."),
    Field("high", "95 % quantile over simulations."),
    Field("p", "Share of simulations at least as far out, over all levels (Mahalanobis)."),
  ]

  public var cells: [Cell] {
    [
      .text(fit.statistic), .text(fit.levels[level]), .number(fit.observed[level]),
      .number(fit.simulatedMean[level]), .number(fit.low[level]), .number(fit.high[level]),
      .number(fit.p),
    ]
  }
}

/// A row of `waves`: one observed network.
public struct WaveRow: TidyRow {
  let wave: String
  let description: NetworkDescription
  let jaccard: Double?

  public static let schema = [
    Field("wave", "The table of ties; of other relations after their name."),
    Field("ties", "Ties, unordered where undirected."),
    Field("density", "Ties over possible ties."),
    Field("mean_degree", "Ties sent per actor; partners where undirected."),
    Field("reciprocity", "Share of ties that are returned; directed only."),
    Field("transitivity", "Share of two-paths that are closed."),
    Field("isolates", "Actors without any tie."),
    Field("components", "Groups connected by ties, whatever their direction; isolates count."),
    Field("jaccard", "Ties shared with the wave before over ties in either."),
  ]

  public var cells: [Cell] {
    [
      .text(wave), .count(description.ties), .number(description.density),
      .number(description.meanDegree), .optional(description.reciprocity),
      .optional(description.transitivity), .count(description.isolates),
      .count(description.components), .optional(jaccard),
    ]
  }
}

extension FormationStep {
  /// Actors that have more ties than they may make: they can only end some.
  func overfull(_ panel: Panel) -> [Diagnostic] {
    allRelations.enumerated().flatMap { r, relation -> [Diagnostic] in
      guard let maximum = relation.spec.maximumDegree else { return [] }
      return zip(relation.spec.waves, panel.waves).compactMap { name, wave in
        let network = wave[r]
        let over = (0..<panel.actorCount).count { network.degree($0) > maximum }
        return over == 0
          ? nil
          : Diagnostic(
            .warning, code: "above-maximum",
            "in `\(name.text)` \(over) actors have more than the `maximum-degree` of \(maximum) partners: the model "
              + "lets them end ties and make none")
      }
    }
  }
}
