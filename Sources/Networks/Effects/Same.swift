/// Partners of the same kind: *s_i* = Σ_j *x_ij* 1{*v_i* = *v_j*}, not centred.
public struct Same: PairEffect {
  private let codes: [Int32]

  /// - Parameter codes: the category of each actor, none negative.
  public init(_ codes: [Int32]) { self.codes = codes }

  public var axes: [[Double]] { [codes.map(Double.init)] }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    let own = codes[ego]
    for k in candidates.indices where codes[Int(candidates[k])] == own { changes[k] += weight }
  }

  public func statistic(_ network: borrowing Network, ego: Int) -> Double {
    var same = 0
    for k in 0..<network.degree(ego)
    where codes[Int(network.partner(k, of: ego))] == codes[ego] { same += 1 }
    return Double(same)
  }

  public func addBounds(
    _ blocks: Blocks, block: Int, weight: Double, to bounds: inout MutableSpan<Double>
  ) {
    let own = Set(blocks.members(of: block).map { codes[Int($0)] })
    for other in 0..<blocks.count {
      let members = blocks.members(of: other)
      let possible =
        weight > 0
        ? members.contains { own.contains(codes[Int($0)]) }
        : own.count == 1 && members.allSatisfy { own.contains(codes[Int($0)]) }
      if possible { bounds[other] += weight }
    }
  }
}
