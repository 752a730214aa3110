internal import CLAPACK

/// The factor *L* of a symmetric positive-definite *A* = *LLᵀ* (LAPACK `dpotrf`).
public struct Cholesky: Sendable {
  /// *L*, lower triangular, with zeros above the diagonal.
  public let lower: Matrix

  /// Factors `a`, of which only the lower triangle is read.
  ///
  /// - Throws: ``FactorizationError/notPositiveDefinite(order:)``
  /// - Complexity: O(*n*³)
  public init(_ a: consuming Matrix) throws(FactorizationError) {
    precondition(a.rows == a.columns, "\(a.rows)×\(a.columns) is not square")
    var factor = a
    var n = lapackInteger(factor.rows)
    var lda = max(1, n)
    var info: Int32 = 0
    // Safe: the array holds n × n entries and dpotrf keeps no pointer.
    unsafe factor.elements.withUnsafeMutableBufferPointer { p in
      unsafe dpotrf_("L", &n, p.baseAddress, &lda, &info, 1)
    }
    precondition(info >= 0, "argument \(-info) of dpotrf is illegal")
    guard info == 0 else { throw .notPositiveDefinite(order: Int(info)) }
    for j in 0..<factor.columns { for i in 0..<j { factor[i, j] = 0 } }
    lower = factor
  }

  public var size: Int { lower.rows }

  /// log det *A*.
  public var logDeterminant: Double { 2 * lower.diagonal.reduce(0) { $0 + naturalLog($1) } }

  /// *A*⁻¹ *B*.
  public func solve(_ b: Matrix) -> Matrix {
    precondition(b.rows == size, "\(size)×\(size) does not solve \(b.rows) rows")
    var x = b
    guard size > 0, b.columns > 0 else { return x }
    var n = lapackInteger(size)
    var count = lapackInteger(b.columns)
    var info: Int32 = 0
    // Safe: both arrays hold the shapes passed and dpotrs keeps no pointer.
    unsafe lower.elements.withUnsafeBufferPointer { l in
      unsafe x.elements.withUnsafeMutableBufferPointer { p in
        unsafe dpotrs_("L", &n, &count, l.baseAddress, &n, p.baseAddress, &n, &info, 1)
      }
    }
    precondition(info == 0, "argument \(-info) of dpotrs is illegal")
    return x
  }

  /// *A*⁻¹ *b*.
  public func solve(_ b: [Double]) -> [Double] {
    solve(Matrix(rows: b.count, columns: 1, elements: b)).elements
  }

  /// *L*⁻¹ *B*: forward substitution.
  public func solveLower(_ b: Matrix) -> Matrix { triangularSolve(b, transposed: false) }

  /// *L*⁻ᵀ *B*: back substitution.
  public func solveLowerTransposed(_ b: Matrix) -> Matrix { triangularSolve(b, transposed: true) }

  /// *A*⁻¹, both triangles filled (LAPACK `dpotri`).
  public var inverse: Matrix {
    var result = lower
    guard size > 0 else { return result }
    var n = lapackInteger(size)
    var info: Int32 = 0
    // Safe: the array holds n × n entries and dpotri keeps no pointer.
    unsafe result.elements.withUnsafeMutableBufferPointer { p in
      unsafe dpotri_("L", &n, p.baseAddress, &n, &info, 1)
    }
    precondition(info == 0, "dpotri met a zero on the diagonal of a Cholesky factor")
    result.fillUpperFromLower()
    return result
  }

  private func triangularSolve(_ b: Matrix, transposed: Bool) -> Matrix {
    precondition(b.rows == size, "\(size)×\(size) does not solve \(b.rows) rows")
    var x = b
    guard size > 0, b.columns > 0 else { return x }
    var n = lapackInteger(size)
    var count = lapackInteger(b.columns)
    var one = 1.0
    // Safe: both arrays hold the shapes passed and dtrsm keeps no pointer.
    unsafe lower.elements.withUnsafeBufferPointer { l in
      unsafe x.elements.withUnsafeMutableBufferPointer { p in
        unsafe dtrsm_(
          "L", "L", transposed ? "T" : "N", "N", &n, &count, &one, l.baseAddress, &n,
          p.baseAddress, &n, 1, 1, 1, 1)
      }
    }
    return x
  }
}
