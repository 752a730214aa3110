/// The levels of a column in the order in which they are kept, and where each code went.
struct LevelOrder {
  let levels: [String]
  private let newCodes: [Int32]

  /// - Parameter sorted: by Unicode order rather than first appearance. Texts that differ only in how
  ///   accents are encoded are one level.
  init(_ dictionary: LevelDictionary, sorted: Bool) {
    let found = dictionary.levels
    if !sorted && dictionary.isASCII {
      levels = found
      newCodes = []
      return
    }
    var isAscending = true
    for code in found.indices.dropFirst() where !(found[code - 1] < found[code]) {
      isAscending = false
      break
    }
    if isAscending {
      levels = found
      newCodes = []
      return
    }
    let order = sorted ? found.indices.sorted { found[$0] < found[$1] } : Array(found.indices)
    var kept: [String] = []
    kept.reserveCapacity(found.count)
    var codes = Array(repeating: Int32(0), count: found.count)
    if sorted {
      for code in order {
        if kept.last != found[code] { kept.append(found[code]) }
        codes[code] = Int32(kept.count - 1)
      }
    } else {
      var position: [String: Int32] = [:]
      for code in order {
        if let known = position[found[code]] {
          codes[code] = known
        } else {
          codes[code] = Int32(kept.count)
          position[found[code]] = Int32(kept.count)
          kept.append(found[code])
        }
      }
    }
    levels = kept
    newCodes = codes
  }

  func recoded(_ codes: consuming [Int32]) -> [Int32] {
    if newCodes.isEmpty { return codes }
    for row in codes.indices where codes[row] >= 0 { codes[row] = newCodes[Int(codes[row])] }
    return codes
  }
}
