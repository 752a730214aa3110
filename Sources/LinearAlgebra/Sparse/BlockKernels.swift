internal import CLAPACK

/// BLAS on blocks within larger arrays, given by pointers: for the kernels of this folder alone, which check
/// shapes where blocks are laid out.
enum BlockKernels {
  /// *C* (m × n) = α·op(*A*)·op(*B*) + β·*C*.
  @unsafe static func multiply(
    _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int, _ alpha: Double,
    _ a: UnsafePointer<Double>, _ lda: Int, _ b: UnsafePointer<Double>, _ ldb: Int, _ beta: Double,
    _ c: UnsafeMutablePointer<Double>, _ ldc: Int
  ) {
    guard m > 0, n > 0, k > 0 else { return }
    var (rows, columns, inner) = (lapackInteger(m), lapackInteger(n), lapackInteger(k))
    var (strideA, strideB, strideC) = (lapackInteger(lda), lapackInteger(ldb), lapackInteger(ldc))
    var (alpha, beta) = (alpha, beta)
    // Safe: callers pass blocks of these shapes, and dgemm keeps no pointer.
    unsafe dgemm_(
      transposeA ? "T" : "N", transposeB ? "T" : "N", &rows, &columns, &inner, &alpha, a, &strideA,
      b,
      &strideB, &beta, c, &strideC, 1, 1)
  }

  /// The lower triangle of *C* (n × n) = *A Aᵀ*, for *A* of n rows and k columns.
  @unsafe static func gram(
    _ n: Int, _ k: Int, _ a: UnsafePointer<Double>, _ lda: Int, _ c: UnsafeMutablePointer<Double>,
    _ ldc: Int
  ) {
    guard n > 0, k > 0 else { return }
    var (order, inner) = (lapackInteger(n), lapackInteger(k))
    var (strideA, strideC) = (lapackInteger(lda), lapackInteger(ldc))
    var (one, zero) = (1.0, 0.0)
    // Safe: callers pass blocks of these shapes, and dsyrk keeps no pointer.
    unsafe dsyrk_(
      "L", "N", &order, &inner, &one, a, &strideA, &zero, c, &strideC, 1, 1)
  }

  /// *B* (m × n) becomes *B L*⁻ᵀ, or *B L*⁻¹, for a lower triangle *L* of order n.
  @unsafe static func divide(
    _ m: Int, _ n: Int, _ l: UnsafePointer<Double>, _ ldl: Int, transposed: Bool,
    _ b: UnsafeMutablePointer<Double>, _ ldb: Int
  ) {
    guard m > 0, n > 0 else { return }
    var (rows, order) = (lapackInteger(m), lapackInteger(n))
    var (strideL, strideB) = (lapackInteger(ldl), lapackInteger(ldb))
    var one = 1.0
    // Safe: callers pass blocks of these shapes, and dtrsm keeps no pointer.
    unsafe dtrsm_(
      "R", "L", transposed ? "T" : "N", "N", &rows, &order, &one, l, &strideL, b, &strideB, 1, 1, 1,
      1)
  }

  /// *C* (m × n) += α·*B S*, or α·*S B* where `left`, for *S* symmetric and given by its lower triangle.
  @unsafe static func addSymmetric(
    left: Bool, _ m: Int, _ n: Int, _ alpha: Double, _ s: UnsafePointer<Double>, _ lds: Int,
    _ b: UnsafePointer<Double>, _ ldb: Int, _ c: UnsafeMutablePointer<Double>, _ ldc: Int
  ) {
    guard m > 0, n > 0 else { return }
    var (rows, columns) = (lapackInteger(m), lapackInteger(n))
    var (strideS, strideB, strideC) = (lapackInteger(lds), lapackInteger(ldb), lapackInteger(ldc))
    var (alpha, one) = (alpha, 1.0)
    // Safe: callers pass blocks of these shapes, and dsymm keeps no pointer.
    unsafe dsymm_(
      left ? "L" : "R", "L", &rows, &columns, &alpha, s, &strideS, b, &strideB, &one, c, &strideC,
      1,
      1)
  }

  /// The Cholesky factor in place of a lower triangle.
  ///
  /// - Returns: the order of the first minor that is not positive, or 0.
  @unsafe static func factor(_ n: Int, _ a: UnsafeMutablePointer<Double>, _ lda: Int) -> Int {
    guard n > 0 else { return 0 }
    var (order, stride) = (lapackInteger(n), lapackInteger(lda))
    var info: Int32 = 0
    // Safe: callers pass a block of this shape, and dpotrf keeps no pointer.
    unsafe dpotrf_("L", &order, a, &stride, &info, 1)
    precondition(info >= 0, "argument \(-info) of dpotrf is illegal")
    return Int(info)
  }

  /// The lower triangle of the inverse in place of a Cholesky factor.
  @unsafe static func invert(_ n: Int, _ a: UnsafeMutablePointer<Double>, _ lda: Int) {
    guard n > 0 else { return }
    var (order, stride) = (lapackInteger(n), lapackInteger(lda))
    var info: Int32 = 0
    // Safe: callers pass a block of this shape, and dpotri keeps no pointer.
    unsafe dpotri_("L", &order, a, &stride, &info, 1)
    precondition(info == 0, "dpotri met a zero on the diagonal of a Cholesky factor")
  }
}
