import Designs
import Foundation
import LinearAlgebra
import Multilevel

/// Any model by the textbook, with *V* = *ZGZᵀ* + *R* as an n × n matrix in units of σ².
struct DenseStructure {
  let deviance: Double
  let coefficients: [Double]
  let covariance: Matrix
  let sigma: Double

  /// - Parameters:
  ///   - relative: of each factor its columns' relative covariance, as ``CriterionProbe`` gives it.
  ///   - residual: *R*; the identity where `nil`.
  init(
    _ frame: ModelFrame, criterion: LikelihoodCriterion,
    relative: [(factor: String, columns: [Int], covariance: [[Double]])], residual: Matrix? = nil
  ) throws {
    let (n, p) = (frame.rowCount, frame.fixed.count)
    func column(_ index: Int) -> [Double] {
      var values = [Double](repeating: 0, count: n)
      var span = values.mutableSpan
      frame.fill(index, rows: 0..<n, into: &span)
      return values
    }
    var v = residual ?? Matrix.identity(n)
    for block in relative {
      guard let factor = frame.random.first(where: { $0.factor.name == block.factor })?.factor
      else { continue }
      // Row of the n × levels matrix of memberships.
      var shares = Matrix(rows: n, columns: factor.levels.count)
      for i in 0..<n {
        if let memberships = factor.memberships {
          for k in Int(memberships.starts[i])..<Int(memberships.starts[i + 1]) {
            shares[i, Int(memberships.levels[k])] = memberships.weights[k]
          }
        } else if factor.codes[i] >= 0 {
          shares[i, Int(factor.codes[i])] = 1
        }
      }
      let together = shares.timesTransposed(shares)
      let columns = block.columns.map(column)
      for i in 0..<n {
        for j in 0..<n where together[i, j] != 0 {
          for a in columns.indices {
            for b in columns.indices {
              v[i, j] +=
                together[i, j] * columns[a][i] * block.covariance[a][b] * columns[b][j]
            }
          }
        }
      }
    }
    let factor = try Cholesky(v)
    let x = Matrix(rows: n, columns: frame.fixed.map(column))
    let offset = frame.offset.map(column)
    let y = column(frame.response).enumerated().map { $1 - (offset?[$0] ?? 0) }
    let solved = factor.solve(x)
    let information = try Cholesky(x.transposedTimes(solved))
    coefficients = information.solve(solved.transposedTimes(y))
    let fitted = x * coefficients
    let rest = (0..<n).map { y[$0] - fitted[$0] }
    let square = dot(rest, factor.solve(rest))
    let d = Double(criterion == .reml ? n - p : n)
    sigma = (square / d).squareRoot()
    covariance = (square / d) * information.inverse
    deviance =
      factor.logDeterminant + d * (1 + log(2 * Double.pi * square / d))
      + (criterion == .reml ? information.logDeterminant : 0)
  }
}
