public import Designs
public import Probability
public import Tables

/// What a match leaves for the report and for later steps.
public struct MatchResult: Sendable {
  /// The match's table.
  public let table: String
  /// The table's column of keys.
  public let unitKey: String
  /// The row of the table for each candidate; weights and sets of `outcome.sample` stand in this order.
  public let rows: [Int32]
  public let outcome: MatchOutcome
  /// What the match was made from, for steps that ask what another would have found.
  public let inputs: Inputs
  public let effect: DesignEffect?
  /// What the gate found; `nil` where none was asked for. Where it has failures, the run must not pass.
  public let gate: GateOutcome?
  /// Members of the matched units; `nil` where none are asked for.
  public let members: MemberResult?
  public let tables: [TidyTable]
  public let diagnostics: [Diagnostic]
  /// Data of figures: `overlap`, the arms' distribution of the score before and after. The love plot is
  /// drawn from table `balance`.
  public let figures: [TidyTable]

  /// The weight of each row of the table, which has `rowCount` of them; zero where it is not in the sample.
  public func weights(rowCount: Int) -> [Double] {
    var weights = [Double](repeating: 0, count: rowCount)
    for (row, weight) in zip(rows, outcome.sample.weights) { weights[Int(row)] = weight }
    return weights
  }

  /// The matched set of each row of the table, from zero; −1 where it is in none.
  public func sets(rowCount: Int) -> [Int32] {
    var sets = [Int32](repeating: -1, count: rowCount)
    for (row, set) in zip(rows, outcome.sample.sets) { sets[Int(row)] = set }
    return sets
  }
}

extension MatchResult {
  /// What a match was run with.
  public struct Inputs: Sendable {
    public let step: MatchStep
    public let seed: Seed
    /// The population, as rows of the match's table; `nil` for all.
    public let population: [Int32]?
    public let places: [Place?]?
    /// The group that each row of the table was assigned with, below zero for none.
    public let groups: [Int32]?
    /// Who stands behind each row of the table; `nil` where each stands for itself.
    public let owners: [Int32]?
    let fitter: (any MixedPropensityFitter)?
  }

  /// How many units an arm has, uses, and is worth.
  public struct ArmSummary: Sendable, Hashable {
    public let total: Int
    public let used: Int
    /// The effective sample size, (Σw)²/Σw².
    public let effectiveSize: Double
  }

  public func arm(_ arm: Arm) -> ArmSummary {
    let summary = outcome.summary(arm)
    return ArmSummary(total: summary.total, used: summary.used, effectiveSize: summary.ess)
  }

  /// The tidy table of the given name, where the match left one.
  public func table(_ name: String) -> TidyTable? { tables.first { $0.name == name } }
}
