/// The part of every choice that does not change while ties do: what each candidate is worth by the
/// covariates and places of the pair, exp(Σ β *s_ij*), laid out so that a draw from all *n* costs the same
/// at any *n*.
///
/// The near field of an actor is a list with running sums; the far field is drawn block by block. Every alter is
/// drawn with exactly its probability.
///
/// - Complexity: O(*n* · near + blocks²) time and memory, once; it is shared by all replicates and policies.
struct ChoiceField: Sendable {
  let pairEffects: [WeightedEffect]
  let near: NearField
  let far: FarField

  /// - Parameters:
  ///   - effects: of which those of pairs alone that act on making ties are used.
  ///   - lists: where given, each actor's whole candidate list, and there is no far field.
  ///   - blockSize: no block is larger.
  ///   - nearBlocks: how many blocks make a near field.
  init(
    actors count: Int, network: Network, effects: [WeightedEffect], lists: [[Int32]]? = nil,
    blockSize: Int, nearBlocks: Int
  ) {
    pairEffects = effects.filter { $0.effect.reach == .pair && $0.part != .endowment }
    let kernels = pairEffects.compactMap { weighted in
      (weighted.effect as? any PairEffect).map { (effect: $0, weight: weighted.weight) }
    }
    let spatial = kernels.first { $0.effect is LogDistance }.map { $0.effect.axes }
    let blocks = Blocks(
      actors: count, axes: spatial ?? kernels.flatMap(\.effect.axes),
      atMost: lists == nil ? blockSize : count)
    let bounds = kernels.map { (bounds: $0.effect.bounds(blocks), weight: $0.weight) }
    far = FarField(blocks, bounds: bounds, nearBlocks: nearBlocks)
    near = NearField(
      lists: lists ?? far.nearLists,
      listOf: lists == nil ? blocks.blockOf : (0..<count).map(Int32.init), network, pairEffects)
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
    return sums.map(choiceWeight)
  }
}
