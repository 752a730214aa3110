internal import LinearAlgebra
internal import Probability

/// Whether the residual variance is the same in all groups.
///
/// In each group the fixed columns are fitted by least squares; with *s_j²* on *f_j* degrees of freedom,
/// H = Σ ½ f_j (log s_j² − Σ f log s² / Σ f)² has a chi-squared distribution with as many degrees of freedom as
/// groups less one, if the residuals are normal. Groups with fewer than ten degrees of freedom are left out, as in
/// HLM. Raudenbush & Bryk (2002), *Hierarchical Linear Models*, 9.4; Bartlett (1937), doi:10.1098/rspa.1937.0109.
public struct HomogeneityTest: Sendable, Hashable {
  /// The factor whose groups are compared.
  public let group: String
  public let statistic: Double
  public let degreesOfFreedom: Int
  public let pValue: Double

  static let least = 10

  /// `nil` where fewer than two groups have enough rows, or one has no residual variance.
  init?(_ fit: LinearMixedModelFit, factor: Int) throws(EstimationError) {
    let problem = fit.problem
    let cells = try CellProducts(problem, fit.frame)
    let (c, size) = (problem.order, cells.width)
    let levels = problem.plan.factors[factor].levelCount
    var products = [Double](repeating: 0, count: levels * c * c)
    var rows = [Int](repeating: 0, count: levels)
    for cell in 0..<cells.cellCount {
      let level = Int(cells.levels[cell * problem.plan.factors.count + factor])
      guard level >= 0 else { continue }
      rows[level] += cells.counts[cell]
      for i in 0..<c {
        for j in 0..<c {
          products[(level * c + i) * c + j] += cells.products[(cell * size + i) * size + j]
        }
      }
    }
    var (weight, first, second, groups) = (0.0, 0.0, 0.0, 0)
    for level in 0..<levels {
      let (residual, rank) = Self.residual(
        Array(products[level * c * c..<(level + 1) * c * c]), order: c)
      let degrees = rows[level] - rank
      guard degrees >= Self.least else { continue }
      guard residual > 0 else { return nil }
      let f = Double(degrees)
      let d = PortableMath.log(residual / f)
      weight += f
      first += f * d
      second += f * d * d
      groups += 1
    }
    guard groups > 1 else { return nil }
    group = fit.factors[factor].name
    statistic = max(0, second - first * first / weight) / 2
    degreesOfFreedom = groups - 1
    pValue = ChiSquared(degreesOfFreedom: Double(groups - 1)).upperTail(statistic)
  }

  /// What is left of the last column's square, and how many of the others are independent.
  private static func residual(_ gram: [Double], order c: Int) -> (Double, rank: Int) {
    var factor = gram
    var rank = 0
    for j in 0..<c - 1 {
      let pivot = factor[j * c + j]
      guard pivot > 1e-10 * gram[j * c + j], pivot > 0 else { continue }
      rank += 1
      for i in j + 1..<c {
        let share = factor[i * c + j] / pivot
        for k in j + 1..<c { factor[i * c + k] -= share * factor[j * c + k] }
      }
    }
    return (factor[c * c - 1], rank)
  }
}
