/// Draws a position in proportion to its weight with one uniform number and two look-ups.
///
/// Walker (1977), doi:10.1145/355744.355749, built as Vose (1991), doi:10.1109/32.92917.
struct AliasTable: Sendable {
  private let threshold: [Double]
  private let alias: [Int32]

  /// - Parameter weights: none negative, not all zero.
  /// - Complexity: O(*n*)
  init(_ weights: [Double]) {
    let count = weights.count
    let total = weights.reduce(0, +)
    var scaled = weights.map { $0 * Double(count) / total }
    var threshold = [Double](repeating: 1, count: count)
    var alias = (0..<count).map(Int32.init)
    var small: [Int] = []
    var large: [Int] = []
    for k in 0..<count { if scaled[k] < 1 { small.append(k) } else { large.append(k) } }
    while let low = small.last, let high = large.last {
      small.removeLast()
      threshold[low] = scaled[low]
      alias[low] = Int32(high)
      scaled[high] -= 1 - scaled[low]
      if scaled[high] < 1 {
        large.removeLast()
        small.append(high)
      }
    }
    // What rounding leaves over is as good as full, unless it cannot be drawn at all.
    for k in small where weights[k] == 0 {
      threshold[k] = 0
      alias[k] = Int32(weights.firstIndex { $0 > 0 } ?? k)
    }
    self.threshold = threshold
    self.alias = alias
  }

  /// The position for a uniform number of (0, 1).
  @inline(__always)
  func position(at uniform: Double) -> Int {
    let scaled = uniform * Double(threshold.count)
    let k = min(threshold.count - 1, Int(scaled))
    return scaled - Double(k) < threshold[k] ? k : Int(alias[k])
  }
}
