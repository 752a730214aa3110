internal import LinearAlgebra
internal import Probability

/// Simulated statistics and scores at one set of parameters, of the parameters that are estimated.
struct MomentSample: Sendable {
  /// One simulated period of one replicate.
  struct Draw: Sendable {
    let statistics: [Double]
    let scores: [Double]
    let time: Double
    let auxiliary: [Double]
    let meanDegree: Double
    let ranAway: Bool
  }

  /// By replicate, then period.
  let draws: [[Draw]]
  let size: Int

  var count: Int { draws.count }

  /// The mean of the statistics, summed over periods.
  var mean: [Double] { total(\.statistics) }

  var meanScore: [Double] { total(\.scores) }

  private func total(_ part: (Draw) -> [Double]) -> [Double] {
    var sum = [Double](repeating: 0, count: size)
    for draw in draws.joined() {
      for (k, value) in part(draw).enumerated() { sum[k] += value }
    }
    return sum.map { $0 / Double(count) }
  }

  /// Covariance of the statistics, of statistics with scores, and of scores: periods are independent, so that
  /// the covariances of periods add up.
  func covariances() -> (statistics: Matrix, derivative: Matrix, information: Matrix) {
    var a = Matrix(rows: size, columns: size)
    var b = a
    var c = a
    for period in draws[0].indices {
      let statistics = centred(period, \.statistics)
      let scores = centred(period, \.scores)
      a = a + products(statistics, statistics)
      b = b + products(statistics, scores)
      c = c + products(scores, scores)
    }
    return (a, b, c)
  }

  private func centred(_ period: Int, _ part: (Draw) -> [Double]) -> [[Double]] {
    let rows = draws.map { part($0[period]) }
    return (0..<size).map { k in
      let mean = rows.reduce(0) { $0 + $1[k] } / Double(count)
      return rows.map { $0[k] - mean }
    }
  }

  private func products(_ a: [[Double]], _ b: [[Double]]) -> Matrix {
    var result = Matrix(rows: size, columns: size)
    for i in 0..<size {
      for j in 0..<size {
        var sum = 0.0
        for r in 0..<count { sum += a[i][r] * b[j][r] }
        result[i, j] = sum / Double(count - 1)
      }
    }
    return result
  }
}
