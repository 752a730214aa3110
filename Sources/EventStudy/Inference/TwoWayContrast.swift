/// The coefficient of "treated by now" with a fixed effect for each unit and each period: for contrast only.
///
/// Under staggered joining with effects that differ between cohorts or grow, it is a mean of effects in which
/// some weigh negatively, since units treated earlier serve as comparators (de Chaisemartin & D'Haultfœuille
/// 2020, American Economic Review 110(9), DOI 10.1257/aer.20181169; Goodman-Bacon 2021, Journal of Econometrics
/// 225(2), DOI 10.1016/j.jeconom.2021.03.014).
public struct TwoWayContrast: Sendable, Hashable {
  public let estimate: Double
  /// CR1 by cluster: G/(G − 1) · (n − 1)/(n − k) with k every fixed effect counted.
  public let standardError: Double
  public let rows: Int
  /// Treated cells, and those among them whose effect weighs negatively.
  public let treatedCells: Int
  public let negativeCells: Int

  /// `nil` where treatment does not vary within units and periods.
  public init?(_ panel: StaggeredPanel) {
    let periods = panel.periods.count
    var (unit, period, treated, outcome, weight): ([Int], [Int], [Double], [Double], [Double]) = (
      [], [], [], [], []
    )
    for i in 0..<panel.unitCount {
      for t in 0..<periods {
        let y = panel.value(panel.outcome, i, t)
        guard y.isFinite else { continue }
        unit.append(i)
        period.append(t)
        outcome.append(y)
        weight.append(panel.weight(i, t))
        treated.append(panel.cohorts[i].map { panel.periods[t] >= $0 ? 1 : 0 } ?? 0)
      }
    }
    func swept(_ values: [Double]) -> [Double] {
      Self.swept(
        values, by: [(unit, panel.unitCount), (period, periods)], weights: weight)
    }
    let (d, y) = (swept(treated), swept(outcome))
    var (square, product) = (0.0, 0.0)
    for i in d.indices {
      square += weight[i] * d[i] * d[i]
      product += weight[i] * d[i] * y[i]
    }
    guard square > 1e-12 * Double(d.count) else { return nil }
    let estimate = product / square
    var scores = [Double](repeating: 0, count: panel.clusterCount)
    for i in d.indices {
      scores[Int(panel.clusters[unit[i]])] += weight[i] * d[i] * (y[i] - estimate * d[i])
    }
    var sum = 0.0
    for score in scores { sum += score * score }
    let (n, g) = (Double(panel.observations?.count ?? d.count), Double(scores.count))
    let k = Double(Set(unit).count + Set(period).count)
    self.estimate = estimate
    standardError =
      (g / (g - 1) * (n - 1) / (n - k) * sum).squareRoot() / square
    rows = Int(n)
    treatedCells = treated.count { $0 == 1 }
    negativeCells = d.indices.count { treated[$0] == 1 && d[$0] < -1e-12 }
  }

  /// What is left after taking off the means of both groupings in turn until nothing changes.
  private static func swept(
    _ values: [Double], by groupings: [(codes: [Int], count: Int)], weights: [Double]
  ) -> [Double] {
    var rest = values
    let size = values.reduce(0) { max($0, abs($1)) }
    for _ in 0..<10_000 {
      var largest = 0.0
      for (codes, count) in groupings {
        var sums = [Double](repeating: 0, count: count)
        var totals = sums
        for (i, code) in codes.enumerated() {
          sums[code] += weights[i] * rest[i]
          totals[code] += weights[i]
        }
        for (i, code) in codes.enumerated() { rest[i] -= sums[code] / totals[code] }
        for (sum, total) in zip(sums, totals) where total > 0 {
          largest = max(largest, abs(sum / total))
        }
      }
      if largest <= 1e-13 * size { break }
    }
    return rest
  }
}
