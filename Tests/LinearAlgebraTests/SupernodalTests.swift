import LinearAlgebra
import Probability
import Testing

@Suite("Sparse factorisation")
struct SupernodalTests {
  /// Sets of rows that hang together, mostly near each other.
  private func cliques(_ size: Int, _ count: Int, far: Double, seed: UInt32) -> [[Int32]] {
    var random = RandomStream(Seed(7)["cliques"], replicate: seed)
    return (0..<count).map { _ in
      let centre = random.index(below: size)
      var members: [Int32] = []
      for _ in 0..<1 + random.index(below: 5) {
        let near = min(size - 1, max(0, centre + random.index(below: 9) - 4))
        let row = Int32(random.uniform() < far ? random.index(below: size) : near)
        if !members.contains(row) { members.append(row) }
      }
      return members
    }
  }

  private func check(_ size: Int, _ cliques: [[Int32]]) throws {
    var random = RandomStream(Seed(8)["entries"])
    let pattern = SupernodalPattern(size: size, cliques: cliques)
    #expect(Set(pattern.position) == Set((0..<size).map { Int32($0) }))
    var values = [Double](repeating: 0, count: pattern.count)
    var dense = Matrix(rows: size, columns: size)
    for row in 0..<size {
      values[pattern.place(row, row)] = 1
      dense[row, row] = 1
    }
    for clique in cliques {
      let weights = clique.map { _ in random.normal() }
      for (x, first) in clique.enumerated() {
        for (y, second) in clique[...x].enumerated() {
          let (a, b) = (Int(pattern.position[Int(first)]), Int(pattern.position[Int(second)]))
          values[pattern.place(a, b)] += weights[x] * weights[y]
          dense[a, b] += weights[x] * weights[y]
          if a != b { dense[b, a] += weights[x] * weights[y] }
        }
      }
    }
    let whole = try Cholesky(dense)
    let original = values
    var span = values.mutableSpan
    let logDeterminant = try pattern.factor(&span)
    #expect(abs(logDeterminant - whole.logDeterminant) < 1e-10 * Double(max(1, size)))
    let panel = (0..<3 * size).map { _ in random.normal() }
    var solved = panel
    var solvedSpan = solved.mutableSpan
    pattern.solve(factor: values.span, order: 3, panel: &solvedSpan)
    var back = [Double](repeating: 0, count: 3 * size)
    var backSpan = back.mutableSpan
    pattern.addSymmetricProduct(
      solved.span, symmetric: original.span, order: 3, scale: 2, to: &backSpan)
    #expect(zip(back, panel).allSatisfy { abs($0 - 2 * $1) < 1e-10 })
    var inverseSpan = values.mutableSpan
    pattern.invert(&inverseSpan)
    let inverse = whole.inverse
    var error = 0.0
    for block in pattern.blocks {
      for column in block.columns {
        for row in block.rows where Int(row) >= column {
          let place = pattern.place(column, Int(row))
          error = max(error, abs(values[place] - inverse[Int(row), column]))
        }
      }
    }
    #expect(error < 1e-10, "\(size) rows, \(cliques.count) cliques")
  }

  @Test("agrees with a dense factorisation", arguments: [1, 2, 7, 60, 350])
  func random(size: Int) throws {
    for (seed, count) in [0, size / 2, 2 * size, 6 * size].enumerated() {
      try check(size, cliques(size, count, far: 0.05, seed: UInt32(seed)))
    }
  }

  @Test("empty, disconnected, tree-like and full matrices")
  func shapes() throws {
    try check(0, [])
    try check(300, [])
    // Three sets that never meet, and rows that stand alone.
    try check(40, (0..<3).map { set in (0..<9).map { Int32(10 * set + $0) } })
    try check(500, (1..<500).map { [Int32($0 / 2), Int32($0)] })
    // Wider than one block.
    try check(700, [(0..<700).map { Int32($0) }])
    // An arrow: one row meets all others.
    try check(200, (1..<200).map { [0, Int32($0)] })
  }

  @Test("stores less than a full matrix where rows meet near ones")
  func sparsity() {
    let pattern = SupernodalPattern(
      size: 2_000, cliques: cliques(2_000, 6_000, far: 0, seed: 1))
    #expect(pattern.count < 100_000)
    #expect(pattern.operations < 1e7)
  }

  @Test("says where a matrix is not positive definite")
  func indefinite() {
    let pattern = SupernodalPattern(size: 3, cliques: [[0, 2]])
    var values = [Double](repeating: 0, count: pattern.count)
    for row in 0..<3 { values[pattern.place(row, row)] = 1 }
    let (a, b) = (Int(pattern.position[0]), Int(pattern.position[2]))
    values[pattern.place(a, b)] = 2
    var span = values.mutableSpan
    var failure: FactorizationError?
    do throws(FactorizationError) { _ = try pattern.factor(&span) } catch { failure = error }
    #expect(failure == .notPositiveDefinite(order: max(a, b) + 1))
  }
}
