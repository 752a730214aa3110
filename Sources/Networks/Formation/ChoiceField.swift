internal import Probability

/// The part of every choice that does not change while ties do: what each candidate is worth by the
/// covariates and places of the pair, exp(Σ β *s_ij*), laid out so that a draw from all *n* costs the same
/// at any *n*.
///
/// The near field of an actor is a list with running sums. The far field is divided into ``Blocks``: a block
/// is drawn by an ``AliasTable`` over upper bounds, a member of it uniformly, and the member is accepted with
/// its true weight over the bound. So every alter is drawn with exactly its probability.
///
/// - Complexity: O(*n* · near + blocks²) time and memory, once; it is shared by all replicates and policies.
struct ChoiceField: Sendable {
  let pairEffects: [WeightedEffect]
  private let count: Int
  private let blocks: Blocks
  /// Each block's near candidates, one list after the other.
  private let nearCandidates: [Int32]
  private let nearStarts: [Int]
  /// Running sums of weights over the near candidates of each actor; the actor itself adds nothing.
  private let runningWeights: [Double]
  private let runningStarts: [Int]
  private let nearTotals: [Double]
  /// For each block of an ego an alias table over all blocks, with their bounds; near blocks cannot be drawn.
  private let farSlots: [FarSlot]
  private let farTotals: [Double]

  /// A slot of an alias table with both blocks' bounds beside it, so that a draw reads one place.
  private struct FarSlot: Sendable {
    let slot: AliasTable.Slot
    let bound: Double
    let aliasBound: Double
  }

  /// - Parameters:
  ///   - effects: of which those of pairs alone are used.
  ///   - lists: where given, each actor's whole candidate list, and there is no far field.
  ///   - blockSize: no block is larger.
  ///   - nearBlocks: how many blocks make a near field.
  init(
    actors count: Int, network: Network, effects: [WeightedEffect], lists: [[Int32]]? = nil,
    blockSize: Int, nearBlocks: Int
  ) {
    self.count = count
    let pairEffects = effects.filter { $0.effect.reach == .pair }
    self.pairEffects = pairEffects
    let kernels = pairEffects.compactMap { weighted in
      (weighted.effect as? any PairEffect).map { (effect: $0, weight: weighted.weight) }
    }
    let spatial = kernels.first { $0.effect is LogDistance }.map { $0.effect.axes }
    let blocks = Blocks(
      actors: count, axes: spatial ?? kernels.flatMap(\.effect.axes),
      atMost: lists == nil ? blockSize : count)
    self.blocks = blocks

    var nearLists: [[Int32]] = []
    var farTotals: [Double] = []
    var farSlots: [FarSlot] = []
    farSlots.reserveCapacity(blocks.count * blocks.count)
    let boundKernels = kernels.map { ($0.effect.bounds(blocks), $0.weight) }
    for block in 0..<blocks.count {
      var logs = [Double](repeating: 0, count: blocks.count)
      var span = logs.mutableSpan
      for (kernel, weight) in boundKernels {
        kernel.add(block: block, weight: weight, to: &span)
      }
      // The bound is rounded up by more than the rounding of either side.
      var row = logs.map { PortableMath.exp($0) * (1 + 1e-9) }
      let ranked = (0..<blocks.count).sorted {
        if ($0 == block) != ($1 == block) { return $0 == block }
        return row[$0] == row[$1] ? $0 < $1 : row[$0] > row[$1]
      }
      let near = ranked.prefix(nearBlocks)
      nearLists.append(near.sorted().flatMap { blocks.members(of: $0) })
      for other in near { row[other] = 0 }
      let masses = (0..<blocks.count).map { row[$0] * Double(blocks.size(of: $0)) }
      let total = masses.reduce(0, +)
      farTotals.append(total)
      if total > 0 {
        farSlots += AliasTable(masses).slots.enumerated().map { other, slot in
          FarSlot(slot: slot, bound: row[other], aliasBound: row[Int(slot.alias)])
        }
      } else {
        // Never drawn: the far field of this block is empty.
        let empty = FarSlot(slot: .init(threshold: 1, alias: 0), bound: 0, aliasBound: 0)
        farSlots += [FarSlot](repeating: empty, count: blocks.count)
      }
    }
    self.farSlots = farSlots
    self.farTotals = farTotals

    var nearStarts: [Int] = []
    var candidates: [Int32] = []
    var running: [Double] = []
    var runningStarts = [0]
    var nearTotals: [Double] = []
    if let lists {
      for list in lists {
        nearStarts.append(candidates.count)
        candidates += list
      }
    } else {
      var starts: [Int] = []
      for list in nearLists {
        starts.append(candidates.count)
        candidates += list
      }
      nearStarts = (0..<count).map { starts[Int(blocks.blockOf[$0])] }
    }
    for ego in 0..<count {
      let list = lists?[ego] ?? nearLists[Int(blocks.blockOf[ego])]
      let weights = Self.weights(network, ego: ego, list, pairEffects)
      var sum = 0.0
      for (alter, weight) in zip(list, weights) {
        if Int(alter) != ego { sum += weight }
        running.append(sum)
      }
      runningStarts.append(running.count)
      nearTotals.append(sum)
    }
    self.nearTotals = nearTotals
    nearCandidates = candidates
    self.nearStarts = nearStarts
    runningWeights = running
    self.runningStarts = runningStarts
  }

  /// The weights exp(Σ β *s_ij*) of an ego's candidates by the effects of pairs.
  static func weights(
    _ network: borrowing Network, ego: Int, _ candidates: [Int32], _ effects: [WeightedEffect]
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: candidates.count)
    var span = sums.mutableSpan
    for weighted in effects {
      weighted.effect.addChanges(
        network, ego: ego, candidates: candidates.span, weight: weighted.weight, to: &span)
    }
    return sums.map(PortableMath.exp)
  }

  /// The sum of the near candidates' weights.
  @inline(__always)
  func nearTotal(_ ego: Int) -> Double { nearTotals[ego] }

  /// The sum of the far candidates' upper bounds.
  @inline(__always)
  func farTotal(_ ego: Int) -> Double { farTotals[Int(blocks.blockOf[ego])] }

  /// The near candidate at which the running sum first exceeds `target`.
  @inline(__always)
  func nearCandidate(_ ego: Int, at target: Double) -> Int32 {
    let (start, end) = (runningStarts[ego], runningStarts[ego + 1])
    var (low, high) = (start, end - 1)
    while low < high {
      let middle = (low + high) / 2
      if runningWeights[middle] > target { high = middle } else { low = middle + 1 }
    }
    return nearCandidates[nearStarts[ego] + low - start]
  }

  /// A far candidate drawn by the upper bounds, with its bound.
  @inline(__always)
  func farProposal(
    _ ego: Int, _ first: Double, _ second: Double
  ) -> (alter: Int32, bound: Double) {
    let block = Int(blocks.blockOf[ego])
    let scaled = first * Double(blocks.count)
    let position = min(blocks.count - 1, Int(scaled))
    let far = farSlots[block * blocks.count + position]
    let isOwn = scaled - Double(position) < far.slot.threshold
    let other = isOwn ? position : Int(far.slot.alias)
    let size = blocks.size(of: other)
    let member = blocks.member(min(size - 1, Int(second * Double(size))), of: other)
    return (member, isOwn ? far.bound : far.aliasBound)
  }
}
