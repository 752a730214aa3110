internal import Tables

/// The values of an expression in the rows of a table, kept at the table where they differ: what is the same
/// for all rows is held once, and a school's value once a school.
struct Vector: Sendable {
  enum Payload: Sendable {
    /// The same number in every row; NaN is missing.
    case constant(Double)
    case constantText(String)
    case numbers([Double])
    /// Positions in the levels; −1 is missing.
    case codes([Int32], [String])
  }

  /// Where the payload lives: the row of `table` for each row looked from, −1 for none.
  struct Home: Sendable {
    let table: String
    let index: [Int32]
  }

  let payload: Payload
  /// `nil` where the payload has one value a row, or is constant.
  let home: Home?

  init(_ payload: Payload, home: Home? = nil) {
    self.payload = payload
    self.home = home
  }

  init(_ column: ResolvedColumn) {
    switch column.column.storage {
    case .numbers(let values): payload = .numbers(values)
    case .codes(let codes, let levels): payload = .codes(codes, levels)
    }
    home = column.index.map { Home(table: column.table, index: $0) }
  }

  var isConstant: Bool {
    switch payload {
    case .constant, .constantText: true
    case .numbers, .codes: false
    }
  }

  /// How many values the payload has; `nil` where it is constant.
  var payloadCount: Int? {
    switch payload {
    case .constant, .constantText: nil
    case .numbers(let values): values.count
    case .codes(let codes, _): codes.count
    }
  }

  /// The same values, one a row of the table looked from.
  func expanded() -> Vector {
    guard let home else { return self }
    switch payload {
    case .constant, .constantText: return Vector(payload)
    case .numbers(let values):
      return Vector(.numbers(home.index.map { $0 < 0 ? .nan : values[Int($0)] }))
    case .codes(let codes, let levels):
      return Vector(.codes(home.index.map { $0 < 0 ? -1 : codes[Int($0)] }, levels))
    }
  }

  /// One number a row; a text gives 1 where it is there and NaN where it is missing.
  func numbers(rows: Int) -> [Double] {
    switch expanded().payload {
    case .constant(let value): Array(repeating: value, count: rows)
    case .constantText: Array(repeating: 1, count: rows)
    case .numbers(let values): values
    case .codes(let codes, _): codes.map { $0 < 0 ? .nan : 1 }
    }
  }

  func codes(rows: Int) -> (codes: [Int32], levels: [String]) {
    switch expanded().payload {
    case .constantText(let text): (Array(repeating: 0, count: rows), [text])
    case .codes(let codes, let levels): (codes, levels)
    case .constant, .numbers: (Array(repeating: -1, count: rows), [])
    }
  }

  /// Vectors brought to a table at which all of them have a value, and that table's home.
  static func aligned(_ vectors: [Vector]) -> (vectors: [Vector], home: Home?) {
    let varying = vectors.filter { !$0.isConstant }
    guard let first = varying.first else { return (vectors, nil) }
    let sameHome = varying.allSatisfy { $0.home?.table == first.home?.table }
    return sameHome ? (vectors, first.home) : (vectors.map { $0.expanded() }, nil)
  }

  /// `f` of each number.
  func mapNumbers(_ f: (Double) -> Double) -> Vector {
    switch payload {
    case .constant(let value): Vector(.constant(f(value)))
    case .numbers(let values): Vector(.numbers(values.map(f)), home: home)
    case .constantText, .codes: self
    }
  }

  /// `f` of each pair of numbers.
  static func combine(_ a: Vector, _ b: Vector, _ f: (Double, Double) -> Double) -> Vector {
    let (pair, home) = aligned([a, b])
    switch (pair[0].payload, pair[1].payload) {
    case (.constant(let x), .constant(let y)): return Vector(.constant(f(x, y)))
    case (.constant(let x), .numbers(let y)):
      return Vector(.numbers(y.map { f(x, $0) }), home: home)
    case (.numbers(let x), .constant(let y)):
      return Vector(.numbers(x.map { f($0, y) }), home: home)
    case (.numbers(let x), .numbers(let y)):
      var result = x
      for i in result.indices { result[i] = f(x[i], y[i]) }
      return Vector(.numbers(result), home: home)
    default: return a
    }
  }

  /// For each code of a text whether `test` holds: 0, 1, or NaN where the text is missing.
  func mapTexts(_ test: (String) -> Bool) -> Vector {
    switch payload {
    case .constantText(let text): return Vector(.constant(test(text) ? 1 : 0))
    case .codes(let codes, let levels):
      let answers = levels.map { test($0) ? 1.0 : 0 }
      return Vector(.numbers(codes.map { $0 < 0 ? .nan : answers[Int($0)] }), home: home)
    case .constant, .numbers: return self
    }
  }
}
