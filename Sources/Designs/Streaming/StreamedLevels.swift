/// The levels of a factor of a streamed table, found piece by piece, in the order that the whole table would
/// give them: texts in the order of their column, numbers ascending.
///
/// While they are being found levels have codes in the order of discovery; ``ranks`` leads to the final ones.
struct StreamedLevels: Sendable {
  private var texts: [String]?
  private var codes: [UInt64: Int32] = [:]
  private var values: [Double] = []
  private var labels: [String] = []
  /// Whether a level has a row among those used.
  private(set) var isUsed: [Bool] = []

  var count: Int { isUsed.count }

  /// The code of each level of a piece's factor; `nil` where texts have other levels than before.
  mutating func add(_ factor: Factor) -> [Int32]? {
    guard !factor.numbers.isEmpty || factor.levels.isEmpty else {
      guard values.isEmpty, texts == nil || texts == factor.levels else { return nil }
      if texts == nil {
        texts = factor.levels
        isUsed = Array(repeating: false, count: factor.levels.count)
      }
      return factor.levels.indices.map(Int32.init)
    }
    guard texts == nil else { return factor.levels.isEmpty ? [] : nil }
    return factor.numbers.indices.map { place in
      let bits = factor.numbers[place].bitPattern
      if let known = codes[bits] { return known }
      let code = Int32(values.count)
      codes[bits] = code
      values.append(factor.numbers[place])
      labels.append(factor.levels[place])
      isUsed.append(false)
      return code
    }
  }

  mutating func use(_ code: Int32) { isUsed[Int(code)] = true }

  /// The final place of each code among all levels.
  var ranks: [Int32] {
    guard texts == nil else { return isUsed.indices.map(Int32.init) }
    var result = [Int32](repeating: 0, count: values.count)
    for (rank, code) in values.indices.sorted(by: { values[$0] < values[$1] }).enumerated() {
      result[code] = Int32(rank)
    }
    return result
  }

  /// All levels in their final order.
  var levels: [String] {
    if let texts { return texts }
    return values.indices.sorted { values[$0] < values[$1] }.map { labels[$0] }
  }
}
