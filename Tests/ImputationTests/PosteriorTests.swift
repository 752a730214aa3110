import Designs
import Imputation
import LinearAlgebra
import Probability
import Tables
import Testing

/// One value is missing and imputed a thousand times: the imputed values are draws from its posterior
/// predictive distribution, which can be worked out another way.
@Suite("Imputed values have the right distribution")
struct PosteriorTests {
  /// The largest distance of the empirical distribution from a given one, times √n. Above 1.95 with
  /// probability 0.001; seeds are fixed.
  private func kolmogorov(_ values: [Double], _ cumulative: (Double) -> Double) -> Double {
    let sorted = values.sorted()
    let n = Double(sorted.count)
    var largest = 0.0
    for (k, value) in sorted.enumerated() {
      let p = cumulative(value)
      largest = max(largest, abs(p - Double(k) / n), abs(Double(k + 1) / n - p))
    }
    return largest * n.squareRoot()
  }

  @Test("normal regression: Student's t")
  func singleLevel() throws {
    var random = RandomStream(Seed(5))
    let n = 12
    let x = (0..<n).map { _ in random.normal() }
    var y = x.map { 100 + 3 * $0 + 2 * random.normal() }
    y[4] = .nan
    var data = DataSet()
    data.set(Table(name: "t", columns: [Column("x", numbers: x), Column("y", numbers: y)]))
    let result = try imputeStep("{data: t, columns: {y: normal}, using: x, imputations: 1000}")
      .run(in: data, seed: Seed(1), threads: 2)
    let drawn = result.completed.map { $0.numbers("t", "y")[4] }

    let rows = (0..<n).filter { $0 != 4 }
    let design = Matrix(rows: rows.count, columns: [rows.map { _ in 1 }, rows.map { x[$0] }])
    let inverse = try Cholesky(design.crossProduct).inverse
    let beta = inverse * design.transposedTimes(rows.map { y[$0] })
    let residuals = rows.map { y[$0] - beta[0] - beta[1] * x[$0] }
    let variance = residuals.reduce(0) { $0 + $1 * $1 } / Double(rows.count - 2)
    let point = [1, x[4]]
    let scale = (variance * (1 + dot(point, inverse * point))).squareRoot()
    let distribution = StudentT(degreesOfFreedom: Double(rows.count - 2))
    #expect(
      kolmogorov(drawn) { distribution.cumulative(($0 - dot(point, beta)) / scale) } < 1.95)
  }

  /// The same with a random intercept: given ρ a t distribution from dense n × n matrices, mixed over the
  /// posterior of ρ on a fine grid of its own.
  @Test("random intercept: a mixture of t", arguments: [0.0, 0.6])
  func twoLevels(correlation: Double) throws {
    var random = RandomStream(Seed(17))
    let sizes = [3, 7, 5, 2, 6, 4]
    let groups = sizes.enumerated().flatMap { [Int32](repeating: Int32($0), count: $1) }
    let n = groups.count
    let levels = sizes.map { _ in correlation.squareRoot() * random.normal() }
    // Constant within groups, so that means add no column of their own.
    let wByGroup = sizes.map { _ in random.normal() }
    let w = groups.map { wByGroup[Int($0)] }
    var y = (0..<n).map {
      2 + w[$0] + levels[Int(groups[$0])] + (1 - correlation).squareRoot() * random.normal()
    }
    let gone = 8
    y[gone] = .nan
    var data = DataSet()
    data.set(
      Table(
        name: "t",
        columns: [
          Column("g", type: .category, storage: .codes(groups, levels: sizes.map { "\($0)" })),
          Column("w", numbers: w), Column("y", numbers: y),
        ]))
    let result = try imputeStep(
      "{data: t, columns: {y: normal}, using: w, group: g, imputations: 1000}"
    ).run(in: data, seed: Seed(2), threads: 2)
    let drawn = result.completed.map { $0.numbers("t", "y")[gone] }

    let rows = (0..<n).filter { $0 != gone }
    let design = Matrix(rows: rows.count, columns: [rows.map { _ in 1 }, rows.map { w[$0] }])
    let seen = rows.map { y[$0] }
    var parts: [(log: Double, centre: Double, scale: Double)] = []
    let freedom = Double(rows.count - 2)
    for step in 0..<300 {
      let rho = (Double(step) + 0.5) / 300
      let ratio = rho / (1 - rho)
      var covariance = Matrix.identity(rows.count)
      for (i, a) in rows.enumerated() {
        for (j, b) in rows.enumerated() where groups[a] == groups[b] { covariance[i, j] += ratio }
      }
      let factor = try Cholesky(covariance)
      let information = try Cholesky(design.transposedTimes(factor.solve(design)))
      let beta = information.solve(design.transposedTimes(factor.solve(seen)))
      let residuals = zip(seen, design * beta).map { $0 - $1 }
      let square = dot(residuals, factor.solve(residuals))
      let log =
        -0.5 * factor.logDeterminant - 0.5 * information.logDeterminant
        - 0.5 * freedom * PortableMath.log(square)
      let shared = rows.map { groups[$0] == groups[gone] ? ratio : 0 }
      let weights = factor.solve(shared)
      let point = [1, w[gone]]
      let rest = zip(point, design.transposedTimes(weights)).map { $0 - $1 }
      let scale =
        square / freedom
        * (1 + ratio - dot(shared, weights) + dot(rest, information.solve(rest)))
      parts.append((log, dot(point, beta) + dot(weights, residuals), scale.squareRoot()))
    }
    let most = parts.map(\.log).max() ?? 0
    let weights = parts.map { PortableMath.exp($0.log - most) }
    let total = weights.reduce(0, +)
    let distribution = StudentT(degreesOfFreedom: freedom)
    let distance = kolmogorov(drawn) { value in
      zip(parts, weights).reduce(0) {
        $0 + $1.1 * distribution.cumulative((value - $1.0.centre) / $1.0.scale)
      } / total
    }
    #expect(distance < 1.95, "√n D = \(distance)")
  }

  /// The share of ones under a flat prior of the probit's intercept, by a sum over a grid. 2,000 draws: a
  /// standard error of 0.01.
  @Test("binary: the posterior probability")
  func binary() throws {
    let values: [Double] = [1, 1, 1, 0, 1, 0, 1, 1, .nan]
    var data = DataSet()
    data.set(Table(name: "t", columns: [Column("b", type: .logical, storage: .numbers(values))]))
    let result = try imputeStep(
      "{data: t, columns: {b: binary}, imputations: 1000, iterations: 20}"
    ).run(in: data, seed: Seed(3), threads: 2)
    let share = result.completed.map { $0.numbers("t", "b")[8] }.reduce(0, +) / 1000
    var (above, below) = (0.0, 0.0)
    for step in -600...600 {
      let p = Normal().cumulative(Double(step) / 100)
      let likelihood = p * p * p * p * p * p * (1 - p) * (1 - p)
      above += p * likelihood
      below += likelihood
    }
    let expected = above / below
    #expect(abs(share - expected) < 3.3 * (expected * (1 - expected) / 1000).squareRoot())
  }
}
