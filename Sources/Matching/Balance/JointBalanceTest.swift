internal import LinearAlgebra
public import Probability
public import Tables

/// One test of the balance of all covariates together, within matched sets (Hansen & Bowers 2008,
/// DOI 10.1214/08-STS254).
///
/// d² = dᵀ V⁺ d, with d the differences in means that the design compares and V their covariance if treatment
/// had fallen at random within sets, groups moving whole. Its p-value is by permutation, each draw from its
/// own stream; χ² with the rank of V as degrees of freedom stands beside it. A small p says that the sets
/// leave more imbalance than chance would; a large one is no proof of balance, least of all with few sets.
public struct JointBalanceTest: TidyRow, Hashable {
  public let statistic: Double
  public let rank: Int
  public let chiSquaredPValue: Double
  public let pValue: Double
  public let draws: Int

  public static let schema = [
    Field("statistic", "the squared differences of all covariates in units of their covariance"),
    Field("rank", "dimensions in which the sets leave anything to chance"),
    Field("p_chi_squared", "p-value of χ² with that many degrees of freedom"),
    Field("p_value", "p-value by permutation within sets"),
    Field("draws", "assignments looked at, the actual one among them"),
  ]

  public var cells: [Cell] {
    [
      .number(statistic), .count(rank), .number(chiSquaredPValue), .number(pValue), .count(draws),
    ]
  }

  /// - Parameter groups: the group that each candidate was assigned with, below zero for none.
  public init(
    _ match: MatchOutcome, groups: [Int32]? = nil, draws: Int = 999, seed: Seed
  ) throws(MatchingError) {
    let assignments = try SetAssignments(match, groups: groups) { _ in true }
    let units = assignments.sets.flatMap(\.units)
    var columns: [[Double]] = []
    for covariate in match.candidates.covariates where !covariate.isConstant(over: units) {
      for (position, column) in covariate.indicators(for: units).enumerated()
      where column.level == nil || position > 0 {
        let deviation = sampleVariance(column.values).squareRoot()
        var values = [Double](repeating: 0, count: match.candidates.count)
        for (unit, value) in zip(units, column.values) { values[unit] = value / deviation }
        columns.append(values)
      }
    }
    let p = columns.count
    var covariance = Matrix(rows: p, columns: p)
    for block in assignments.blocks {
      if block.count == 1 {
        Self.add(block[0], columns, to: &covariance)
        continue
      }
      let difference = columns.map { column in
        block.reduce(0) { sum, pair in
          sum + pair.share * (column[pair.units[0]] - column[pair.units[1]])
        }
      }
      for j in 0..<p { for i in 0..<p { covariance[i, j] += difference[i] * difference[j] } }
    }
    guard p > 0, let eigen = try? SymmetricEigen(covariance) else {
      throw .nothingVaries(covariates: match.candidates.covariates.map(\.name))
    }
    let floor = 1e-9 * (eigen.values.max() ?? 0)
    let axes = eigen.values.indices.filter { eigen.values[$0] > floor }
    let whitened = axes.map { axis in
      let scale = 1 / eigen.values[axis].squareRoot()
      return units.map { unit in
        var sum = 0.0
        for k in 0..<p { sum += eigen.vectors[k, axis] * columns[k][unit] }
        return sum * scale
      }
    }
    func squared(_ coefficients: [Double]) -> Double {
      var total = 0.0
      for values in whitened {
        var sum = 0.0
        for (unit, value) in zip(units, values) { sum += coefficients[unit] * value }
        total += sum * sum
      }
      return total
    }
    var coefficients = [Double](repeating: 0, count: match.candidates.count)
    assignments.actual(into: &coefficients)
    let actual = squared(coefficients)
    var asLarge = 1
    for draw in 0..<draws {
      var stream = RandomStream(seed, replicate: UInt32(truncatingIfNeeded: draw))
      assignments.draw(using: &stream, into: &coefficients)
      if squared(coefficients) >= actual * (1 - 1e-10) { asLarge += 1 }
    }
    statistic = actual
    rank = axes.count
    chiSquaredPValue =
      axes.isEmpty ? 1 : ChiSquared(degreesOfFreedom: Double(axes.count)).upperTail(actual)
    pValue = Double(asLarge) / Double(draws + 1)
    self.draws = draws + 1
  }

  /// share² · n/(n₁n₀) · S, with S the set's covariance, divisor n − 1.
  private static func add(
    _ set: SetAssignments.MatchedSet, _ columns: [[Double]], to covariance: inout Matrix
  ) {
    let n = Double(set.units.count)
    let treated = Double(set.treatedCount)
    let factor = set.share * set.share * n / (treated * (n - treated)) / (n - 1)
    let centred = columns.map { column in
      let mean = set.units.reduce(0) { $0 + column[$1] } / n
      return set.units.map { column[$0] - mean }
    }
    for j in columns.indices {
      for i in columns.indices {
        var sum = 0.0
        for (a, b) in zip(centred[i], centred[j]) { sum += a * b }
        covariance[i, j] += factor * sum
      }
    }
  }
}
