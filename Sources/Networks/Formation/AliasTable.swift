/// Draws a position in proportion to its weight with one uniform number and one look-up.
///
/// Walker (1977), doi:10.1145/355744.355749, built as Vose (1991), doi:10.1109/32.92917.
struct AliasTable: Sendable {
  /// A position, the other one that shares its part of the line, and where the part is divided.
  struct Slot: Sendable {
    /// Below it, of the part's length, stands the position itself.
    var threshold: Double
    var alias: Int32
  }

  let slots: [Slot]

  /// - Parameter weights: none negative, not all zero.
  /// - Complexity: O(*n*)
  init(_ weights: [Double]) {
    let count = weights.count
    let total = weights.reduce(0, +)
    var scaled = weights.map { $0 * Double(count) / total }
    var slots = (0..<count).map { Slot(threshold: 1, alias: Int32($0)) }
    var small: [Int] = []
    var large: [Int] = []
    for k in 0..<count { if scaled[k] < 1 { small.append(k) } else { large.append(k) } }
    while let low = small.last, let high = large.last {
      small.removeLast()
      slots[low] = Slot(threshold: scaled[low], alias: Int32(high))
      scaled[high] -= 1 - scaled[low]
      if scaled[high] < 1 {
        large.removeLast()
        small.append(high)
      }
    }
    // What rounding leaves over is as good as full, unless it cannot be drawn at all.
    for k in small where weights[k] == 0 {
      slots[k] = Slot(threshold: 0, alias: Int32(weights.firstIndex { $0 > 0 } ?? k))
    }
    self.slots = slots
  }
}
