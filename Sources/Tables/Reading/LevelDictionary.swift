/// The distinct texts of a column, numbered in the order in which they come; looked up by their bytes.
///
/// Open addressing on a 64-bit hash, at most half full; the texts stand one after another in `letters`.
struct LevelDictionary {
  private var letters: [UInt8] = []
  /// Where each level starts in `letters`, and the end.
  private var bounds: [Int] = [0]
  private var slots: [Slot]

  private struct Slot {
    var hash: UInt64
    var code: Int32
  }

  init() { slots = Array(repeating: Slot(hash: 0, code: -1), count: 64) }

  var count: Int { bounds.count - 1 }

  /// The code of the text; the next free one where it is new.
  mutating func code(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int32 {
    let hash = LevelDictionary.hash(bytes, start, end)
    let place = slot(of: hash, bytes, start, end)
    if slots[place].code >= 0 { return slots[place].code }
    let code = Int32(count)
    for position in start..<end { letters.append(bytes[position]) }
    bounds.append(letters.count)
    slots[place] = Slot(hash: hash, code: code)
    if count * 2 > slots.count { grow() }
    return code
  }

  /// The code of the text; −1 where it is none of the levels.
  func find(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int32 {
    slots[slot(of: LevelDictionary.hash(bytes, start, end), bytes, start, end)].code
  }

  /// The levels in the order of their codes.
  var levels: [String] {
    let letters = letters.span
    return (0..<count).map { letters.text(from: bounds[$0], to: bounds[$0 + 1]) }
  }

  /// The levels that do not parse, and how many do; `nil` once more than `limit` do not.
  func strays(
    limit: Int, _ parse: (Span<UInt8>, Int, Int) -> Double
  ) -> (
    parsed: Int, others: [String]
  )? {
    let letters = letters.span
    var others: [String] = []
    for code in 0..<count where parse(letters, bounds[code], bounds[code + 1]).isNaN {
      if others.count == limit { return nil }
      others.append(letters.text(from: bounds[code], to: bounds[code + 1]))
    }
    return (count - others.count, others)
  }

  /// Whether every level is ASCII, so that different bytes are different texts.
  var isASCII: Bool { letters.allSatisfy { $0 < 0x80 } }

  private func slot(of hash: UInt64, _ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash >> 20) & mask
    while true {
      let slot = slots[place]
      if slot.code < 0 { return place }
      if slot.hash == hash && isSame(Int(slot.code), bytes, start, end) { return place }
      place = (place + 1) & mask
    }
  }

  private func isSame(_ code: Int, _ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    let own = bounds[code]
    guard bounds[code + 1] - own == end - start else { return false }
    for offset in 0..<end - start where letters[own + offset] != bytes[start + offset] {
      return false
    }
    return true
  }

  private mutating func grow() {
    let mask = slots.count * 2 - 1
    var larger = Array(repeating: Slot(hash: 0, code: -1), count: slots.count * 2)
    for slot in slots where slot.code >= 0 {
      var place = Int(truncatingIfNeeded: slot.hash >> 20) & mask
      while larger[place].code >= 0 { place = (place + 1) & mask }
      larger[place] = slot
    }
    slots = larger
  }

  /// Eight bytes at a time, each mixed in by multiplication.
  private static func hash(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: end - start) &* 0x9e37_79b9_7f4a_7c15
    var at = start
    while at < end {
      let stop = min(end, at + 8)
      var word: UInt64 = 0
      while at < stop {
        word = word << 8 | UInt64(bytes[at])
        at += 1
      }
      hash = (hash ^ word) &* 0xff51_afd7_ed55_8ccd
      hash ^= hash >> 32
    }
    return hash &* 0xc4ce_b9fe_1a85_ec53
  }
}
