internal import LinearAlgebra

/// Solutions of a small square system that need not be symmetric, by elimination with partial pivoting.
struct SquareSystem: Sendable {
  let inverse: Matrix

  /// A column that is, to rounding, a combination of others before it.
  struct Singular: Error {
    let column: Int
    let others: [Int]
  }

  init(_ a: Matrix) throws(Singular) {
    let n = a.rows
    precondition(a.columns == n, "\(n)×\(a.columns) is not square")
    // Rows are scaled first, so that the size of a pivot means something.
    var rows = (0..<n).map { a.row($0) + (0..<n).map { _ in 0 } }
    for i in 0..<n {
      let largest = rows[i][..<n].reduce(0) { max($0, abs($1)) }
      guard largest > 0, largest.isFinite else { throw Singular(column: i, others: []) }
      for j in 0..<n { rows[i][j] /= largest }
      rows[i][n + i] = 1 / largest
    }
    let sizes = (0..<n).map { j in rows.reduce(0) { max($0, abs($1[j])) } }
    for j in 0..<n {
      let pivot = (j..<n).max { abs(rows[$0][j]) < abs(rows[$1][j]) } ?? j
      guard abs(rows[pivot][j]) > 1e-9 * sizes[j] else {
        // What is left of the column are its coefficients by those before it.
        throw Singular(
          column: j, others: (0..<j).filter { abs(rows[$0][j]) * sizes[$0] > 0.01 * sizes[j] })
      }
      rows.swapAt(j, pivot)
      let factor = 1 / rows[j][j]
      for k in 0..<(2 * n) { rows[j][k] *= factor }
      for i in 0..<n where i != j && rows[i][j] != 0 {
        let times = rows[i][j]
        for k in 0..<(2 * n) { rows[i][k] -= times * rows[j][k] }
      }
    }
    inverse = Matrix(rows: n, columns: (0..<n).map { j in rows.map { $0[n + j] } })
  }

  /// *A*⁻¹ *B* *A*⁻ᵀ.
  func sandwich(_ b: Matrix) -> Matrix {
    let n = b.rows
    var left = Matrix(rows: n, columns: n)
    var result = left
    for i in 0..<n {
      for j in 0..<n { left[i, j] = (0..<n).reduce(0) { $0 + inverse[i, $1] * b[$1, j] } }
      for j in 0..<n { result[i, j] = (0..<n).reduce(0) { $0 + left[i, $1] * inverse[j, $1] } }
    }
    return result
  }

  func solve(_ b: [Double]) -> [Double] {
    (0..<b.count).map { i in b.indices.reduce(0) { $0 + inverse[i, $1] * b[$1] } }
  }
}
