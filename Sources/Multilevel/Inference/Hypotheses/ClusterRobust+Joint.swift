internal import LinearAlgebra

extension ClusterRobust {
  /// η = q(q + 1) / Σ Var(ω_st) of the matrix Ω = *G* *V* *Gᵀ* whose mean is the identity where the model is right,
  /// ω_st its entries: the degrees of freedom of Hotelling's T².
  ///
  /// With *P_ij* the q × q covariances between clusters' scores, *P_ij* = δ_ij*D_i* − *N_iN_jᵀ*, the sum of variances
  /// is Σ (tr *P_ij*)² + tr *P_ij*². Off the diagonal both follow from *S* = Σ vec*N_i* vec*N_iᵀ*, so the cost is
  /// that of the clusters, not of their pairs.
  func hotellingDegreesOfFreedom(_ weights: [[Double]]) -> Double {
    let q = weights.count
    let own = back.transposedTimes(Matrix(rows: back.rows, columns: weights))
    let p = own.rows
    guard let root = try? Cholesky(model).lower else { return .nan }
    // D_i and N_i of the weights as they are.
    var pieces = parts.map { part in
      (
        variance: own.transposedTimes(part.variance * own),
        rows: own.transposedTimes(part.projection) * root
      )
    }
    var expected = Matrix(rows: q, columns: q)
    for piece in pieces {
      expected = expected + piece.variance - piece.rows.timesTransposed(piece.rows)
    }
    guard let eigen = try? SymmetricEigen(expected) else { return .nan }
    let scale = eigen.mapped { $0 > 0 ? 1 / $0.squareRoot() : 0 }
    pieces = pieces.map { (scale * $0.variance * scale, scale * $0.rows) }
    var total = 0.0
    var square = Matrix(rows: q * p, columns: q * p)
    for piece in pieces {
      let projected = piece.rows.timesTransposed(piece.rows)
      let difference = piece.variance - projected
      total += trace(difference) * trace(difference) + squares(difference)
      total -= trace(projected) * trace(projected) + squares(projected)
      let flat = piece.rows.elements
      for i in flat.indices { for j in flat.indices { square[i, j] += flat[i] * flat[j] } }
    }
    // Entry (s, a) of N stands at s + a q.
    for i in 0..<q * p {
      for j in 0..<q * p {
        let (s, a, t, b) = (i % q, i / q, j % q, j / q)
        total += square[i, j] * square[i, j] + square[i, j] * square[t + a * q, s + b * q]
      }
    }
    return Double(q * (q + 1)) / total
  }

  private func trace(_ a: Matrix) -> Double { a.diagonal.reduce(0, +) }

  /// tr *A*² of a symmetric matrix.
  private func squares(_ a: Matrix) -> Double { dot(a.elements, a.elements) }
}
