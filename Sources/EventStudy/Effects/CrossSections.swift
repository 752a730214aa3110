/// Observations of different people in each period, such as the pupils of a school who take its tests in a year.
///
/// Nobody is seen twice, so an effect rests on changes between groups of people, not on changes of people.
public struct CrossSections: Sendable {
  /// The unit of each observation, such as its school.
  public let unit: [Int32]
  /// The position of its period.
  public let period: [Int32]
  /// Not missing.
  public let outcome: [Double]
  /// One list a covariate, in the order of the panel's; NaN where missing.
  public let covariates: [[Double]]
  /// Above 0.
  public let weights: [Double]

  public init(
    unit: [Int32], period: [Int32], outcome: [Double], covariates: [[Double]], weights: [Double]
  ) {
    precondition(
      [period.count, outcome.count, weights.count].allSatisfy { $0 == unit.count }
        && covariates.allSatisfy { $0.count == unit.count }, "columns of other lengths")
    self.unit = unit
    self.period = period
    self.outcome = outcome
    self.covariates = covariates
    self.weights = weights
  }

  public var count: Int { unit.count }

  /// The observations of some units, which get new numbers.
  func keeping(_ kept: [Int], of units: Int) -> CrossSections {
    var position = [Int32](repeating: -1, count: units)
    for (new, old) in kept.enumerated() { position[old] = Int32(new) }
    let rows = unit.indices.filter { position[Int(unit[$0])] >= 0 }
    return CrossSections(
      unit: rows.map { position[Int(unit[$0])] }, period: rows.map { period[$0] },
      outcome: rows.map { outcome[$0] },
      covariates: covariates.map { values in rows.map { values[$0] } },
      weights: rows.map { weights[$0] })
  }

  /// The summed weight of each unit.
  func weights(ofUnits count: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    for (row, unit) in unit.enumerated() { sums[Int(unit)] += weights[row] }
    return sums
  }

  /// The weighted mean outcome and the weight by unit and period; NaN and 0 where there is none.
  func cells(units: Int, periods: Int) -> (means: [Double], weights: [Double]) {
    var sums = [Double](repeating: 0, count: units * periods)
    var totals = sums
    for row in unit.indices {
      let cell = Int(unit[row]) * periods + Int(period[row])
      sums[cell] += weights[row] * outcome[row]
      totals[cell] += weights[row]
    }
    return (zip(sums, totals).map { $1 > 0 ? $0 / $1 : .nan }, totals)
  }
}
