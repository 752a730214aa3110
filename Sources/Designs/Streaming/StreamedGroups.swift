/// The groups of a random term of a streamed table, found piece by piece.
struct StreamedGroups: Sendable {
  let name: String
  private var parts: [StreamedLevels]
  /// For each part after the first the code of each pair (combination so far, level).
  private var combinations: [[UInt64: Int32]]
  private var pairs: [[(Int32, Int32)]]
  private var found: [Bool] = []

  init(_ columns: GroupColumns) {
    name = columns.name
    parts = columns.factors.map { _ in StreamedLevels() }
    combinations = Array(repeating: [:], count: max(0, parts.count - 1))
    pairs = Array(repeating: [], count: max(0, parts.count - 1))
  }

  /// Codes of the groups of a piece's used rows, in the order of discovery; −1 where there is none.
  ///
  /// - Returns: `nil` where a column's categories are not those of the pieces before.
  mutating func codes(of columns: GroupColumns, _ selection: RowSelection) -> [Int32]? {
    var result: [Int32] = []
    for (place, factor) in columns.factors.enumerated() {
      guard let map = parts[place].add(factor) else { return nil }
      if place == 0 {
        result.reserveCapacity(selection.count)
        selection.forEach { row in
          let code = factor.codes[row]
          result.append(code < 0 ? -1 : map[Int(code)])
        }
      } else {
        var position = 0
        selection.forEach { row in
          let (own, other) = (result[position], factor.codes[row])
          result[position] =
            own < 0 || other < 0 ? -1 : combined(own, map[Int(other)], place - 1)
          position += 1
        }
      }
    }
    for code in result where code >= 0 {
      while found.count <= Int(code) { found.append(false) }
      found[Int(code)] = true
    }
    return result
  }

  private mutating func combined(_ a: Int32, _ b: Int32, _ step: Int) -> Int32 {
    let key = UInt64(UInt32(bitPattern: a)) << 32 | UInt64(UInt32(bitPattern: b))
    if let known = combinations[step][key] { return known }
    let code = Int32(pairs[step].count)
    combinations[step][key] = code
    pairs[step].append((a, b))
    return code
  }

  /// The final groups in order, and the place of each discovered code among them; −1 for codes without rows.
  var final: (levels: [String], places: [Int32]) {
    let ranks = parts.map(\.ranks)
    let labels = parts.map(\.levels)
    func key(_ code: Int32) -> [Int32] {
      var code = code
      var reversed: [Int32] = []
      for step in pairs.indices.reversed() {
        let (before, level) = pairs[step][Int(code)]
        reversed.append(ranks[step + 1][Int(level)])
        code = before
      }
      reversed.append(ranks[0][Int(code)])
      return reversed.reversed()
    }
    let keys = found.indices.map { found[$0] ? key(Int32($0)) : [] }
    let order = found.indices.filter { found[$0] }
      .sorted { keys[$0].lexicographicallyPrecedes(keys[$1]) }
    var places = [Int32](repeating: -1, count: found.count)
    var levels: [String] = []
    for (place, code) in order.enumerated() {
      places[code] = Int32(place)
      levels.append(
        keys[code].enumerated().map { labels[$0.offset][Int($0.element)] }
          .joined(separator: ":"))
    }
    return (levels, places)
  }
}

/// Which groups of two factors occur together in a row, found piece by piece.
struct StreamedPairs: Sendable {
  private var last: [Int32] = []
  private var cells: Set<UInt64> = []

  /// - Parameters: codes of two factors in the same rows, −1 for none.
  mutating func add(_ a: [Int32], _ b: [Int32]) {
    for row in a.indices {
      let (own, other) = (a[row] + 1, b[row] + 1)
      while last.count <= Int(own) { last.append(-1) }
      guard last[Int(own)] != other else { continue }
      last[Int(own)] = other
      cells.insert(UInt64(UInt32(own)) << 32 | UInt64(UInt32(other)))
    }
  }

  /// Pairs of final places, −1 for none, ascending.
  func final(_ first: [Int32], _ second: [Int32]) -> [GroupPair] {
    cells.sorted().map { cell in
      let (a, b) = (Int(cell >> 32) - 1, Int(cell & 0xffff_ffff) - 1)
      return GroupPair(first: a < 0 ? -1 : first[a], second: b < 0 ? -1 : second[b])
    }.sorted { ($0.first, $0.second) < ($1.first, $1.second) }
  }
}

/// A group of one factor and one of another that occur together in a row; −1 for no group.
package struct GroupPair: Sendable, Hashable {
  package let first: Int32
  package let second: Int32

  package init(first: Int32, second: Int32) {
    self.first = first
    self.second = second
  }
}
