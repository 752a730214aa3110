/// Distinct numbers in the order in which they come: open addressing on their bits, at most half full.
struct NumberCodes {
  private(set) var values: [Double] = []
  private var slots: [Int32] = Array(repeating: -1, count: 64)

  /// The code of a number; the next free one where it is new.
  mutating func code(_ value: Double) -> Int32 {
    let mask = slots.count - 1
    var place = Self.hash(value) & mask
    while slots[place] >= 0 {
      if values[Int(slots[place])] == value { return slots[place] }
      place = (place + 1) & mask
    }
    let code = Int32(values.count)
    slots[place] = code
    values.append(value)
    if values.count * 2 > slots.count { grow() }
    return code
  }

  private static func hash(_ value: Double) -> Int {
    let product = value.bitPattern.multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return Int(truncatingIfNeeded: product.high ^ product.low)
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    let mask = slots.count - 1
    for (code, value) in values.enumerated() {
      var place = Self.hash(value) & mask
      while slots[place] >= 0 { place = (place + 1) & mask }
      slots[place] = Int32(code)
    }
  }
}
