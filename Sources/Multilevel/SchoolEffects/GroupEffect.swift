internal import LinearAlgebra
public import Probability
public import Tables

/// One group's effect with what may be said about it and about its place among the others.
public struct GroupEffect: Sendable, Hashable {
  public let group: String
  public let level: String
  /// The column whose effect this is.
  public let term: String
  /// The conditional mode.
  public let mode: Double
  /// Of the prediction error, with the uncertainty of the coefficients.
  public let standardError: Double
  /// The 95 % interval of this group alone.
  public let low: Double
  public let high: Double
  /// Two groups whose comparative intervals do not overlap differ, at 5 % on average over pairs.
  public let comparativeLow: Double
  public let comparativeHigh: Double
  public let rank: RankInterval
  /// 1 − var(u | y) / τ²: how much of the mode is signal; `nil` where τ² is zero.
  public let reliability: Double?
  public let rows: Int
}

/// The effects of the groups of one factor, in caterpillar order.
public struct GroupEffects: Sendable {
  /// Column after column, by increasing mode.
  public let effects: [GroupEffect]
  /// For each column of the factor the multiple of the conditional standard error in its comparative intervals.
  public let multipliers: [Double]
  public let diagnostics: [Diagnostic]
}

extension LinearMixedModelFit {
  /// School effects: the groups of some factors with intervals, ranks and reliabilities.
  ///
  /// Intervals of one group use the prediction error, comparative ones the conditional standard error, because the
  /// uncertainty of the intercept is common to both sides of a comparison.
  /// Goldstein & Healy (1995), doi:10.2307/2983411; Goldstein & Spiegelhalter (1996), doi:10.2307/2983325.
  ///
  /// - Parameters:
  ///   - names: grouping factors of the model.
  ///   - draws: for ranks.
  /// - Throws: ``EstimationError/unknownFactor(_:known:)``
  public func groupEffects(
    of names: [String], draws: Int = 1_000, seed: Seed = Seed(1), threads: Int = 1
  ) throws(EstimationError) -> [GroupEffects] {
    try requirePlainRows(for: "effects of groups with ranks")
    var chosen: [Int] = []
    for name in names { chosen.append(try factor(named: name)) }
    let ranks = try ranks(of: chosen, draws: draws, seed: seed["ranks"], threads: threads)
    return zip(chosen, ranks).map { groupEffects($0, $1) }
  }

  /// The position of a factor in ``factors``.
  func factor(named name: String) throws(EstimationError) -> Int {
    guard let position = factors.firstIndex(where: { $0.name == name }) else {
      throw .unknownFactor(name, known: factors.map(\.name))
    }
    return position
  }

  private func groupEffects(_ index: Int, _ ranks: [[RankInterval]]) -> GroupEffects {
    let factor = factors[index]
    let variances = terms.filter { $0.group == factor.name }.flatMap { $0.covariance.diagonal }
    var rows = [Int](repeating: 0, count: factor.levels.count)
    for code in problem.structure.factors[index].codes where code >= 0 { rows[Int(code)] += 1 }
    let reach = Normal.standardQuantile(0.975)
    var effects: [GroupEffect] = []
    var multipliers: [Double] = []
    var diagnostics: [Diagnostic] = []
    for (column, term) in factor.columns.enumerated() {
      let errors = factor.levels.indices.map {
        max(0, factor.conditionalVariance(level: $0, column: column)).squareRoot()
      }
      let multiplier = ComparativeInterval.multiplier(errors)
      multipliers.append(multiplier)
      let all = factor.levels.indices.map { level -> GroupEffect in
        let mode = factor.modes[level, column]
        let error = max(0, factor.predictionErrorVariance(level: level, column: column))
          .squareRoot()
        return GroupEffect(
          group: factor.name, level: factor.levels[level], term: term, mode: mode,
          standardError: error, low: mode - reach * error, high: mode + reach * error,
          comparativeLow: mode - multiplier * errors[level],
          comparativeHigh: mode + multiplier * errors[level], rank: ranks[column][level],
          reliability: variances[column] > 0
            ? 1 - errors[level] * errors[level] / variances[column] : nil,
          rows: rows[level])
      }
      let order = all.indices.sorted { (all[$0].mode, $0) < (all[$1].mode, $1) }
      effects += order.map { all[$0] }
      diagnostics += GroupEffects.doubts(all, variance: variances[column])
    }
    return GroupEffects(effects: effects, multipliers: multipliers, diagnostics: diagnostics)
  }

}

extension GroupEffects {
  static func doubts(_ effects: [GroupEffect], variance: Double) -> [Diagnostic] {
    guard let first = effects.first else { return [] }
    let name = "`\(first.term) | \(first.group)`"
    guard variance > 0 else {
      return [
        Diagnostic(
          .warning, code: "no-spread",
          "The groups of \(name) show no spread beyond the residual: their ranks say nothing.")
      ]
    }
    var result: [Diagnostic] = []
    let wide = effects.filter { 2 * ($0.rank.high - $0.rank.low + 1) > effects.count }.count
    if wide > 0 {
      result.append(
        Diagnostic(
          .note, code: "ranks-uncertain",
          "Of \(effects.count) groups of \(name), \(wide) have a 95 % interval of their rank that "
            + "covers more than half of the table: do not read it as a league table."))
    }
    let weak = effects.filter { ($0.reliability ?? 0) < 0.5 }.count
    if weak > 0 {
      result.append(
        Diagnostic(
          .note, code: "low-reliability",
          "\(weak) of \(effects.count) groups of \(name) have a reliability below 0.5: their effects "
            + "are more the average of all groups than their own."))
    }
    return result
  }
}
