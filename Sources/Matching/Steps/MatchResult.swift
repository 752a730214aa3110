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
  public let effect: DesignEffect?
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
