public import Designs
internal import LinearAlgebra
public import Probability
public import StudyFiles
public import Tables

/// An `event-study` step of a study: effects by years since joining, where units join at different times.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | data | | a table | one row a unit and year |
/// | unit, year, joined, outcome | | columns | who, when, first treated year (missing: never), what |
/// | covariates | none | columns | taken in each comparison's base year |
/// | estimator | doubly-robust | | how covariates adjust |
/// | comparators | never | never, not-yet | who cohorts are compared with |
/// | base | varying | varying, universal | earlier year of comparisons before joining |
/// | anticipation | 0 | ≥ 0 | years before joining in which units may act on it |
/// | sampling | panel | panel, cross-sections | the same units, or other people, in each year |
/// | cluster | the unit | a column | what varies together |
/// | missing-years | none | years | years without outcomes, declared |
/// | level | 0.95 | (0, 1) | of intervals and bands |
/// | draws | 1,000 | ≥ 99 | multiplier bootstrap |
/// | bounds | 0.5, 1, 2 | | departures from parallel trends |
public struct EventStudyStep: Sendable {
  public let data: LocatedText
  public let unit: LocatedText
  public let year: LocatedText
  public let joined: LocatedText
  public let outcome: LocatedText
  public let covariates: [LocatedText]
  public let sample: LocatedText?
  public let cluster: LocatedText?
  public let settings: GroupTimeSettings
  public let missingYears: [Int]
  public let sampling: Sampling
  public let level: Double
  public let draws: Int
  public let relativeMagnitudes: [Double]
  public let smoothness: [Double]
  /// Whether two-way fixed effects stand beside, as a contrast.
  public let hasTwoWayContrast: Bool

  /// Who the rows of two years are.
  public enum Sampling: String, Sendable, Hashable, CaseIterable {
    /// The same units, one row a year.
    case panel
    /// Other people of the same units, any number a year.
    case crossSections = "cross-sections"
  }

  /// What a run of the step leaves.
  public struct Result: Sendable {
    public let effects: GroupTimeEffects
    public let dynamic: [EffectRow]
    public let overall: [EffectRow]
    public let preTrends: PreTrendTest?
    public let bounds: [BoundsRow]
    /// `group_time`, `event_time`, `overall`, `cohorts`, `calendar`, `pre_trends`, `bounds`, `two_way`.
    public let tables: [TidyTable]
    public let diagnostics: [Diagnostic]
    /// The event-time effects from joining on, with their covariance.
    public let carried: Carried
  }

  /// Estimates that later steps may use.
  public struct Carried: Sendable {
    /// `event_time_0`, `event_time_1`, …, then `overall`.
    public let terms: [String]
    public let estimates: [Double]
    public let covariance: [[Double]]
  }

  /// - Parameters:
  ///   - rowWeights: of a matched sample, one a row of the table; `nil` for all rows alike.
  ///   - rowSets: matched sets, one a row, −1 for none: comparators then serve only the cohorts of their sets.
  /// - Throws: ``EventStudyError`` for data that give no event study.
  public func panel(
    in data: DataSet, rowWeights: [Double]? = nil, rowSets: [Int32]? = nil
  ) throws(EventStudyError) -> StaggeredPanel {
    let reader: PanelReader
    do throws(SpecErrors) { reader = try PanelReader(self, in: data, path: "event-study") } catch {
      throw .unresolvedNames(error.description)
    }
    return try reader.panel(rowWeights: rowWeights, rowSets: rowSets)
  }

  /// Finds every name that the tables do not have.
  public func check(in data: DataSet, path: String) throws(SpecErrors) {
    _ = try PanelReader(self, in: data, path: path)
  }

  /// - Parameter seed: of this step.
  public func run(
    _ panel: StaggeredPanel, seed: Seed, threads: Int = 1
  ) throws(EventStudyError) -> Result {
    let effects = try GroupTimeEffects(panel, settings)
    var tables: [TidyTable] = []
    var doubts = effects.diagnostics
    let bands = seed["multipliers"]

    let cells = effects.cells.filter { !$0.isBase }
    let estimated = cells.filter { $0.failure == nil }
    let inference = InfluenceCovariance(estimated.map(\.influence), in: panel)
    let critical = inference.simultaneousCriticalValue(
      level: level, draws: draws, seed: bands["group-time"], threads: threads)
    let errors = inference.standardErrors
    var position = -1
    let cellRows = cells.map { cell -> GroupTimeRow in
      guard cell.failure == nil else { return GroupTimeRow(cell, nil) }
      position += 1
      return GroupTimeRow(
        cell,
        Interval(
          cell.estimate, errors[position], inference.degreesOfFreedom, level: level,
          critical: critical))
    }
    tables.append(TidyTable("group_time", cellRows))

    var rows: [Aggregation: [EffectRow]] = [:]
    var overall: [EffectRow] = []
    var carried = Carried(terms: [], estimates: [], covariance: [])
    for aggregation in Aggregation.allCases {
      let parts = effects.aggregated(aggregation)
      guard !parts.isEmpty else { continue }
      let inference = InfluenceCovariance(parts.map(\.influence), in: panel)
      let errors = inference.standardErrors
      let bandParts = parts.indices.filter { parts[$0].at != nil }
      let critical = InfluenceCovariance(bandParts.map { parts[$0].influence }, in: panel)
        .simultaneousCriticalValue(
          level: level, draws: draws, seed: bands[aggregation.rawValue], threads: threads)
      let all = parts.indices.map { k -> EffectRow in
        EffectRow(
          parts[k],
          Interval(
            parts[k].estimate, errors[k], inference.degreesOfFreedom, level: level,
            critical: parts[k].at == nil ? nil : critical))
      }
      rows[aggregation] = all.filter { $0.at != nil }
      overall += all.filter { $0.at == nil }
      if aggregation == .dynamic {
        let kept = parts.indices.filter { (parts[$0].at ?? 0) >= 0 }
        let covariance = inference.covariance
        carried = Carried(
          terms: kept.map { k in parts[k].at.map { "event_time_\($0)" } ?? "overall" },
          estimates: kept.map { parts[$0].estimate },
          covariance: kept.map { a in kept.map { covariance[a, $0] } })
      }
    }
    let dynamic = rows[.dynamic] ?? []
    tables.append(TidyTable("overall", overall))
    tables.append(TidyTable("event_time", dynamic))
    tables.append(TidyTable("cohorts", rows[.group] ?? []))
    tables.append(TidyTable("calendar", rows[.calendar] ?? []))

    let test = PreTrendTest(effects)
    if let test { tables.append(TidyTable("pre_trends", [PreTrendRow(test)])) }
    doubts += Self.doubts(test, effects) + Self.fewClusters(panel)
    let bounds = try bounds(panel, &doubts)
    if !bounds.isEmpty { tables.append(TidyTable("bounds", bounds)) }
    if hasTwoWayContrast {
      if let contrast = TwoWayContrast(panel) {
        tables.append(TidyTable("two_way", [TwoWayRow(contrast)]))
        doubts.append(Self.caution(contrast))
      }
    }
    return Result(
      effects: effects, dynamic: dynamic, overall: overall, preTrends: test, bounds: bounds,
      tables: tables, diagnostics: doubts, carried: carried)
  }

  /// Bounds on the mean over event times from 0 and on each event time.
  private func bounds(
    _ panel: StaggeredPanel, _ doubts: inout [Diagnostic]
  ) throws(EventStudyError) -> [BoundsRow] {
    guard !relativeMagnitudes.isEmpty || !smoothness.isEmpty else { return [] }
    let universal = try GroupTimeEffects(panel, settings.with(base: .universal))
    guard let path = EventStudyPath(universal) else { return [] }
    guard !path.before.isEmpty else {
      doubts.append(
        Diagnostic(
          .warning, code: "no-bounds",
          "no cohort has a year before its base year, so nothing says how far trends depart from "
            + "parallel: there are no bounds"))
      return []
    }
    let times = path.after.map { $0.time + path.base + 1 }.filter { $0 >= 0 }
    var rows: [BoundsRow] = []
    for target in [Int?.none] + times.map(Optional.some) {
      guard let weights = path.target(target) else { continue }
      let breakdown = RelativeMagnitudes.breakdown(path, target: weights, level: level)
      for magnitude in relativeMagnitudes {
        guard
          let found = RelativeMagnitudes(
            path, target: weights, magnitude: magnitude, level: level)
        else { continue }
        rows.append(BoundsRow(target, found, breakdown: breakdown))
      }
      for curvature in smoothness {
        guard
          let found = SmoothTrends(path, target: weights, curvature: curvature, level: level)
        else { continue }
        rows.append(BoundsRow(target, found))
      }
    }
    return rows
  }

  private static func doubts(
    _ test: PreTrendTest?, _ effects: GroupTimeEffects
  ) -> [Diagnostic] {
    guard let test else {
      return [
        Diagnostic(
          .warning, code: "no-pre-trend-test",
          "effects before joining could not be tested together: there are none, or too many for the "
            + "clusters")
      ]
    }
    guard test.pValue < 0.05 else { return [] }
    return [
      Diagnostic(
        .warning, code: "pre-trends",
        "effects before joining are not all zero (p = "
          + "\((test.pValue * 1e4).rounded() / 1e4)): trends were not parallel, so read the bounds")
    ]
  }

  /// Cohorts of few clusters: the fewer, the more often tests reject what is true.
  private static func fewClusters(_ panel: StaggeredPanel) -> [Diagnostic] {
    let counts = panel.treatedCohorts.map { cohort in
      Set(panel.cohorts.indices.filter { panel.cohorts[$0] == cohort }.map { panel.clusters[$0] })
        .count
    }
    guard let fewest = counts.min(), fewest < 15 else { return [] }
    return [
      Diagnostic(
        .warning, code: "few-treated-clusters",
        "a cohort has \(fewest) clusters only: standard errors lean on many, and the joint test of effects "
          + "before joining rejects too often with few, so read the average over cohorts and the figure"
      )
    ]
  }

  private static func caution(_ contrast: TwoWayContrast) -> Diagnostic {
    let negative =
      contrast.negativeCells > 0
      ? "; here \(contrast.negativeCells) of \(contrast.treatedCells) treated unit-years weigh negatively"
      : ""
    return Diagnostic(
      .note, code: "two-way-contrast",
      "two-way fixed effects stand beside for contrast only: under staggered joining they are biased "
        + "where effects differ or grow, since earlier joiners serve as comparators\(negative)")
  }
}
