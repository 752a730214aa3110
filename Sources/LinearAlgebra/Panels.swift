internal import CLAPACK

/// Products and solves on panels: small matrices that lie in flat arrays, column after column.
///
/// They serve kernels that keep one array for many groups and must not allocate a ``Matrix`` for each.
public enum Panels {
  /// *C* += scale · *A Bᵀ*, for *A* and *B* of `order` rows and `count` columns.
  public static func addProduct(
    _ a: Span<Double>, transposed b: Span<Double>, order: Int, count: Int, scale: Double,
    to c: inout MutableSpan<Double>
  ) {
    precondition(a.count >= order * count && b.count >= order * count, "panels are too short")
    precondition(c.count >= order * order, "\(c.count) places for an order of \(order)")
    guard order > 0, count > 0 else { return }
    var n = lapackInteger(order)
    var k = lapackInteger(count)
    var alpha = scale
    var one = 1.0
    // Safe: the spans hold the shapes passed, checked above, and dgemm keeps no pointer.
    unsafe a.withUnsafeBufferPointer { a in
      unsafe b.withUnsafeBufferPointer { b in
        unsafe c.withUnsafeMutableBufferPointer { c in
          unsafe dgemm_(
            "N", "T", &n, &n, &k, &alpha, a.baseAddress, &n, b.baseAddress, &n, &one,
            c.baseAddress, &n, 1, 1)
        }
      }
    }
  }

  /// *C* = *S B*, for *S* of order `order` (both triangles) and panels of `order` rows and `count` columns.
  public static func multiply(
    _ s: Span<Double>, _ b: Span<Double>, order: Int, count: Int, into c: inout MutableSpan<Double>
  ) {
    precondition(s.count >= order * order && b.count >= order * count, "panels are too short")
    precondition(c.count >= order * count, "\(c.count) places for \(order) × \(count)")
    guard order > 0, count > 0 else { return }
    var n = lapackInteger(order)
    var k = lapackInteger(count)
    var one = 1.0
    var zero = 0.0
    // Safe: the spans hold the shapes passed, checked above, and dgemm keeps no pointer.
    unsafe s.withUnsafeBufferPointer { s in
      unsafe b.withUnsafeBufferPointer { b in
        unsafe c.withUnsafeMutableBufferPointer { c in
          unsafe dgemm_(
            "N", "N", &n, &k, &n, &one, s.baseAddress, &n, b.baseAddress, &n, &zero,
            c.baseAddress, &n, 1, 1)
        }
      }
    }
  }

  /// The lower triangle of *C* += *A Aᵀ*, where *A* is the first `order` rows of a panel of `stride` rows
  /// and `count` columns.
  public static func addGram(
    _ a: Span<Double>, stride: Int, order: Int, count: Int, to c: inout MutableSpan<Double>
  ) {
    precondition(order <= stride && a.count >= stride * count, "the panel is too short")
    precondition(c.count >= order * order, "\(c.count) places for an order of \(order)")
    guard order > 0, count > 0 else { return }
    var n = lapackInteger(order)
    var k = lapackInteger(count)
    var lda = lapackInteger(stride)
    var one = 1.0
    // Safe: the spans hold the shapes passed, checked above, and dsyrk keeps no pointer.
    unsafe a.withUnsafeBufferPointer { a in
      unsafe c.withUnsafeMutableBufferPointer { c in
        unsafe dsyrk_(
          "L", "N", &n, &k, &one, a.baseAddress, &lda, &one, c.baseAddress, &n, 1, 1)
      }
    }
  }

  /// *C* += scale · *B A*, where of the symmetric *A* (`size` × `size`) only the lower triangle is read and
  /// *B*, *C* have `order` rows and `size` columns.
  public static func addSymmetricProduct(
    _ b: Span<Double>, symmetric a: Span<Double>, order: Int, size: Int, scale: Double,
    to c: inout MutableSpan<Double>
  ) {
    precondition(a.count >= size * size && b.count >= order * size, "panels are too short")
    precondition(c.count >= order * size, "\(c.count) places for \(order) × \(size)")
    guard order > 0, size > 0 else { return }
    var m = lapackInteger(order)
    var n = lapackInteger(size)
    var alpha = scale
    var one = 1.0
    // Safe: the spans hold the shapes passed, checked above, and dsymm keeps no pointer.
    unsafe a.withUnsafeBufferPointer { a in
      unsafe b.withUnsafeBufferPointer { b in
        unsafe c.withUnsafeMutableBufferPointer { c in
          unsafe dsymm_(
            "R", "L", &m, &n, &alpha, a.baseAddress, &n, b.baseAddress, &m, &one, c.baseAddress,
            &m, 1, 1)
        }
      }
    }
  }

  /// Replaces the lower triangle of a positive-definite *A* by its Cholesky factor (LAPACK `dpotrf`).
  ///
  /// - Parameter start: where *A* starts in `a`.
  /// - Returns: log det *A*.
  /// - Throws: ``FactorizationError/notPositiveDefinite(order:)``
  public static func factor(
    _ a: inout MutableSpan<Double>, at start: Int = 0, size: Int
  ) throws(FactorizationError) -> Double {
    precondition(
      start >= 0 && a.count >= start + size * size, "\(a.count) places for a size of \(size)")
    guard size > 0 else { return 0 }
    var n = lapackInteger(size)
    var info: Int32 = 0
    // Safe: the span holds size × size entries, checked above, and dpotrf keeps no pointer.
    unsafe a.withUnsafeMutableBufferPointer { a in
      unsafe dpotrf_("L", &n, a.baseAddress?.advanced(by: start), &n, &info, 1)
    }
    precondition(info >= 0, "argument \(-info) of dpotrf is illegal")
    guard info == 0 else { throw .notPositiveDefinite(order: Int(info)) }
    var sum = 0.0
    for j in 0..<size { sum += naturalLog(a[start + j * (size + 1)]) }
    return 2 * sum
  }

  /// Replaces *B* (`order` × `size`) by *B A*⁻¹, given the Cholesky factor of *A* from ``factor(_:at:size:)``.
  public static func solve(
    factor l: Span<Double>, at start: Int = 0, size: Int, order: Int,
    panel b: inout MutableSpan<Double>
  ) {
    precondition(
      start >= 0 && l.count >= start + size * size && b.count >= order * size,
      "panels are too short")
    guard size > 0, order > 0 else { return }
    var m = lapackInteger(order)
    var n = lapackInteger(size)
    var one = 1.0
    // Safe: the spans hold the shapes passed, checked above, and dtrsm keeps no pointer.
    unsafe l.withUnsafeBufferPointer { l in
      unsafe b.withUnsafeMutableBufferPointer { b in
        unsafe dtrsm_(
          "R", "L", "T", "N", &m, &n, &one, l.baseAddress?.advanced(by: start), &n,
          b.baseAddress, &m, 1, 1, 1, 1)
        unsafe dtrsm_(
          "R", "L", "N", "N", &m, &n, &one, l.baseAddress?.advanced(by: start), &n,
          b.baseAddress, &m, 1, 1, 1, 1)
      }
    }
  }

  /// Replaces the Cholesky factor of *A* by the lower triangle of *A*⁻¹ (LAPACK `dpotri`).
  public static func invert(factor l: inout MutableSpan<Double>, at start: Int = 0, size: Int) {
    precondition(
      start >= 0 && l.count >= start + size * size, "\(l.count) places for a size of \(size)")
    guard size > 0 else { return }
    var n = lapackInteger(size)
    var info: Int32 = 0
    // Safe: the span holds size × size entries, checked above, and dpotri keeps no pointer.
    unsafe l.withUnsafeMutableBufferPointer { l in
      unsafe dpotri_("L", &n, l.baseAddress?.advanced(by: start), &n, &info, 1)
    }
    precondition(info == 0, "dpotri met a zero on the diagonal of a Cholesky factor")
  }
}
