import Designs
import Tables
import TestSupport
import Testing

/// What holds for any formula, over many made at random.
@Suite struct RandomFormulaTests {
  private static let rows = 60
  private static let numeric = ["x", "z", "w"]
  private static let factors = [
    "a": ["p", "q"], "b": ["1", "2", "3"], "f": ["u", "v", "s", "t"],
  ]

  /// A linear congruential generator: these tests need variety, not quality.
  private struct Dice {
    var state: UInt64

    mutating func roll(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }

  private struct Case {
    let data: DataSet
    let numbers: [String: [Double]]
    let codes: [String: [Int?]]
    let formula: String
  }

  private func make(_ seed: UInt64) -> Case {
    var dice = Dice(state: seed &* 0x9E37_79B9_7F4A_7C15)
    var numbers: [String: [Double]] = [:]
    var codes: [String: [Int?]] = [:]
    var columns: [Column] = []
    for name in Self.numeric + ["y"] {
      let values = (0..<Self.rows).map { _ in
        dice.roll(25) == 0 ? Double.nan : Double(dice.roll(2001) - 1000) / 64
      }
      numbers[name] = values
      columns.append(Column(name, numbers: values))
    }
    for (name, levels) in Self.factors.sorted(by: { $0.key < $1.key }) {
      let values = (0..<Self.rows).map { _ in dice.roll(25) == 0 ? nil : dice.roll(levels.count) }
      codes[name] = values
      columns.append(
        Column(name, categories: values.map { code in code.map { levels[$0] } }, levels: levels))
    }
    columns.append(
      Column("g", categories: (0..<Self.rows).map { "g\($0 % 7)" }))
    var data = DataSet()
    data.set(Table(name: "t", columns: columns))
    let names = Self.numeric + Self.factors.keys.sorted()
    func term(_ depth: Int) -> String {
      if depth == 0 || dice.roll(3) == 0 { return names[dice.roll(names.count)] }
      let operation = [" + ", " * ", ":", "/", " - "][dice.roll(5)]
      let inner = term(depth - 1) + operation + term(depth - 1)
      return dice.roll(6) == 0 ? "(\(inner))^2" : "(\(inner))"
    }
    var formula = "y ~ " + ["", "", "0 + ", "1 + "][dice.roll(4)] + term(1 + dice.roll(2))
    if dice.roll(2) == 0 { formula += " + (\(term(1)) \(["|", "||"][dice.roll(2)]) g)" }
    return Case(data: data, numbers: numbers, codes: codes, formula: formula)
  }

  /// The value that a column's name says it has in a row.
  private func naive(_ name: String, _ row: Int, _ item: Case) throws -> Double {
    if name == "(Intercept)" { return 1 }
    return try name.split(separator: ":").reduce(1) { product, piece in
      if let values = item.numbers[String(piece)] { return product * values[row] }
      let factor = String(piece.prefix(1))
      let level = try #require(Self.factors[factor]?.firstIndex(of: String(piece.dropFirst())))
      return product * (item.codes[factor]?[row] == level ? 1 : 0)
    }
  }

  @Test func columnsAreWhatTheirNamesSay() throws {
    var checked = 0
    var randomTerms = 0
    for seed in 1...400 as ClosedRange<UInt64> {
      let item = make(seed)
      let formula = try Formula(parsing: item.formula)
      let frame = try formula.frame(in: item.data, table: "t")
      let used = Set(formula.names.map(\.name))
      let complete = (0..<Self.rows).filter { row in
        used.allSatisfy { name in
          if let values = item.numbers[name] { return !values[row].isNaN }
          return item.codes[name].map { $0[row] != nil } ?? true
        }
      }
      #expect((frame.selection ?? Array(0..<Int32(Self.rows))).map(Int.init) == complete)
      #expect(frame.lost.reduce(0) { $0 + $1.count } == Self.rows - complete.count)
      #expect(Set(frame.fixedNames).count == frame.fixed.count, "\(item.formula)")
      #expect(Set(frame.columns.map(\.name)).count == frame.columns.count, "\(item.formula)")
      var columns = frame.fixed
      for term in frame.random {
        #expect(Set(term.columns).count == term.columns.count, "\(item.formula)")
        columns += term.columns
        randomTerms += 1
      }
      for column in columns {
        let name = frame.columns[column].name
        let values = frame.values(column)
        for (place, row) in complete.enumerated() {
          let expected = try naive(name, row, item)
          #expect(
            isClose(values[place], expected, relative: 1e-14), "`\(name)` of \(item.formula)")
        }
        checked += 1
      }
      #expect(independent(frame.fixed.map { frame.values($0) }) == frame.fixed.count)
    }
    #expect(checked > 2000 && randomTerms > 150)
  }

  /// The rank by Gram–Schmidt with the projections taken twice.
  private func independent(_ columns: [[Double]]) -> Int {
    var basis: [[Double]] = []
    for column in columns {
      var rest = column
      let length = dot(column, column).squareRoot()
      for _ in 0..<2 {
        for direction in basis {
          let projection = dot(direction, rest)
          for i in rest.indices { rest[i] -= projection * direction[i] }
        }
      }
      let left = dot(rest, rest).squareRoot()
      if left > 1e-9 * length { basis.append(rest.map { $0 / left }) }
    }
    return basis.count
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
