public import Tables

/// Units observed over periods, of which some become treated at different times and stay so.
///
/// Values by unit and period are stored unit by unit: unit `i` in period `t` stands at `i · periods + t`.
public struct StaggeredPanel: Sendable {
  /// Calendar years or other whole-numbered periods, ascending.
  public let periods: [Int]
  /// The first treated period of each unit; `nil` for units that are never treated.
  public let cohorts: [Int?]
  /// NaN where a unit was not observed.
  public let outcome: [Double]
  /// Columns that adjust a comparison, by unit and period; NaN where missing.
  public let covariates: [Covariate]
  /// One a unit, above 0.
  public let weights: [Double]
  /// Which units vary together, one code a unit, from 0.
  public let clusters: [Int32]
  /// Which of the given units they are.
  let kept: [Int]
  /// Where each period has people of its own: `outcome` then holds means, and `weights` sums.
  public let observations: CrossSections?
  /// The weight of a unit in a period: its own, or that of its observations.
  let cellWeights: [Double]?
  /// The cohort whose comparator each unit is, where matched sets say; `nil` where any cohort's.
  let pools: [Int?]?
  /// What was left out, and why.
  public let diagnostics: [Diagnostic]

  public struct Covariate: Sendable {
    public let name: String
    public let values: [Double]

    public init(_ name: String, _ values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  /// - Parameters:
  ///   - outcome: units × periods values, unit by unit; NaN where missing.
  ///   - weights: one a unit, none negative; units of weight zero are left out. `nil` for ones.
  ///   - clusters: one code a unit; `nil` where units are independent.
  ///
  /// Units that are treated in the first period already say nothing about before and after: they are left
  /// out, with a diagnostic, as are units without any outcome.
  public init(
    periods: [Int], cohorts: [Int?], outcome: [Double], covariates: [Covariate] = [],
    weights: [Double]? = nil, clusters: [Int32]? = nil
  ) {
    let count = periods.count
    precondition(periods == periods.sorted() && Set(periods).count == count, "periods ascend")
    precondition(outcome.count == cohorts.count * count, "outcomes of other units or periods")
    precondition(
      covariates.allSatisfy { $0.values.count == outcome.count }, "covariates of other rows")
    precondition(weights.map { $0.count == cohorts.count } ?? true, "weights of other units")
    precondition(clusters.map { $0.count == cohorts.count } ?? true, "clusters of other units")
    var diagnostics: [Diagnostic] = []
    func isObserved(_ unit: Int) -> Bool {
      (0..<count).contains { outcome[unit * count + $0].isFinite }
    }
    let weighted = cohorts.indices.filter { (weights?[$0] ?? 1) > 0 }
    let observed = weighted.filter(isObserved)
    if observed.count < weighted.count {
      diagnostics.append(
        Diagnostic(
          .note, code: "units-without-outcome",
          "\(weighted.count - observed.count) of \(weighted.count) units have no outcome in any year and "
            + "are left out"))
    }
    let kept = observed.filter { unit in
      guard let cohort = cohorts[unit], let first = periods.first else { return true }
      return cohort > first
    }
    if kept.count < observed.count {
      diagnostics.append(
        Diagnostic(
          .warning, code: "always-treated",
          "\(observed.count - kept.count) units were treated in the first year already: nothing was "
            + "observed before, so they are left out of both arms"))
    }
    func selecting(_ values: [Double]) -> [Double] {
      kept.flatMap { Array(values[$0 * count..<($0 + 1) * count]) }
    }
    self.periods = periods
    self.cohorts = kept.map { cohorts[$0] }
    self.outcome = selecting(outcome)
    self.covariates = covariates.map { Covariate($0.name, selecting($0.values)) }
    self.weights = kept.map { weights?[$0] ?? 1 }
    self.clusters = Self.renumbered(kept.map { clusters?[$0] ?? Int32($0) })
    self.diagnostics = diagnostics
    self.kept = kept
    observations = nil
    cellWeights = nil
    pools = nil
  }

  /// Units whose people are others in each period.
  ///
  /// - Parameters:
  ///   - names: of the covariates, one a list of `observations`.
  ///   - clusters: one code a unit; `nil` where units are independent.
  public init(
    periods: [Int], cohorts: [Int?], observations: CrossSections, names: [String] = [],
    clusters: [Int32]? = nil
  ) {
    let (means, totals) = observations.cells(units: cohorts.count, periods: periods.count)
    let weights = observations.weights(ofUnits: cohorts.count)
    let whole = StaggeredPanel(
      periods: periods, cohorts: cohorts, outcome: means, weights: weights, clusters: clusters)
    // The same rule as in the panel of means, which leaves the same units out.
    let kept = cohorts.indices.filter { unit in
      weights[unit] > 0 && (cohorts[unit].map { $0 > (periods.first ?? .min) } ?? true)
    }
    self.kept = kept
    self.periods = periods
    self.cohorts = whole.cohorts
    outcome = whole.outcome
    covariates = names.map { Covariate($0, []) }
    self.weights = whole.weights
    self.clusters = whole.clusters
    diagnostics = whole.diagnostics
    self.observations = observations.keeping(kept, of: cohorts.count)
    pools = nil
    cellWeights = kept.flatMap { Array(totals[$0 * periods.count..<($0 + 1) * periods.count]) }
  }

  /// The same with comparators only for the cohorts to which they were matched.
  ///
  /// - Parameter sets: the matched set of each of the panel's units, −1 for none. A comparator in the set of a treated
  ///   unit serves that unit's cohort, and nobody in no such set serves any.
  package func pooled(bySets sets: [Int32]) -> StaggeredPanel {
    precondition(sets.count == unitCount, "sets of other units")
    var cohort: [Int32: Int] = [:]
    for unit in cohorts.indices where sets[unit] >= 0 {
      if let own = cohorts[unit] { cohort[sets[unit]] = cohort[sets[unit]] ?? own }
    }
    return StaggeredPanel(self, pools: sets.map { $0 < 0 ? nil : cohort[$0] })
  }

  private init(_ other: StaggeredPanel, pools: [Int?]) {
    periods = other.periods
    cohorts = other.cohorts
    outcome = other.outcome
    covariates = other.covariates
    weights = other.weights
    clusters = other.clusters
    diagnostics = other.diagnostics
    observations = other.observations
    cellWeights = other.cellWeights
    kept = other.kept
    self.pools = pools
  }

  /// The weight of a unit in a period.
  func weight(_ unit: Int, _ period: Int) -> Double {
    cellWeights?[unit * periods.count + period] ?? weights[unit]
  }

  public var unitCount: Int { cohorts.count }
  public var clusterCount: Int { Int(clusters.max() ?? -1) + 1 }

  /// The cohorts that join while units are observed, ascending.
  public var treatedCohorts: [Int] {
    Set(cohorts.compactMap(\.self)).filter { $0 <= periods.last ?? .min }.sorted()
  }

  /// Units of each cohort.
  public func size(ofCohort cohort: Int) -> Int { cohorts.count { $0 == cohort } }

  func value(_ values: [Double], _ unit: Int, _ period: Int) -> Double {
    values[unit * periods.count + period]
  }

  /// Codes from 0 in the order in which they first occur.
  private static func renumbered(_ codes: [Int32]) -> [Int32] {
    var position: [Int32: Int32] = [:]
    return codes.map { code in
      if let known = position[code] { return known }
      let next = Int32(position.count)
      position[code] = next
      return next
    }
  }
}
