internal import LinearAlgebra
internal import Probability

/// A logistic regression with weights, for the propensities of one comparison.
///
/// Newton's method on Σ w (D η − log(1 + e^η)) until the step is below 1e-12 of η; a fit whose propensities
/// pass 0.999 fails, for the comparators' odds are then of no use.
struct WeightedLogit {
  /// P(D = 1 | x), one a row.
  let probabilities: [Double]
  /// (Σ w p (1 − p) x xᵀ)⁻¹.
  let inverseInformation: Matrix

  /// The largest propensity that is still of use.
  static let ceiling = 0.999

  /// - Parameter x: n × k with an intercept.
  init(_ x: Matrix, treated: [Bool], weights: [Double]) throws(CellFailure) {
    var coefficients = [Double](repeating: 0, count: x.columns)
    var probabilities = [Double](repeating: 0.5, count: x.rows)
    var factor: Cholesky?
    for _ in 0..<60 {
      var score = [Double](repeating: 0, count: x.columns)
      var working = [Double](repeating: 0, count: x.rows)
      for i in 0..<x.rows {
        let p = probabilities[i]
        working[i] = weights[i] * p * (1 - p)
        let residual = weights[i] * ((treated[i] ? 1 : 0) - p)
        for j in 0..<x.columns { score[j] += residual * x[i, j] }
      }
      guard let current = try? Cholesky(x.weightedCrossProduct(working)) else {
        throw .noOverlap
      }
      factor = current
      let step = current.solve(score)
      // A long step means a nearly flat likelihood: two units of η at most.
      let moves = x * step
      let largest = moves.reduce(0) { max($0, abs($1)) }
      let share = largest > 2 ? 2 / largest : 1
      for j in coefficients.indices { coefficients[j] += share * step[j] }
      let eta = x * coefficients
      probabilities = eta.map(PortableMath.logistic)
      if largest < 1e-11 { break }
    }
    guard let factor, probabilities.allSatisfy({ $0 < Self.ceiling }) else { throw .noOverlap }
    self.probabilities = probabilities
    inverseInformation = factor.inverse
  }
}

extension Matrix {
  /// Xᵀ diag(w) X, rows of weight zero skipped.
  func weightedCrossProduct(_ weights: [Double]) -> Matrix {
    var result = Matrix(rows: columns, columns: columns)
    for j in 0..<columns {
      for k in j..<columns {
        var sum = 0.0
        for i in 0..<rows { sum += weights[i] * self[i, j] * self[i, k] }
        result[k, j] = sum
        result[j, k] = sum
      }
    }
    return result
  }
}
