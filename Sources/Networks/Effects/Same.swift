/// Partners of the same kind: *s_i* = Σ_j *x_ij* 1{*v_i* = *v_j*}, not centred.
public struct Same: PairEffect {
  private let codes: [Int32]

  /// - Parameter codes: the category of each actor, none negative.
  public init(_ codes: [Int32]) { self.codes = codes }

  public var axes: [[Double]] { [codes.map(Double.init)] }
  public var isOfAxesAlone: Bool { true }

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

  public func bounds(_ blocks: Blocks) -> any BlockBounds {
    let sets = (0..<blocks.count).map {
      Set(blocks.members(of: $0).map { codes[Int($0)] }).sorted()
    }
    var blocksOf: [[Int32]] = []
    for (block, set) in sets.enumerated() {
      for code in set {
        while blocksOf.count <= Int(code) { blocksOf.append([]) }
        blocksOf[Int(code)].append(Int32(block))
      }
    }
    return Bounds(sets: sets, blocksOf: blocksOf)
  }

  private struct Bounds: BlockBounds {
    /// The codes of each block.
    let sets: [[Int32]]
    /// The blocks of each code.
    let blocksOf: [[Int32]]

    func add(block: Int, weight: Double, to bounds: inout MutableSpan<Double>) {
      if weight <= 0 {
        // Only between blocks of one and the same code must every pair be the same.
        guard let code = sets[block].first, sets[block].count == 1 else { return }
        for other in blocksOf[Int(code)] where sets[Int(other)].count == 1 {
          bounds[Int(other)] += weight
        }
        return
      }
      var sharing: Set<Int32> = []
      for code in sets[block] { sharing.formUnion(blocksOf[Int(code)]) }
      for other in sharing { bounds[Int(other)] += weight }
    }
  }
}
