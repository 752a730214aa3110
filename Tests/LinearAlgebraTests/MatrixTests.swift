import LinearAlgebra
import Probability
import TestSupport
import Testing

/// Laws on random matrices: rounding grows with the size, so 10⁻¹¹ holds for sides up to thirty.
@Suite("Matrices and their factors")
struct MatrixTests {
  private func random(_ rows: Int, _ columns: Int, _ seed: UInt64) -> Matrix {
    var stream = RandomStream(Seed(seed)["matrix"])
    return Matrix(
      rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in stream.normal() })
  }

  private func plain(_ a: Matrix, _ b: Matrix) -> Matrix {
    var result = Matrix(rows: a.rows, columns: b.columns)
    for i in 0..<a.rows {
      for j in 0..<b.columns { for k in 0..<a.columns { result[i, j] += a[i, k] * b[k, j] } }
    }
    return result
  }

  private func expectClose(_ a: Matrix, _ b: Matrix, _ tolerance: Double = 1e-11) {
    #expect(a.rows == b.rows && a.columns == b.columns)
    for (x, y) in zip(a.elements, b.elements) {
      #expect(isClose(x, y, relative: tolerance, absolute: tolerance))
    }
  }

  @Test(
    "products agree with the plain sums",
    arguments: [(1, 1, 1), (3, 4, 5), (17, 2, 9), (30, 30, 1)])
  func products(_ shape: (Int, Int, Int)) {
    let a = random(shape.0, shape.1, 1)
    let b = random(shape.1, shape.2, 2)
    expectClose(a * b, plain(a, b))
    expectClose(a.transposed.transposedTimes(b), plain(a, b))
    expectClose(a.timesTransposed(b.transposed), plain(a, b))
    expectClose(a.crossProduct, plain(a.transposed, a))
    #expect(largestDifference(a * b.column(0), plain(a, b).column(0), scale: 1) < 1e-11)
  }

  @Test("empty matrices multiply to zeros")
  func empty() {
    let product = Matrix(rows: 3, columns: 0) * Matrix(rows: 0, columns: 2)
    #expect(product == Matrix(rows: 3, columns: 2))
    #expect(Matrix(rows: 4, columns: 0).crossProduct == Matrix(rows: 0, columns: 0))
  }

  @Test("a Cholesky factor reproduces, solves and inverts", arguments: [1, 2, 7, 30])
  func cholesky(_ size: Int) throws {
    let root = random(size + 3, size, UInt64(size))
    let a = root.crossProduct
    let factor = try Cholesky(a)
    expectClose(factor.lower.timesTransposed(factor.lower), a)
    expectClose(plain(a, factor.inverse), .identity(size), 1e-9)
    let b = random(size, 3, 5)
    expectClose(plain(a, factor.solve(b)), b, 1e-9)
    expectClose(factor.solveLowerTransposed(factor.solveLower(b)), factor.solve(b), 1e-9)
    let eigen = try SymmetricEigen(a)
    let product = eigen.values.reduce(0) { $0 + PortableMath.log($1) }
    #expect(isClose(factor.logDeterminant, product, relative: 1e-10, absolute: 1e-10))
  }

  @Test("a matrix that is not positive definite is refused with its order")
  func indefinite() {
    var a = Matrix.identity(4)
    a[2, 2] = -1
    #expect(throws: FactorizationError.notPositiveDefinite(order: 3)) { try Cholesky(a) }
  }

  @Test("eigenvectors are orthonormal and reproduce; the pseudo-inverse keeps the rank")
  func eigen() throws {
    let thin = random(2, 6, 9)
    let a = thin.crossProduct
    let eigen = try SymmetricEigen(a)
    expectClose(eigen.vectors.crossProduct, .identity(6))
    expectClose(eigen.mapped { $0 }, a)
    #expect(eigen.values == eigen.values.sorted())
    let inverse = eigen.pseudoInverse(tolerance: 1e-10)
    expectClose(a * inverse * a, a, 1e-9)
  }

  @Test("panels agree with matrices")
  func panels() throws {
    let (order, count) = (4, 9)
    let a = random(order, count, 3)
    let b = random(order, count, 4)
    var c = random(order, order, 5)
    let expected = c + -0.5 * a.timesTransposed(b)
    var elements = c.elements
    var span = elements.mutableSpan
    Panels.addProduct(
      a.elements.span, transposed: b.elements.span, order: order, count: count, scale: -0.5,
      to: &span)
    c = Matrix(rows: order, columns: order, elements: elements)
    expectClose(c, expected)

    var gram = [Double](repeating: 0, count: 9)
    var gramSpan = gram.mutableSpan
    Panels.addGram(a.elements.span, stride: order, order: 3, count: count, to: &gramSpan)
    let top = a.selecting(rows: [0, 1, 2], columns: Array(0..<count))
    let full = top.timesTransposed(top)
    for i in 0..<3 {
      for j in 0...i { #expect(isClose(gram[j * 3 + i], full[i, j], relative: 1e-12)) }
    }

    let symmetric = random(12, count, 6).crossProduct
    var product = [Double](repeating: 0, count: order * count)
    var productSpan = product.mutableSpan
    Panels.addSymmetricProduct(
      a.elements.span, symmetric: symmetric.elements.span, order: order, size: count, scale: 2,
      to: &productSpan)
    expectClose(Matrix(rows: order, columns: count, elements: product), 2 * (a * symmetric))

    // A factor that does not stand at the start of its array.
    var store = [Double](repeating: 7, count: 5) + symmetric.elements
    var storeSpan = store.mutableSpan
    let logDeterminant = try Panels.factor(&storeSpan, at: 5, size: count)
    let factor = try Cholesky(symmetric)
    #expect(isClose(logDeterminant, factor.logDeterminant, relative: 1e-12))
    var panel = a.elements
    var panelSpan = panel.mutableSpan
    Panels.solve(factor: storeSpan.span, at: 5, size: count, order: order, panel: &panelSpan)
    expectClose(
      Matrix(rows: order, columns: count, elements: panel), factor.solve(a.transposed).transposed,
      1e-9)
    Panels.invert(factor: &storeSpan, at: 5, size: count)
    for i in 0..<count {
      for j in 0...i {
        #expect(
          isClose(store[5 + j * count + i], factor.inverse[i, j], relative: 1e-9, absolute: 1e-9))
      }
    }
    #expect(store[0..<5] == [7, 7, 7, 7, 7])
  }
}
