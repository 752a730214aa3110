internal import CLAPACK

/// BLAS on blocks within larger arrays, given by pointers: for the kernels of this folder alone, which check
/// shapes where blocks are laid out.
///
/// Products go to BLAS, unless it does not use the processor's vectors: the reference BLAS never does, and
/// an OpenBLAS older than the processor runs on its oldest kernel, at a quarter of the speed. Then a
/// kernel of our own takes them.
enum BlockKernels {
  /// Columns that are divided by a triangle at a time: the rest of a division is products.
  private static let narrow = 48
  /// Products of fewer multiplications go to BLAS whatever it is.
  private static let least = 10_000

  /// Numbers in the vectors of our own kernel; 0 where BLAS does better or the processor has none.
  static let vectorWidth: Int = {
    let isOldest = BLAS.library.contains("Prescott") || BLAS.library == "reference"
    return isOldest ? counterpart_vector_width() : 0
  }()

  /// How many numbers of scratch the kernels take.
  static var scratchSize: Int { vectorWidth > 0 ? counterpart_scratch() : 1 }

  /// *C* (m × n) = α·op(*A*)·op(*B*) + β·*C*, by our own kernel where BLAS is slow.
  @unsafe static func multiplyLarge(
    _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int, _ alpha: Double,
    _ a: UnsafePointer<Double>, _ lda: Int, _ b: UnsafePointer<Double>, _ ldb: Int, _ beta: Double,
    _ c: UnsafeMutablePointer<Double>, _ ldc: Int, _ scratch: UnsafeMutablePointer<Double>
  ) {
    guard m > 0, n > 0, k > 0 else { return }
    if vectorWidth > 0, m * n * k > least {
      // Safe: callers pass blocks of these shapes and `scratchSize` numbers, and no pointer is kept.
      unsafe counterpart_multiply(
        vectorWidth, transposeA ? 1 : 0, transposeB ? 1 : 0, m, n, k, alpha, a, lda, b, ldb, beta,
        c,
        ldc, scratch)
      return
    }
    unsafe multiply(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
  }

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

  /// The same with most of the work in products.
  @unsafe static func divideLarge(
    _ m: Int, _ n: Int, _ l: UnsafePointer<Double>, _ ldl: Int, transposed: Bool,
    _ b: UnsafeMutablePointer<Double>, _ ldb: Int, _ scratch: UnsafeMutablePointer<Double>
  ) {
    let parts = (n + narrow - 1) / narrow
    for part in 0..<parts {
      let first = narrow * (transposed ? part : parts - 1 - part)
      let end = min(n, first + narrow)
      let own = unsafe b + first * ldb
      if transposed {
        unsafe multiplyLarge(
          false, true, m, end - first, first, -1, b, ldb, l + first, ldl, 1, own, ldb, scratch)
      } else {
        unsafe multiplyLarge(
          false, false, m, end - first, n - end, -1, b + end * ldb, ldb, l + first * ldl + end, ldl,
          1, own, ldb, scratch)
      }
      unsafe divide(
        m, end - first, l + first * ldl + first, ldl, transposed: transposed, own, ldb)
    }
  }

  /// *C* (m × n) += α·*B S*, for *S* symmetric and given by its lower triangle.
  @unsafe static func addSymmetric(
    _ m: Int, _ n: Int, _ alpha: Double, _ s: UnsafePointer<Double>, _ lds: Int,
    _ b: UnsafePointer<Double>, _ ldb: Int, _ c: UnsafeMutablePointer<Double>, _ ldc: Int
  ) {
    guard m > 0, n > 0 else { return }
    var (rows, columns) = (lapackInteger(m), lapackInteger(n))
    var (strideS, strideB, strideC) = (lapackInteger(lds), lapackInteger(ldb), lapackInteger(ldc))
    var (alpha, one) = (alpha, 1.0)
    // Safe: callers pass blocks of these shapes, and dsymm keeps no pointer.
    unsafe dsymm_(
      "R", "L", &rows, &columns, &alpha, s, &strideS, b, &strideB, &one, c, &strideC, 1, 1)
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
