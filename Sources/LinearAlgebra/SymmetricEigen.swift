internal import CLAPACK

/// Eigenvalues and eigenvectors of a symmetric matrix (LAPACK `dsyev`).
public struct SymmetricEigen: Sendable {
  /// In ascending order.
  public let values: [Double]
  /// Column *k* belongs to `values[k]`; columns are orthonormal.
  public let vectors: Matrix

  /// Decomposes `a`, of which only the lower triangle is read.
  ///
  /// - Throws: ``FactorizationError/notConverged``, which finite input does not cause in practice.
  public init(_ a: consuming Matrix) throws(FactorizationError) {
    precondition(a.rows == a.columns, "\(a.rows)×\(a.columns) is not square")
    var vectors = a
    var values = [Double](repeating: 0, count: vectors.rows)
    guard vectors.rows > 0 else {
      self.values = values
      self.vectors = vectors
      return
    }
    var n = lapackInteger(vectors.rows)
    var workSize = max(1, 34 * n)
    var work = [Double](repeating: 0, count: Int(workSize))
    var info: Int32 = 0
    // Safe: the arrays hold n × n, n and `workSize` entries and dsyev keeps no pointer.
    unsafe vectors.elements.withUnsafeMutableBufferPointer { a in
      unsafe values.withUnsafeMutableBufferPointer { w in
        unsafe work.withUnsafeMutableBufferPointer { scratch in
          unsafe dsyev_(
            "V", "L", &n, a.baseAddress, &n, w.baseAddress, scratch.baseAddress, &workSize, &info,
            1, 1)
        }
      }
    }
    precondition(info >= 0, "argument \(-info) of dsyev is illegal")
    guard info == 0 else { throw .notConverged }
    self.values = values
    self.vectors = vectors
  }

  /// Σ f(λ) v vᵀ: the matrix function of the eigenvalues, for instance a square root or a pseudo-inverse.
  public func mapped(_ f: (Double) -> Double) -> Matrix {
    var scaled = vectors
    for (k, value) in values.enumerated() {
      let factor = f(value)
      for i in 0..<vectors.rows { scaled[i, k] *= factor }
    }
    return scaled.timesTransposed(vectors)
  }

  /// The Moore–Penrose inverse; eigenvalues below `tolerance` × the largest count as zero.
  public func pseudoInverse(tolerance: Double = 1e-12) -> Matrix {
    let floor = tolerance * (values.map(abs).max() ?? 0)
    return mapped { abs($0) > floor ? 1 / $0 : 0 }
  }
}
