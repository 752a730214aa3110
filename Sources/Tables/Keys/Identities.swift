/// The values of a column, or of several together, as numbers 0 ..< `count`; −1 where one is missing.
///
/// Rows have the same number exactly where they have the same values. Numbers are compared as numbers
/// and texts by their level, so no text is made for a row.
struct Identities {
  private(set) var codes: [Int32]
  private(set) var count: Int

  init(_ column: Column) {
    switch column.storage {
    case .codes(let codes, let levels):
      self.codes = codes
      count = levels.count
    case .numbers(let values):
      var dictionary = NumberDictionary(expecting: values.count)
      codes = values.map { $0.isNaN ? -1 : dictionary.code($0) }
      count = dictionary.count
    }
  }

  /// The values of all the columns together.
  init(_ columns: [Column]) {
    self.init(columns.first ?? Column("", numbers: []))
    for column in columns.dropFirst() { combine(with: Identities(column)) }
  }

  private mutating func combine(with other: Identities) {
    var dictionary = NumberDictionary(expecting: codes.count)
    for row in codes.indices {
      let (own, further) = (codes[row], other.codes[row])
      // Both are below 2³¹, so the pair is a whole number below 2⁶² and its bits are its own.
      codes[row] =
        own < 0 || further < 0
        ? -1 : dictionary.code(bits: UInt64(own) * UInt64(other.count) + UInt64(further))
    }
    count = dictionary.count
  }

  /// The first row of each value, and the rows whose value an earlier row has.
  func firstRows() -> (first: [Int32], repeats: [Int]) {
    var first = Array(repeating: Int32(-1), count: count)
    var repeats: [Int] = []
    for row in codes.indices {
      let code = Int(codes[row])
      if code < 0 { continue }
      if first[code] < 0 { first[code] = Int32(row) } else { repeats.append(row) }
    }
    return (first, repeats)
  }
}

/// Distinct numbers, numbered in the order in which they come: open addressing, at most half full.
struct NumberDictionary {
  private var slots: [Slot]
  private(set) var count = 0

  private struct Slot {
    var bits: UInt64
    var code: Int32
  }

  init(expecting count: Int) {
    // Many columns hold few distinct values; a table that fits the cache serves those, and grows.
    let size = 1 << (Int.bitWidth - max(63, min(count, 4096) * 2).leadingZeroBitCount)
    slots = Array(repeating: Slot(bits: 0, code: -1), count: size)
  }

  mutating func code(_ value: Double) -> Int32 { code(bits: NumberDictionary.bits(value)) }

  /// The code of the value; −1 where it is not there.
  func find(_ value: Double) -> Int32 {
    let bits = NumberDictionary.bits(value)
    return slots[place(of: bits)].code
  }

  mutating func code(bits: UInt64) -> Int32 {
    let place = place(of: bits)
    if slots[place].code >= 0 { return slots[place].code }
    let code = Int32(count)
    slots[place] = Slot(bits: bits, code: code)
    count += 1
    if count * 2 > slots.count { grow() }
    return code
  }

  /// Zero has two encodings and is one number.
  private static func bits(_ value: Double) -> UInt64 { value == 0 ? 0 : value.bitPattern }

  private func place(of bits: UInt64) -> Int {
    let mask = slots.count - 1
    var place = NumberDictionary.hash(bits) & mask
    while slots[place].code >= 0 && slots[place].bits != bits { place = (place + 1) & mask }
    return place
  }

  private static func hash(_ bits: UInt64) -> Int {
    let product = bits.multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return Int(truncatingIfNeeded: product.high ^ product.low)
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: Slot(bits: 0, code: -1), count: old.count * 2)
    let mask = slots.count - 1
    for slot in old where slot.code >= 0 {
      var place = NumberDictionary.hash(slot.bits) & mask
      while slots[place].code >= 0 { place = (place + 1) & mask }
      slots[place] = slot
    }
  }
}
