/// Ties that are returned: *s_i* = Σ_j *x_ij* *x_ji*, change *x_ji*. For directed networks.
public struct Reciprocity: TieSum {
  public init() {}

  public var reach: Reach { .neighbours }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    for k in candidates.indices where network.hasTie(Int(candidates[k]), ego) {
      changes[k] += weight
    }
  }

  public func statistic(_ network: borrowing Network, ego: Int) -> Double {
    var returned = 0
    for k in 0..<network.degree(ego)
    where network.hasTie(Int(network.partner(k, of: ego)), ego) { returned += 1 }
    return Double(returned)
  }

  public func contribution(_ network: borrowing Network, ego: Int, alter: Int) -> Double {
    network.hasTie(alter, ego) ? 1 : 0
  }
}
