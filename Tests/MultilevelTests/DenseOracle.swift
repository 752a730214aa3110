import Designs
import Foundation
import LinearAlgebra
import Multilevel

/// The same model by the textbook: *V* as an n × n matrix.
struct DenseOracle {
  let deviance: Double
  let coefficients: [Double]
  let covariance: Matrix
  let sigma: Double
  /// Z Σ Zᵀ V⁻¹ (y − Xb): the predicted random part of every row.
  let predicted: [Double]

  init(
    _ design: RandomDesign, criterion: LikelihoodCriterion,
    relative: [(factor: String, columns: [Int], covariance: [[Double]])]
  ) throws {
    let n = design.rowCount
    let p = design.fixed.count
    var random = Matrix(rows: n, columns: n)
    for block in relative {
      let codes = design.random.first { $0.factor.name == block.factor }?.factor.codes ?? []
      for i in 0..<n {
        for j in 0..<n where codes[i] >= 0 && codes[i] == codes[j] {
          for a in block.columns.indices {
            for b in block.columns.indices {
              random[i, j] +=
                design.columns[block.columns[a]][i] * block.covariance[a][b]
                * design.columns[block.columns[b]][j]
            }
          }
        }
      }
    }
    var v = random
    for i in 0..<n { v[i, i] += 1 / (design.weights?[i] ?? 1) }
    let factor = try Cholesky(v)
    let x = Matrix(rows: n, columns: design.fixed.map { design.columns[$0] })
    let y = (0..<n).map { design.response[$0] - (design.offset?[$0] ?? 0) }
    let solved = factor.solve(x)
    let information = try Cholesky(x.transposedTimes(solved))
    coefficients = information.solve(solved.transposedTimes(y))
    let fitted = x * coefficients
    let residual = (0..<n).map { y[$0] - fitted[$0] }
    let weighted = factor.solve(residual)
    let d = Double(criterion == .reml ? n - p : n)
    let square = dot(residual, weighted)
    sigma = (square / d).squareRoot()
    covariance = (square / d) * information.inverse
    deviance =
      factor.logDeterminant + d * (1 + log(2 * Double.pi * square / d))
      + (criterion == .reml ? information.logDeterminant : 0)
    predicted = random * weighted
  }
}
