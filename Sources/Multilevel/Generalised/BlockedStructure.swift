/// Which random effects meet in which rows: the pattern of M = ΛᵀZᵀWZΛ + I for any terms.
///
/// The first factor's levels are eliminated one by one; what is left of M over the other factors' levels
/// falls apart into components that no group of the first factor connects, each held dense. Nested factors
/// give one small component for each of the outer levels.
struct BlockedStructure: Sendable {
  /// How many effects a level of the first factor has.
  let width: Int
  let groupCount: Int
  /// For each row and column of Z its effect among all, or −1 where it has none: the first factor's by
  /// level, then those of the components.
  let effects: [Int32]
  /// For each row and column of Z the place of its effect in its group's own inverse, first the group's
  /// effects, then those it meets; −1 where it has none there.
  let places: [Int32]
  /// Where each group's coupled effects start in `coupled`, and the end.
  let couplingStarts: [Int]
  /// The effects of further factors that each group meets.
  let coupled: [Int32]
  /// Where each component's effects start among all, and the end.
  let componentStarts: [Int]
  /// For each effect of a further factor, counted from the first of them, its component.
  let componentOf: [Int32]
  /// For each factor and level the first of its effects, or −1 for the level of rows in no group.
  let levelEffects: [[Int32]]

  var effectCount: Int { componentStarts.last ?? groupCount * width }
  var componentSizes: [Int] {
    zip(componentStarts.dropFirst(), componentStarts).map { $0 - $1 }
  }
  var restStart: Int { groupCount * width }

  /// The largest component that is held dense.
  static let limit = 20_000

  init(_ observations: GeneralisedObservations) throws(GeneralisedModelError) {
    let factors = observations.terms.factors
    let rest = Array(factors.indices.dropFirst())
    width = factors[0].columns
    groupCount = factors[0].levelCount
    let n = observations.count

    var firstNode: [Int] = [0]
    for factor in rest { firstNode.append(firstNode[factor - 1] + factors[factor].levels.count) }
    let nodeCount = firstNode[rest.count]
    func node(_ factor: Int, _ row: Int) -> Int? {
      let level = Int(observations.codes[factor][row])
      return level < factors[factor].levels.count ? firstNode[factor - 1] + level : nil
    }

    var sets = DisjointSets(count: nodeCount)
    for group in 0..<groupCount {
      let isGroup = group < factors[0].levels.count
      var first: Int?
      for row in observations.starts[group]..<observations.starts[group + 1] {
        // Rows in no group of the first factor connect only what they meet themselves.
        if !isGroup { first = nil }
        for factor in rest {
          guard let node = node(factor, row) else { continue }
          if let first { sets.join(first, node) } else { first = node }
        }
      }
    }

    var widthOfNode: [Int] = []
    for factor in rest {
      widthOfNode += Array(repeating: factors[factor].columns, count: factors[factor].levels.count)
    }
    var componentOfRoot = [Int](repeating: -1, count: nodeCount)
    var sizes: [Int] = []
    var componentOfNode: [Int] = []
    for node in 0..<nodeCount {
      let root = sets.root(node)
      if componentOfRoot[root] < 0 {
        componentOfRoot[root] = sizes.count
        sizes.append(0)
      }
      componentOfNode.append(componentOfRoot[root])
      sizes[componentOfRoot[root]] += widthOfNode[node]
    }
    if let largest = sizes.max(), largest > BlockedStructure.limit {
      throw .tooLarge(effects: largest, limit: BlockedStructure.limit)
    }
    var componentStarts = [groupCount * width]
    for size in sizes { componentStarts.append(componentStarts[componentStarts.count - 1] + size) }
    var next = componentStarts
    var effectOfNode: [Int32] = []
    var componentOf: [Int32] = []
    for node in 0..<nodeCount {
      let component = componentOfNode[node]
      effectOfNode.append(Int32(next[component]))
      next[component] += widthOfNode[node]
    }
    for (component, size) in sizes.enumerated() {
      componentOf += Array(repeating: Int32(component), count: size)
    }
    self.componentStarts = componentStarts
    self.componentOf = componentOf

    let starts = firstNode
    let kept = effectOfNode
    let groupWidth = width
    levelEffects = factors.indices.map { factor in
      (0..<factors[factor].levelCount).map { level in
        if factor == 0 { return Int32(level * groupWidth) }
        return level < factors[factor].levels.count ? kept[starts[factor - 1] + level] : -1
      }
    }

    let total = observations.randomCount
    var effects = [Int32](repeating: -1, count: n * total)
    var places = effects
    var couplingStarts = [0]
    var coupled: [Int32] = []
    var slotOfNode = [Int32](repeating: -1, count: nodeCount)
    for group in 0..<groupCount {
      let isGroup = group < factors[0].levels.count
      let start = coupled.count
      var met: [Int] = []
      for row in observations.starts[group]..<observations.starts[group + 1] {
        for c in 0..<groupWidth {
          effects[row * total + c] = Int32(group * groupWidth + c)
          places[row * total + c] = Int32(c)
        }
        for factor in rest {
          guard let node = node(factor, row) else { continue }
          if isGroup, slotOfNode[node] < 0 {
            slotOfNode[node] = Int32(coupled.count - start)
            met.append(node)
            for k in 0..<widthOfNode[node] { coupled.append(effectOfNode[node] + Int32(k)) }
          }
          let first = row * total + factors[factor].firstColumn
          for c in 0..<widthOfNode[node] {
            effects[first + c] = effectOfNode[node] + Int32(c)
            if isGroup { places[first + c] = Int32(groupWidth + c) + slotOfNode[node] }
          }
        }
      }
      for node in met { slotOfNode[node] = -1 }
      couplingStarts.append(coupled.count)
    }
    self.effects = effects
    self.places = places
    self.couplingStarts = couplingStarts
    self.coupled = coupled
  }
}

/// Union–find with path halving; the smaller root wins, so that the result does not hang on the order.
struct DisjointSets {
  private var parent: [Int]

  init(count: Int) { parent = Array(0..<count) }

  mutating func root(_ element: Int) -> Int {
    var node = element
    while parent[node] != node {
      parent[node] = parent[parent[node]]
      node = parent[node]
    }
    return node
  }

  mutating func join(_ a: Int, _ b: Int) {
    let (rootOfA, rootOfB) = (root(a), root(b))
    if rootOfA < rootOfB { parent[rootOfB] = rootOfA } else { parent[rootOfA] = rootOfB }
  }
}
