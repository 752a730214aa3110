internal import Designs
internal import LinearAlgebra

/// What the rows of a frame are on average: the spread of the fixed part and the mean products of each factor's
/// columns.
struct RowMoments: Sendable {
  /// The variance of *Xβ* over the rows, divisor n − 1.
  let fixedVariance: Double
  /// For each factor the mean over the rows of *zzᵀ*, effects × effects row after row.
  let squares: [[Double]]
  /// The mean over the rows of 1 / weight.
  let inverseWeight: Double

  init(_ fit: LinearMixedModelFit) {
    let (frame, structure) = (fit.frame, fit.problem.structure)
    let n = frame.rowCount
    let size = 2_048
    let used = Array(Set(frame.fixed + structure.factors.flatMap(\.columns))).sorted()
    let fixed = frame.fixed.map { used.firstIndex(of: $0) ?? 0 }
    let random = structure.factors.map { $0.columns.map { used.firstIndex(of: $0) ?? 0 } }
    var buffers = used.map { _ in [Double](repeating: 0, count: size) }
    var weights = [Double](repeating: 1, count: size)
    var squares = structure.factors.map { [Double](repeating: 0, count: $0.width * $0.width) }
    var (origin, sum, square, inverse) = (0.0, 0.0, 0.0, 0.0)
    for start in stride(from: 0, to: n, by: size) {
      let rows = start..<min(n, start + size)
      for (place, column) in used.enumerated() {
        var span = buffers[place].mutableSpan
        frame.fill(column, rows: rows, into: &span)
      }
      if let column = frame.weights {
        var span = weights.mutableSpan
        frame.fill(column, rows: rows, into: &span)
      }
      for k in 0..<rows.count {
        var value = 0.0
        for (j, place) in fixed.enumerated() { value += fit.coefficients[j] * buffers[place][k] }
        if start == 0, k == 0 { origin = value }
        sum += value - origin
        square += (value - origin) * (value - origin)
        inverse += 1 / weights[k]
      }
      for (index, factor) in structure.factors.enumerated() {
        let width = factor.width
        for a in 0..<width {
          for b in 0...a {
            var total = 0.0
            let (left, right) = (random[index][a], random[index][b])
            for k in 0..<rows.count { total += buffers[left][k] * buffers[right][k] }
            squares[index][a * width + b] += total
            if a != b { squares[index][b * width + a] += total }
          }
        }
      }
    }
    let count = Double(n)
    fixedVariance = max(0, square - sum * sum / count) / (count - 1)
    self.squares = squares.map { $0.map { $0 / count } }
    inverseWeight = inverse / count
  }

  /// The mean over the rows of *zᵀΣz* for each factor: what it adds to a row's variance on average.
  func variances(_ fit: LinearMixedModelFit) -> [Double] {
    fit.problem.structure.factors.enumerated().map { index, factor in
      var (sum, offset) = (0.0, 0)
      for term in fit.terms where term.group == factor.name {
        for i in term.columns.indices {
          for j in term.columns.indices {
            sum +=
              term.covariance[i, j] * squares[index][(offset + i) * factor.width + offset + j]
          }
        }
        offset += term.columns.count
      }
      return sum
    }
  }
}
