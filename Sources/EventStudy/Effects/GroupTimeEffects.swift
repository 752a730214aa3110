public import Tables

/// Who a cohort is compared with.
public enum Comparators: String, Sendable, Hashable, CaseIterable {
  /// Units that are never treated.
  case never
  /// Those, and units that are not treated yet in either of the two periods.
  case notYet = "not-yet"
}

/// The earlier period of a comparison.
public enum BasePeriod: String, Sendable, Hashable, CaseIterable {
  /// Before treatment the period just before; from treatment on the last one before it.
  case varying
  /// Always the last period before treatment.
  case universal
}

/// How group-time effects are estimated.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | estimator | doubly robust | | how covariates adjust |
/// | comparators | never | | who is compared with |
/// | base | varying | | the earlier period of comparisons before treatment |
/// | anticipation | 0 | ≥ 0 | periods before treatment in which units may act on it |
public struct GroupTimeSettings: Sendable, Hashable {
  public let estimator: DifferenceEstimator
  public let comparators: Comparators
  public let base: BasePeriod
  public let anticipation: Int

  public init(
    estimator: DifferenceEstimator = .doublyRobust, comparators: Comparators = .never,
    base: BasePeriod = .varying, anticipation: Int = 0
  ) {
    self.estimator = estimator
    self.comparators = comparators
    self.base = base
    self.anticipation = anticipation
  }

  func with(base: BasePeriod) -> GroupTimeSettings {
    GroupTimeSettings(
      estimator: estimator, comparators: comparators, base: base, anticipation: anticipation)
  }
}

/// The average effect on one cohort in one period.
public struct GroupTimeEffect: Sendable {
  public let cohort: Int
  public let period: Int
  /// The earlier period of the comparison.
  public let base: Int
  /// NaN where there is no estimate.
  public let estimate: Double
  /// One a unit of the panel; zero for units that took no part. Empty where there is no estimate.
  public let influence: [Double]
  public let treated: Int
  public let comparators: Int
  public let failure: CellFailure?

  /// Periods since treatment; negative before.
  public var eventTime: Int { period - cohort }
  /// Whether this is the base period itself, where the effect is zero by definition.
  public var isBase: Bool { base == period }
}

/// ATT(g, t): the average effect in period t on the units first treated in period g.
///
///     ATT(g, t) = E[Y_t(g) − Y_t(never) | G = g]
///
/// identified, where trends without treatment are parallel, as a difference in differences from the last period
/// before treatment between cohort g and its comparators (Callaway & Sant'Anna 2021, Journal of Econometrics
/// 225(2), 200-230, DOI 10.1016/j.jeconom.2020.12.001). No cohort is ever compared with one treated before it,
/// which is where two-way fixed effects go wrong. Covariates are those of a comparison's base period, so none is
/// dated after treatment. A comparison uses the units observed in both its periods.
public struct GroupTimeEffects: Sendable {
  public let panel: StaggeredPanel
  public let settings: GroupTimeSettings
  /// By cohort and period.
  public let cells: [GroupTimeEffect]
  public let diagnostics: [Diagnostic]

  /// - Throws: ``EventStudyError`` where nothing can be estimated.
  /// - Complexity: O(cohorts · periods · units · (covariates + 1)²)
  public init(_ panel: StaggeredPanel, _ settings: GroupTimeSettings) throws(EventStudyError) {
    guard panel.periods.count > 1 else { throw .fewPeriods(panel.periods.count) }
    let cohorts = panel.treatedCohorts
    guard !cohorts.isEmpty else { throw .noTreated }
    if settings.comparators == .never, !panel.cohorts.contains(nil) {
      throw .noComparators("never-treated")
    }
    var cells: [GroupTimeEffect] = []
    var diagnostics: [Diagnostic] = []
    for cohort in cohorts {
      guard
        let last = panel.periods.lastIndex(where: { $0 + settings.anticipation < cohort })
      else {
        diagnostics.append(
          Diagnostic(
            .warning, code: "no-base-period",
            "cohort \(cohort) has no year before it could act on joining: its "
              + "\(panel.size(ofCohort: cohort)) units have no effect"))
        continue
      }
      let distance = cohort - settings.anticipation - panel.periods[last]
      if distance > 1 {
        diagnostics.append(
          Diagnostic(
            .warning, code: "distant-base",
            "cohort \(cohort) is measured from \(panel.periods[last]), \(distance) years before, since "
              + "years between have no outcome: trends must be parallel over all of them"))
      }
      for period in panel.periods.indices {
        let isAfter = panel.periods[period] >= cohort - settings.anticipation
        let base: Int
        switch settings.base {
        case .universal: base = last
        case .varying where isAfter: base = last
        case .varying:
          guard period > 0 else { continue }
          base = period - 1
        }
        cells.append(
          Self.cell(panel, settings, cohort: cohort, period: period, base: base))
      }
    }
    let failed = cells.filter { $0.failure != nil }
    guard cells.contains(where: { $0.failure == nil && !$0.isBase }) else {
      throw .noCell(failed.first?.failure?.description ?? "no cohort has a year before joining")
    }
    diagnostics += Self.doubts(failed, cohorts, panel)
    self.panel = panel
    self.settings = settings
    self.cells = cells
    self.diagnostics = panel.diagnostics + diagnostics
  }

  private static func doubts(
    _ failed: [GroupTimeEffect], _ cohorts: [Int], _ panel: StaggeredPanel
  ) -> [Diagnostic] {
    var result: [Diagnostic] = []
    for reason in [CellFailure.noTreated, .noComparators, .collinear, .noOverlap] {
      let cells = failed.filter { $0.failure == reason }
      guard let first = cells.first else { continue }
      result.append(
        Diagnostic(
          .warning, code: "cell-not-estimated",
          "\(cells.count) group-time effect\(cells.count == 1 ? " has" : "s have") no estimate because "
            + "\(reason): the first is cohort \(first.cohort) in \(first.period)"))
    }
    let least = panel.covariates.count + 5
    let small = cohorts.filter { panel.size(ofCohort: $0) < least }
    if !small.isEmpty {
      result.append(
        Diagnostic(
          .warning, code: "small-cohort",
          "cohort\(small.count == 1 ? "" : "s") \(small.map(String.init).joined(separator: ", ")) of fewer "
            + "than \(least) units: standard errors lean on large samples, so read the average over "
            + "cohorts and not these"))
    }
    return result
  }

  /// Whether a unit is of the cohort; `nil` where it is neither that nor a comparator.
  static func arm(
    of unit: Int, _ panel: StaggeredPanel, _ settings: GroupTimeSettings, _ cohort: Int,
    _ later: Int
  ) -> Bool? {
    if panel.cohorts[unit] == cohort { return true }
    if let pools = panel.pools, pools[unit] != cohort { return nil }
    guard let own = panel.cohorts[unit] else { return false }
    return settings.comparators == .notYet && own > later ? false : nil
  }

  private static func cell(
    _ panel: StaggeredPanel, _ settings: GroupTimeSettings, cohort: Int, period: Int, base: Int
  ) -> GroupTimeEffect {
    if let observations = panel.observations {
      return cell(observations, panel, settings, cohort: cohort, period: period, base: base)
    }
    let later = panel.periods[max(period, base)] + settings.anticipation
    var (rows, treated, change): ([Int], [Bool], [Double]) = ([], [], [])
    for unit in 0..<panel.unitCount {
      guard let isTreated = arm(of: unit, panel, settings, cohort, later) else { continue }
      let difference =
        panel.value(panel.outcome, unit, period) - panel.value(panel.outcome, unit, base)
      guard difference.isFinite,
        panel.covariates.allSatisfy({ panel.value($0.values, unit, base).isFinite })
      else { continue }
      rows.append(unit)
      treated.append(isTreated)
      change.append(difference)
    }
    let treatedCount = treated.count { $0 }
    func result(
      _ estimate: Double, _ influence: [Double], _ failure: CellFailure? = nil
    ) -> GroupTimeEffect {
      GroupTimeEffect(
        cohort: cohort, period: panel.periods[period], base: panel.periods[base],
        estimate: estimate, influence: influence, treated: treatedCount,
        comparators: treated.count - treatedCount, failure: failure)
    }
    if period == base { return result(0, [Double](repeating: 0, count: panel.unitCount)) }
    do throws(CellFailure) {
      let difference = try DifferenceInDifferences(
        change: change, treated: treated,
        covariates: panel.covariates.map { covariate in
          rows.map { panel.value(covariate.values, $0, base) }
        }, weights: rows.map { panel.weights[$0] }, by: settings.estimator)
      var influence = [Double](repeating: 0, count: panel.unitCount)
      let scale = Double(panel.unitCount) / Double(rows.count)
      for (row, value) in zip(rows, difference.influence) { influence[row] = scale * value }
      return result(difference.estimate, influence)
    } catch { return result(.nan, [], error) }
  }
}
