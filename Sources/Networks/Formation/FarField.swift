/// All candidates beyond the near ones, in ``Blocks``: a block is drawn by an ``AliasTable`` over upper bounds and a
/// member of it uniformly; the caller accepts the member with its true weight over the bound.
struct FarField: Sendable {
  /// For each block the members of its near blocks, its own among them.
  let nearLists: [[Int32]]
  private let blocks: Blocks
  /// For each block of an ego an alias table over all blocks; near blocks cannot be drawn.
  private let slots: [Slot]
  private let totals: [Double]

  /// A slot of an alias table with its block's bound beside it; three words, in an order that leaves no gap.
  private struct Slot: Sendable {
    let threshold: Double
    let bound: Double
    let alias: Int32
  }

  init(
    _ blocks: Blocks, bounds: [(bounds: any BlockBounds, weight: Double)], nearBlocks: Int
  ) {
    var nearLists: [[Int32]] = []
    var totals: [Double] = []
    var slots: [Slot] = []
    slots.reserveCapacity(blocks.count * blocks.count)
    for block in 0..<blocks.count {
      var row = Self.boundsOfWeights(blocks, bounds, block: block)
      let near = Self.nearest(nearBlocks, to: block, by: row)
      nearLists.append(near.flatMap { blocks.members(of: $0) })
      for other in near { row[other] = 0 }
      let masses = (0..<blocks.count).map { row[$0] * Double(blocks.size(of: $0)) }
      let total = masses.reduce(0, +)
      totals.append(total)
      if total > 0 {
        slots += AliasTable(masses).slots.enumerated().map { other, slot in
          Slot(threshold: slot.threshold, bound: row[other], alias: slot.alias)
        }
      } else {
        // Never drawn: this block has no far field.
        let empty = Slot(threshold: 1, bound: 0, alias: 0)
        slots += [Slot](repeating: empty, count: blocks.count)
      }
    }
    self.blocks = blocks
    self.nearLists = nearLists
    self.totals = totals
    self.slots = slots
  }

  /// Upper bounds of weights from a block to every block, rounded up by more than the rounding of either side.
  private static func boundsOfWeights(
    _ blocks: Blocks, _ bounds: [(bounds: any BlockBounds, weight: Double)], block: Int
  ) -> [Double] {
    var utilities = [Double](repeating: 0, count: blocks.count)
    var span = utilities.mutableSpan
    for (bounds, weight) in bounds { bounds.add(block: block, weight: weight, to: &span) }
    return utilities.map { choiceWeight($0) * (1 + 1e-9) }
  }

  /// The block itself and those of the highest bounds, in ascending order.
  private static func nearest(_ count: Int, to block: Int, by bounds: [Double]) -> [Int] {
    let ranked = bounds.indices.sorted {
      if ($0 == block) != ($1 == block) { return $0 == block }
      return bounds[$0] == bounds[$1] ? $0 < $1 : bounds[$0] > bounds[$1]
    }
    return ranked.prefix(count).sorted()
  }

  /// The sum of all candidates' bounds.
  @inline(__always)
  func total(_ ego: Int) -> Double { totals[Int(blocks.blockOf[ego])] }

  /// A candidate drawn by the bounds, with its bound.
  ///
  /// - Parameters:
  ///   - place: a uniform number, for the block.
  ///   - member: another, for the member.
  @inline(__always)
  func proposal(
    _ ego: Int, place: Double, member: Double
  ) -> (alter: Int32, bound: Double) {
    let block = Int(blocks.blockOf[ego])
    let scaled = place * Double(blocks.count)
    let position = min(blocks.count - 1, Int(scaled))
    let row = block * blocks.count
    let slot = slots[row + position]
    let isOwn = scaled - Double(position) < slot.threshold
    let other = isOwn ? position : Int(slot.alias)
    let size = blocks.size(of: other)
    let alter = blocks.member(min(size - 1, Int(member * Double(size))), of: other)
    return (alter, isOwn ? slot.bound : slots[row + other].bound)
  }
}
