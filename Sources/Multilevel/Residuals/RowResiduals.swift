internal import Designs
internal import LinearAlgebra

/// Standardised residuals and fitted values of every row, for as long as they are being summarised.
struct RowResiduals: Sendable {
  /// (y − *Xb* − *Zû* − offset) √weight / σ.
  let residuals: [Double]
  /// *Xb* + *Zû* + offset.
  let fitted: [Double]

  init(_ fit: LinearMixedModelFit) {
    let (frame, structure) = (fit.frame, fit.problem.structure)
    let n = frame.rowCount
    let size = 2_048
    var fitted = [Double](repeating: 0, count: n)
    var residuals = fitted
    var buffer = [Double](repeating: 0, count: size)
    for start in stride(from: 0, to: n, by: size) {
      let rows = start..<min(n, start + size)
      func read(_ column: Int) {
        var span = buffer.mutableSpan
        frame.fill(column, rows: rows, into: &span)
      }
      for (j, column) in frame.fixed.enumerated() {
        read(column)
        for k in 0..<rows.count { fitted[start + k] += fit.coefficients[j] * buffer[k] }
      }
      for (index, factor) in structure.factors.enumerated() {
        for (a, column) in factor.columns.enumerated() {
          read(column)
          for row in rows where factor.codes[row] >= 0 {
            fitted[row] += fit.factors[index].modes[Int(factor.codes[row]), a] * buffer[row - start]
          }
        }
      }
      if let offset = frame.offset {
        read(offset)
        for k in 0..<rows.count { fitted[start + k] += buffer[k] }
      }
      read(frame.response)
      for row in rows { residuals[row] = (buffer[row - start] - fitted[row]) / fit.sigma }
      if let weights = frame.weights {
        read(weights)
        for row in rows { residuals[row] *= buffer[row - start].squareRoot() }
      }
    }
    self.residuals = residuals
    self.fitted = fitted
  }
}
