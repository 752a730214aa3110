internal import CLAPACK

extension Matrix {
  /// The product AB (m × k times k × n).
  public static func * (a: Matrix, b: Matrix) -> Matrix { a.times(b) }

  /// Aᵀ B without forming Aᵀ.
  public func transposedTimes(_ b: Matrix) -> Matrix { times(b, transposingSelf: true) }

  /// A Bᵀ without forming Bᵀ.
  public func timesTransposed(_ b: Matrix) -> Matrix { times(b, transposingOther: true) }

  /// A x, for a vector of `columns` entries.
  public static func * (a: Matrix, x: [Double]) -> [Double] {
    (a * Matrix(rows: x.count, columns: 1, elements: x)).elements
  }

  /// Aᵀ x, for a vector of `rows` entries.
  public func transposedTimes(_ x: [Double]) -> [Double] {
    transposedTimes(Matrix(rows: x.count, columns: 1, elements: x)).elements
  }

  /// AᵀA, both triangles filled.
  ///
  /// - Complexity: O(rows · columns²)
  public var crossProduct: Matrix {
    let order = lapackInteger(columns)
    var result = Matrix(rows: columns, columns: columns)
    guard rows > 0, columns > 0 else { return result }
    var n = order
    var k = lapackInteger(rows)
    var one = 1.0
    var zero = 0.0
    // Safe: both arrays hold exactly the shapes passed, and dsyrk keeps no pointer.
    unsafe elements.withUnsafeBufferPointer { a in
      unsafe result.elements.withUnsafeMutableBufferPointer { c in
        unsafe dsyrk_(
          "L", "T", &n, &k, &one, a.baseAddress, &k, &zero, c.baseAddress, &n, 1, 1)
      }
    }
    result.fillUpperFromLower()
    return result
  }

  /// Copies the strict lower triangle onto the upper one.
  public mutating func fillUpperFromLower() {
    for j in 0..<columns { for i in 0..<j { self[i, j] = self[j, i] } }
  }

  private func times(
    _ other: Matrix, transposingSelf: Bool = false, transposingOther: Bool = false
  ) -> Matrix {
    let (m, inner) = transposingSelf ? (columns, rows) : (rows, columns)
    let (otherInner, n) =
      transposingOther ? (other.columns, other.rows) : (other.rows, other.columns)
    precondition(
      inner == otherInner, "\(rows)×\(columns) does not multiply \(other.rows)×\(other.columns)")
    var result = Matrix(rows: m, columns: n)
    guard m > 0, n > 0, inner > 0 else { return result }
    var mm = lapackInteger(m)
    var nn = lapackInteger(n)
    var kk = lapackInteger(inner)
    var lda = lapackInteger(rows)
    var ldb = lapackInteger(other.rows)
    var one = 1.0
    var zero = 0.0
    // Safe: the three arrays hold exactly the shapes passed, and dgemm keeps no pointer.
    unsafe elements.withUnsafeBufferPointer { a in
      unsafe other.elements.withUnsafeBufferPointer { b in
        unsafe result.elements.withUnsafeMutableBufferPointer { c in
          unsafe dgemm_(
            transposingSelf ? "T" : "N", transposingOther ? "T" : "N", &mm, &nn, &kk, &one,
            a.baseAddress, &lda, b.baseAddress, &ldb, &zero, c.baseAddress, &mm, 1, 1)
        }
      }
    }
    return result
  }
}

/// The scalar product of two vectors of the same length.
public func dot(_ x: [Double], _ y: [Double]) -> Double {
  precondition(x.count == y.count, "vectors of \(x.count) and \(y.count) entries")
  var sum = 0.0
  for i in x.indices { sum += x[i] * y[i] }
  return sum
}
