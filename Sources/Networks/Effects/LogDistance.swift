internal import Probability

/// Distance in logarithms: *s_i* = Σ_j *x_ij* ln(1 + *d_ij*), with *d_ij* the straight distance in
/// kilometres; not centred.
public struct LogDistance: PairEffect {
  private let locations: Locations

  /// - Parameter locations: of every actor, none missing.
  public init(_ locations: Locations) { self.locations = locations }

  public var axes: [[Double]] { [locations.eastings, locations.northings] }
  public var isOfAxesAlone: Bool { true }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    for k in candidates.indices {
      changes[k] += weight * PortableMath.log(1 + locations.distance(ego, Int(candidates[k])))
    }
  }

  public func statistic(_ network: borrowing Network, ego: Int) -> Double {
    var sum = 0.0
    for k in 0..<network.degree(ego) {
      sum += PortableMath.log(1 + locations.distance(ego, Int(network.partner(k, of: ego))))
    }
    return sum
  }

  public func bounds(_ blocks: Blocks) -> any BlockBounds {
    Bounds(
      x: blocks.ranges(of: locations.eastings), y: blocks.ranges(of: locations.northings))
  }

  private struct Bounds: BlockBounds {
    let x: [ValueRange]
    let y: [ValueRange]

    func add(block: Int, weight: Double, to bounds: inout MutableSpan<Double>) {
      let (ownX, ownY) = (x[block], y[block])
      for other in bounds.indices {
        // The nearest that members of the two boxes can be, or the farthest.
        let (dx, dy) =
          weight <= 0
          ? (ownX.gap(to: x[other]), ownY.gap(to: y[other]))
          : (ownX.span(with: x[other]), ownY.span(with: y[other]))
        bounds[other] += weight * PortableMath.log(1 + (dx * dx + dy * dy).squareRoot())
      }
    }
  }
}
