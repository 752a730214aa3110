/// Partners alike in a number: *s_i* = Σ_j *x_ij* (*sim_ij* − mean), with
/// *sim_ij* = 1 − |*v_i* − *v_j*| / (largest − smallest), and the mean taken over all ordered pairs of
/// different actors.
public struct Similar: PairEffect {
  private let values: [Double]
  /// 1 / (largest − smallest); zero where all values are equal.
  private let inverseRange: Double
  /// The mean similarity, which is subtracted.
  public let centre: Double

  /// - Parameter values: one an actor, all finite.
  public init(_ values: [Double]) {
    self.values = values
    let sorted = values.sorted()
    let range = (sorted.last ?? 0) - (sorted.first ?? 0)
    inverseRange = range > 0 ? 1 / range : 0
    // Σ_i<j (v_(j) − v_(i)) = Σ_k v_(k) (2k − n + 1), with k from zero in ascending order.
    let n = Double(values.count)
    var sum = 0.0
    for (k, value) in sorted.enumerated() { sum += value * (2 * Double(k) - n + 1) }
    centre = values.count > 1 ? 1 - sum * inverseRange * 2 / (n * (n - 1)) : 1
  }

  public var axes: [[Double]] { [values] }
  public var isOfAxesAlone: Bool { true }

  @inline(__always)
  private func similarity(_ a: Int, _ b: Int) -> Double {
    1 - abs(values[a] - values[b]) * inverseRange - centre
  }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    for k in candidates.indices { changes[k] += weight * similarity(ego, Int(candidates[k])) }
  }

  public func statistic(_ network: borrowing Network, ego: Int) -> Double {
    var sum = 0.0
    for k in 0..<network.degree(ego) {
      sum += similarity(ego, Int(network.partner(k, of: ego)))
    }
    return sum
  }

  public func bounds(_ blocks: Blocks) -> any BlockBounds {
    Bounds(ranges: blocks.ranges(of: values), inverseRange: inverseRange, centre: centre)
  }

  private struct Bounds: BlockBounds {
    let ranges: [ValueRange]
    let inverseRange: Double
    let centre: Double

    func add(block: Int, weight: Double, to bounds: inout MutableSpan<Double>) {
      let own = ranges[block]
      for other in bounds.indices {
        let difference = weight > 0 ? own.gap(to: ranges[other]) : own.span(with: ranges[other])
        bounds[other] += weight * (1 - difference * inverseRange - centre)
      }
    }
  }
}
