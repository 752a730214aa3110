/// Values of ordered pairs of actors, most of them one and the same value.
///
/// - Complexity: O(*n* + listed pairs) memory; a look-up is a binary search.
public struct PairTable: Sendable {
  private let starts: [Int]
  private let columns: [Int32]
  private let values: [Double]
  /// The value of pairs that are not listed.
  let rest: Double
  let mean: Double

  /// - Parameters:
  ///   - symmetric: whether a listed pair also stands for its reverse.
  ///   - pairs: the last of several with the same actors counts.
  public init(
    actors count: Int, pairs: [(from: Int, to: Int, value: Double)], rest: Double = 0,
    symmetric: Bool = false
  ) {
    var rows = [[Int32: Double]](repeating: [:], count: count)
    for pair in pairs where pair.from != pair.to {
      rows[pair.from][Int32(pair.to)] = pair.value
      if symmetric { rows[pair.to][Int32(pair.from)] = pair.value }
    }
    var starts = [0]
    var columns: [Int32] = []
    var values: [Double] = []
    var sum = 0.0
    for row in rows {
      for (column, value) in row.sorted(by: { $0.key < $1.key }) {
        columns.append(column)
        values.append(value)
        sum += value - rest
      }
      starts.append(columns.count)
    }
    self.starts = starts
    self.columns = columns
    self.values = values
    self.rest = rest
    mean = count > 1 ? rest + sum / Double(count * (count - 1)) : rest
  }

  @inline(__always)
  func value(_ from: Int, _ to: Int32) -> Double {
    var (low, high) = (starts[from], starts[from + 1])
    while low < high {
      let middle = (low + high) / 2
      if columns[middle] < to { low = middle + 1 } else { high = middle }
    }
    return low < starts[from + 1] && columns[low] == to ? values[low] : rest
  }

  func forEach(_ body: (_ from: Int, _ to: Int, _ value: Double) -> Void) {
    for row in 0..<(starts.count - 1) {
      for k in starts[row]..<starts[row + 1] { body(row, Int(columns[k]), values[k]) }
    }
  }
}

/// A covariate of pairs: *s_i* = Σ_j *x_ij* (*w_ij* − centre).
public struct DyadicCovariate: PairEffect {
  private let table: PairTable
  private let centre: Double

  /// - Parameter centred: whether the mean over all ordered pairs of different actors is subtracted.
  public init(_ table: PairTable, centred: Bool = true) {
    self.table = table
    centre = centred ? table.mean : 0
  }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    for k in candidates.indices {
      changes[k] += weight * (table.value(ego, candidates[k]) - centre)
    }
  }

  public func statistic(_ network: borrowing Network, ego: Int) -> Double {
    var sum = 0.0
    for k in 0..<network.degree(ego) {
      sum += table.value(ego, network.partner(k, of: ego)) - centre
    }
    return sum
  }

  public func bounds(_ blocks: Blocks) -> any BlockBounds {
    var listed = [[Int: ValueRange]](repeating: [:], count: blocks.count)
    let rest = table.rest
    table.forEach { from, to, value in
      let (a, b) = (Int(blocks.blockOf[from]), Int(blocks.blockOf[to]))
      var range = listed[a][b] ?? ValueRange(low: rest, high: rest)
      range.low = min(range.low, value)
      range.high = max(range.high, value)
      listed[a][b] = range
    }
    return Bounds(
      listed: listed.map { row in
        row.sorted { $0.key < $1.key }.map { (block: $0.key, range: $0.value) }
      }, rest: rest, centre: centre)
  }

  private struct Bounds: BlockBounds {
    /// For each block, the blocks that some pair leads to.
    let listed: [[(block: Int, range: ValueRange)]]
    let rest: Double
    let centre: Double

    func add(block: Int, weight: Double, to bounds: inout MutableSpan<Double>) {
      for other in bounds.indices { bounds[other] += weight * (rest - centre) }
      for item in listed[block] {
        bounds[item.block] += weight * ((weight > 0 ? item.range.high : item.range.low) - rest)
      }
    }
  }
}
