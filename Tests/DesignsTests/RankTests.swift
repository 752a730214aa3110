import Designs
import Tables
import Testing

/// Columns that others span are left out, later ones first, whatever their size.
@Suite struct RankTests {
  private func frame(
    _ formula: String, _ columns: [Column], rows: [Int32]? = nil
  ) throws -> ModelFrame {
    var data = DataSet()
    data.set(Table(name: "t", columns: columns))
    return try Formula(parsing: formula)
      .frame(in: data, table: "t", options: FrameOptions(rows: rows))
  }

  private func dropped(_ frame: ModelFrame) -> [String] {
    frame.diagnostics.filter { $0.code == "dropped-column" }.map(\.message)
  }

  private func noise(_ n: Int, _ seed: UInt64, scale: Double = 1, centre: Double = 0) -> [Double] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<n).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return centre + scale * (Double(state >> 11) / 9_007_199_254_740_992 - 0.5)
    }
  }

  @Test func duplicatesConstantsAndSums() throws {
    let n = 3000
    let x = noise(n, 1)
    let z = noise(n, 2)
    let columns = [
      Column("y", numbers: noise(n, 3)), Column("x", numbers: x), Column("z", numbers: z),
      Column("copy", numbers: x), Column("c", numbers: Array(repeating: 0.1, count: n)),
      Column("zero", numbers: Array(repeating: 0, count: n)),
      Column("sum", numbers: zip(x, z).map { 2 * $0 - $1 / 3 + 5 }),
    ]
    let found = try frame("y ~ c + x + zero + copy + z + sum", columns)
    #expect(found.fixedNames == ["(Intercept)", "x", "z"])
    #expect(
      dropped(found) == [
        "`c` is left out of the model: it is the same in every row used",
        "`zero` is left out of the model: it is the same in every row used",
        "`copy` is left out of the model: it is a linear combination of `x`",
        "`sum` is left out of the model: it is a linear combination of `(Intercept)`, `x`, `z`",
      ])
    #expect(try frame("y ~ sum + x + z", columns).fixedNames == ["(Intercept)", "sum", "x"])
    let without = try frame("y ~ 0 + zero + c + x + copy + z + sum", columns)
    #expect(without.fixedNames == ["c", "x", "z"])
    #expect(
      dropped(without)
        == [
          "`zero` is left out of the model: it is zero in every row used",
          "`copy` is left out of the model: it is a linear combination of `x`",
          "`sum` is left out of the model: it is a linear combination of `c`, `x`, `z`",
        ])
  }

  @Test(arguments: [1, 1e-6, 1e9, 1e-150, 1e100], [0, 1, 1e5])
  func sizesDoNotMatter(scale: Double, centre: Double) throws {
    let n = 2500
    let big = noise(n, 4, scale: 1e9, centre: 3e9)
    let x = noise(n, 5).map { scale * ($0 + centre) }
    let columns = [
      Column("y", numbers: noise(n, 6)), Column("big", numbers: big), Column("x", numbers: x),
      Column("twice", numbers: x.map { 2 * $0 }),
      Column("mix", numbers: zip(big, x).map { $0 / 1e9 + $1 / scale }),
    ]
    let found = try frame("y ~ big + x + twice + mix", columns)
    #expect(found.fixedNames == ["(Intercept)", "big", "x"])
    #expect(
      dropped(found).last
        == "`mix` is left out of the model: it is a linear combination of "
        + (centre == 0
          ? "`big`, `x`"
          : dropped(found).last?.contains("Intercept") == true
            ? "`(Intercept)`, `big`, `x`" : "`big`, `x`"))
  }

  @Test func nearCollinearityIsNotCollinearity() throws {
    let n = 4000
    let x = noise(n, 7)
    let e = noise(n, 8)
    for (size, stays) in [(1e-3, true), (1e-5, true), (1e-6, true), (1e-9, false)] {
      let near = zip(x, e).map { $0 + size * $1 }
      let columns = [
        Column("y", numbers: noise(n, 9)), Column("x", numbers: x), Column("near", numbers: near),
        Column("e", numbers: e),
      ]
      let found = try frame("y ~ x + near", columns)
      #expect(found.fixedNames.contains("near") == stays, "\(size)")
      // What is spanned through a column that was nearly spanned is found as well.
      if size >= 1e-5 {
        #expect(try frame("y ~ x + near + e", columns).fixedNames.count == 3, "\(size)")
      }
    }
    let year = (0..<n).map { 2000 + Double($0 % 21) }
    let found = try frame(
      "y ~ year + I(year^2)",
      [Column("y", numbers: noise(n, 10)), Column("year", numbers: year)])
    #expect(found.fixedNames == ["(Intercept)", "year", "I(year^2)"])
  }

  @Test func anUnusualFirstRowMisleadsNothing() throws {
    let n = 3000
    var x = noise(n, 11)
    x[0] = 1e8
    let columns = [
      Column("y", numbers: noise(n, 12)), Column("x", numbers: x),
      Column("copy", numbers: x.map { $0 * 3 }), Column("z", numbers: noise(n, 13)),
    ]
    #expect(try frame("y ~ x + copy + z", columns).fixedNames == ["(Intercept)", "x", "z"])
    // Constant but for one late row.
    var late = [Double](repeating: 7, count: n)
    late[n - 1] = 8
    let more = columns + [Column("late", numbers: late)]
    #expect(try frame("y ~ late + z", more).fixedNames == ["(Intercept)", "late", "z"])
    let rows = (0..<Int32(n - 1)).map { $0 }
    #expect(try frame("y ~ late + z", more, rows: rows).fixedNames == ["(Intercept)", "z"])
  }

  @Test func emptyCellsAndNestedFactors() throws {
    let n = 60
    let school = (0..<n).map { "s\($0 / 10)" }
    let la = (0..<n).map { $0 / 30 == 0 ? "n" : "s" }
    let kind = (0..<n).map { $0 / 30 == 0 ? "a" : ["a", "b"][$0 % 2] }
    let columns = [
      Column("y", numbers: noise(n, 14)), Column("school", categories: school),
      Column("la", categories: la), Column("kind", categories: kind),
    ]
    let nested = try frame("y ~ la + school", columns)
    #expect(
      nested.fixedNames == ["(Intercept)", "las", "schools1", "schools2", "schools3", "schools4"])
    #expect(
      dropped(nested) == [
        "`schools5` is left out of the model: it is a linear combination of `las`, `schools3`, "
          + "`schools4`"
      ])
    let empty = try frame("y ~ la * kind", columns)
    #expect(empty.fixedNames == ["(Intercept)", "las", "kindb"])
    #expect(
      dropped(empty) == [
        "`las:kindb` is left out of the model: it is a linear combination of `kindb`"
      ])
    let cells = try frame("y ~ 0 + la:kind", columns)
    #expect(cells.fixedNames == ["lan:kinda", "las:kinda", "las:kindb"])
    #expect(
      dropped(cells) == ["`lan:kindb` is left out of the model: it is zero in every row used"])
  }

  @Test func moreColumnsThanRows() throws {
    let columns =
      [Column("y", numbers: noise(5, 20))]
      + (0..<8).map { Column("x\($0)", numbers: noise(5, 21 + UInt64($0))) }
    let formula = "y ~ " + (0..<8).map { "x\($0)" }.joined(separator: " + ")
    let found = try frame(formula, columns)
    #expect(found.fixedNames == ["(Intercept)", "x0", "x1", "x2", "x3"])
  }
}
