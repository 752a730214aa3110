internal import CLAPACK

/// Fortran's 32-bit size of a dimension.
///
/// A dimension beyond 2³¹ − 1 is a programmer's mistake: no dense matrix of that side fits in memory.
func lapackInteger(_ n: Int) -> Int32 {
  precondition(n <= Int(Int32.max), "dimension \(n) is beyond LAPACK's 32-bit integers")
  return Int32(n)
}

/// Which BLAS the process runs on, and how it may use threads.
public enum BLAS {
  /// OpenBLAS's own description with its kernel, or `reference`, and whether large sparse systems use
  /// products of our own beside it: part of what makes a run repeatable.
  public static var name: String {
    let width = BlockKernels.vectorWidth
    return width > 0 ? library + ", own products by vectors of \(width)" : library
  }

  static var library: String { unsafe String(cString: counterpart_blas_name()) }

  /// Keeps a threaded BLAS on one thread, so that results do not depend on the number of cores.
  ///
  /// - Returns: whether this BLAS can be told at all; the reference BLAS has one thread anyway.
  @discardableResult
  public static func useOneThread() -> Bool { counterpart_blas_set_threads(1) != 0 }
}

/// Why a factorisation of data stopped. Illegal arguments are our own mistakes and trap instead.
public enum FactorizationError: Error, Sendable, Hashable {
  /// The leading minor of this order is not positive.
  case notPositiveDefinite(order: Int)
  /// The iteration for eigenvalues did not settle.
  case notConverged
}
