/// Actors divided into blocks of neighbours, so that far actors can be dealt with block by block.
///
/// The blocks are the leaves of a k-d tree: the actors are halved at the median of their widest axis until
/// a block is small enough (Bentley 1975, doi:10.1145/361002.361007).
public struct Blocks: Sendable {
  /// All actors, block after block, ascending within a block.
  private let order: [Int32]
  private let starts: [Int]
  /// The block of each actor.
  public let blockOf: [Int32]

  /// - Parameters:
  ///   - count: how many actors.
  ///   - axes: numbers that place each actor; none gives blocks by position.
  ///   - size: no block is larger.
  public init(actors count: Int, axes: [[Double]], atMost size: Int) {
    var parts: [[Int32]] = []
    var pending: [[Int32]] = count > 0 ? [(0..<count).map(Int32.init)] : []
    while let part = pending.popLast() {
      guard part.count > max(1, size) else {
        parts.append(part.sorted())
        continue
      }
      let widest = axes.max { Self.extent($0, part) < Self.extent($1, part) }
      let sorted = part.sorted { a, b in
        guard let axis = widest, axis[Int(a)] != axis[Int(b)] else { return a < b }
        return axis[Int(a)] < axis[Int(b)]
      }
      let middle = sorted.count / 2
      pending.append(Array(sorted[middle...]))
      pending.append(Array(sorted[..<middle]))
    }
    order = parts.flatMap { $0 }
    var starts = [0]
    var blockOf = [Int32](repeating: 0, count: count)
    for (block, part) in parts.enumerated() {
      starts.append((starts.last ?? 0) + part.count)
      for actor in part { blockOf[Int(actor)] = Int32(block) }
    }
    self.starts = starts
    self.blockOf = blockOf
  }

  public var count: Int { starts.count - 1 }

  public func members(of block: Int) -> ArraySlice<Int32> {
    order[starts[block]..<starts[block + 1]]
  }

  public func size(of block: Int) -> Int { starts[block + 1] - starts[block] }

  @inline(__always)
  func member(_ k: Int, of block: Int) -> Int32 { order[starts[block] + k] }

  /// The smallest and largest value of each block's members.
  func ranges(of values: [Double]) -> [ValueRange] {
    (0..<count).map { block in
      var range = ValueRange(low: .infinity, high: -.infinity)
      for actor in members(of: block) {
        range.low = min(range.low, values[Int(actor)])
        range.high = max(range.high, values[Int(actor)])
      }
      return range
    }
  }

  private static func extent(_ axis: [Double], _ part: [Int32]) -> Double {
    var (low, high) = (Double.infinity, -Double.infinity)
    for actor in part {
      low = min(low, axis[Int(actor)])
      high = max(high, axis[Int(actor)])
    }
    return high - low
  }
}

/// From the smallest value of a block to the largest.
public struct ValueRange: Sendable, Hashable {
  public var low: Double
  public var high: Double

  public init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// The least difference between a value of one range and a value of the other.
  func gap(to other: ValueRange) -> Double { max(0, max(low - other.high, other.low - high)) }

  /// The greatest difference.
  func span(with other: ValueRange) -> Double { max(high - other.low, other.high - low) }
}
