/// The number of ties: *s_i* = Σ_j *x_ij*, change 1.
public struct Density: PairEffect {
  public init() {}

  public var isOfAxesAlone: Bool { true }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    for k in candidates.indices { changes[k] += weight }
  }

  public func statistic(_ network: borrowing Network, ego: Int) -> Double {
    Double(network.degree(ego))
  }

  public func share(directed: Bool) -> Double { directed ? 1 : 0.5 }

  public func bounds(_ blocks: Blocks) -> any BlockBounds { Bounds() }

  private struct Bounds: BlockBounds {
    func add(block: Int, weight: Double, to bounds: inout MutableSpan<Double>) {
      for other in bounds.indices { bounds[other] += weight }
    }
  }
}
