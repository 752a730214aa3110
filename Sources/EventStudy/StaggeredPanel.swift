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
