/// The opportunities of each present actor, λ_i, in a tree of sums: one actor's rate is changed, and an actor drawn in
/// proportion to its rate, in O(log *n*).
struct ActorRates: Sendable {
  private let terms: [(effect: any RateEffect, weight: Double)]
  private let base: Double
  /// Leaves from `width`, each inner node the sum of its two children; the root is number 1.
  private var tree: [Double]
  private let width: Int
  /// *a_ik*, term after term.
  private var values: [[Double]]
  /// Σ λ_i², Σ λ_i *a_ik* and Σ λ_i² *a_ik*.
  private var squares = 0.0
  private var first: [Double]
  private var second: [Double]
  let followsTies: Bool

  init(
    _ terms: [(effect: any RateEffect, weight: Double)], base: Double,
    _ network: borrowing Network, present: [Int32]
  ) {
    self.terms = terms
    self.base = base
    var width = 1
    while width < network.actorCount { width *= 2 }
    self.width = width
    tree = [Double](repeating: 0, count: 2 * width)
    values = [[Double]](
      repeating: [Double](repeating: 0, count: network.actorCount), count: terms.count)
    first = [Double](repeating: 0, count: terms.count)
    second = first
    followsTies = terms.contains { $0.effect.followsTies }
    for actor in present { update(Int(actor), network) }
  }

  /// Σ λ_i
  var total: Double { tree[1] }

  /// Σ_i≠j λ_i λ_j over ordered pairs.
  var pairs: Double { max(0, tree[1] * tree[1] - squares) }

  func rate(_ actor: Int) -> Double { tree[width + actor] }

  func value(_ term: Int, _ actor: Int) -> Double { values[term][actor] }

  /// The derivative of ``total``, or of ``pairs``, by the parameter of a term.
  func slope(_ term: Int, ofPairs: Bool) -> Double {
    ofPairs ? 2 * (tree[1] * first[term] - second[term]) : first[term]
  }

  /// Computes the rate of a present actor anew.
  mutating func update(_ actor: Int, _ network: borrowing Network) {
    var utility = 0.0
    var next: [Double] = []
    for term in terms {
      let value = term.effect.value(network, actor: actor)
      next.append(value)
      utility += term.weight * value
    }
    set(actor, base * choiceWeight(utility), next)
  }

  /// Gives an actor that left no opportunities.
  mutating func remove(_ actor: Int) { set(actor, 0, terms.map { _ in 0 }) }

  private mutating func set(_ actor: Int, _ rate: Double, _ next: [Double]) {
    let old = tree[width + actor]
    squares += rate * rate - old * old
    for k in terms.indices {
      let before = values[k][actor]
      first[k] += rate * next[k] - old * before
      second[k] += rate * rate * next[k] - old * old * before
      values[k][actor] = next[k]
    }
    var node = width + actor
    tree[node] = rate
    while node > 1 {
      node /= 2
      tree[node] = tree[2 * node] + tree[2 * node + 1]
    }
  }

  /// The actor at which the running sum of rates first exceeds `target`, below ``total``.
  func actor(at target: Double) -> Int {
    var (node, rest) = (1, target)
    while node < width {
      node *= 2
      if rest >= tree[node], tree[node + 1] > 0 {
        rest -= tree[node]
        node += 1
      }
    }
    return node - width
  }
}
