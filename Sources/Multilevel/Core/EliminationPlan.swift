internal import LinearAlgebra

/// In which order random effects are eliminated, and where every number stands.
///
/// The levels of all factors are nodes, numbered factor after factor, the factor with most levels first.
/// Leading factors whose levels never meet, not even through levels eliminated before them, are *sparse*:
/// eliminated level by level. That is all of a nested model, and at least the largest factor of a crossed
/// one. What remains is *dense*, one symmetric matrix for each set of levels that hang together; where such
/// a matrix is sparse enough, its rows are put in an order of their own and only what fills is stored.
struct EliminationPlan: Sendable {
  let factors: [FactorLayout]
  /// How many leading factors are eliminated level by level.
  let sparseCount: Int
  /// The factor of each node.
  let factorOfNode: [Int32]
  /// Where *Z_vᵀZ_v* of each node starts.
  let diagonalStart: [Int32]
  /// The first row of each node in panels of c columns.
  let panelRow: [Int32]
  /// Rows of the panels: the number of random effects.
  let effectCount: Int
  let diagonalCount: Int
  /// Edges of sparse node *v* to later nodes: `edgeStart[v] ..< edgeStart[v + 1]`, targets ascending.
  let edgeStart: [Int32]
  let edgeTarget: [Int32]
  /// Where the block of each edge starts: `width` of the node × `width` of the target, row after row.
  let edgeValue: [Int32]
  let edgeValueCount: Int
  /// For pairs (i < j) of a node's edges whose first target is sparse: the edge from that target to the
  /// second; counted from `pairStart` of the node, pairs in the order (0,1), (0,2), …, (1,2), ….
  let pairStart: [Int32]
  let pairEdge: [Int32]
  let components: [Component]
  /// For sparse nodes that meet levels of a component with a pattern: which of its entries all pairs
  /// (i ≤ j) of those levels are, counted from `pairEntryStart` of the node.
  let pairEntryStart: [Int32]
  let pairEntry: [Int32]
  /// For each node its component and first row in it; −1 for sparse nodes.
  let componentOfNode: [Int32]
  let rowInComponent: [Int32]
  /// Products between dense nodes that occur together in a row.
  let denseEdges: [DenseEdge]

  struct FactorLayout: Sendable {
    let width: Int
    let levelCount: Int
    let firstNode: Int

    var nodes: Range<Int> { firstNode..<firstNode + levelCount }
  }

  /// A set of dense nodes that hang together.
  struct Component: Sendable {
    let nodes: [DenseNode]
    /// Rows of its matrix.
    let size: Int
    /// Where its matrix starts among all components'.
    let start: Int
    /// Where its products start among all components', which need no more room than they have entries.
    let productStart: Int
    /// Where the entries of its factor stand, unless it is stored whole.
    var pattern: SupernodalPattern?
    /// The entries of its products, in the order of their places in the pattern.
    var entries: [Entry] = []

    struct Entry: Sendable {
      let place: Int32
      let row: Int32
      let column: Int32
    }

    /// How many numbers its factor takes.
    var count: Int { pattern?.count ?? size * size }
    /// How many numbers its products take.
    var productCount: Int { pattern == nil ? size * size : entries.count }

    /// Which of the entries that of two rows is.
    ///
    /// - Precondition: there is one.
    func entry(_ first: Int, _ second: Int) -> Int {
      let wanted = place(first, second) - start
      var (low, high) = (0, entries.count)
      while low < high {
        let middle = (low + high) / 2
        if Int(entries[middle].place) < wanted { low = middle + 1 } else { high = middle }
      }
      return low
    }

    /// Where the entry of two rows stands among all components' factors.
    func place(_ first: Int, _ second: Int) -> Int {
      start
        + (pattern?.place(first, second) ?? (min(first, second) * size + max(first, second)))
    }
  }

  struct DenseNode: Sendable {
    let node: Int
    /// Its first row in its component.
    let row: Int
    let width: Int
    let factor: Int
  }

  struct DenseEdge: Sendable {
    let first: Int
    let second: Int
    /// The pair of factors and the place of the block in its values.
    let pair: Int
    let value: Int
  }

  /// Largest side of one dense matrix: two of them take 16 bytes × 40,000² = 26 GB at the limit.
  static let denseLimit = 40_000

  var nodeCount: Int { factorOfNode.count }
  /// Multiplications and additions that the dense matrices of an evaluation with its gradient take.
  var operations: Double {
    components.reduce(0) {
      $0 + ($1.pattern?.operations ?? Double($1.size) * Double($1.size) * Double($1.size))
    }
  }

  var denseCount: Int { components.last.map { $0.start + $0.count } ?? 0 }
  var productCount: Int { components.last.map { $0.productStart + $0.productCount } ?? 0 }
}

extension EliminationPlan {
  /// The plan for the given products, and the values of its edges.
  static func make(
    _ structure: RandomStructure, _ products: CrossProducts
  ) throws(EstimationError) -> (plan: EliminationPlan, edgeValues: [Double]) {
    var builder = PlanBuilder(structure, products)
    return try builder.build()
  }
}

/// Finds the plan: which factors are sparse, the edges with fill, the dense components.
struct PlanBuilder {
  let structure: RandomStructure
  let products: CrossProducts
  var factors: [EliminationPlan.FactorLayout] = []
  var factorOfNode: [Int32] = []
  var diagonalStart: [Int32] = []
  var panelRow: [Int32] = []
  var edgeStart: [Int32] = [0]
  var edgeTarget: [Int32] = []
  var edgeValue: [Int32] = []
  var values: [Double] = []

  init(_ structure: RandomStructure, _ products: CrossProducts) {
    self.structure = structure
    self.products = products
    var (diagonal, row) = (0, 0)
    for (index, factor) in structure.factors.enumerated() {
      let width = factor.width
      factors.append(
        EliminationPlan.FactorLayout(
          width: width, levelCount: factor.levelCount, firstNode: factorOfNode.count))
      for _ in 0..<factor.levelCount {
        factorOfNode.append(Int32(index))
        diagonalStart.append(Int32(diagonal))
        panelRow.append(Int32(row))
        diagonal += width * width
        row += width
      }
    }
  }

  mutating func build() throws(EstimationError) -> (plan: EliminationPlan, edgeValues: [Double]) {
    var sparseCount = 0
    while sparseCount < factors.count, isSparse(sparseCount) {
      addEdges(of: sparseCount)
      sparseCount += 1
    }
    let sparseNodes = edgeStart.count - 1
    let (pairStart, pairEdge) = pairs(sparseNodes: sparseNodes)
    let denseEdges = directDenseEdges(from: sparseCount)
    let found = components(sparseNodes: sparseNodes, denseEdges)
    var (components, rows) = (found.components, found.rows)
    let ofNode = found.ofNode
    let (pairEntryStart, pairEntry) = usePatterns(
      sparseNodes: sparseNodes, denseEdges, &components, ofNode, &rows)
    let limit = EliminationPlan.denseLimit
    if let largest = components.filter({ $0.count > limit * limit }).map(\.size).max() {
      throw .tooLarge(effects: largest, limit: limit)
    }
    let plan = EliminationPlan(
      factors: factors, sparseCount: sparseCount, factorOfNode: factorOfNode,
      diagonalStart: diagonalStart, panelRow: panelRow,
      effectCount: structure.factors.reduce(0) { $0 + $1.levelCount * $1.width },
      diagonalCount: structure.factors.reduce(0) { $0 + $1.levelCount * $1.width * $1.width },
      edgeStart: edgeStart, edgeTarget: edgeTarget, edgeValue: edgeValue,
      edgeValueCount: values.count, pairStart: pairStart, pairEdge: pairEdge,
      components: components, pairEntryStart: pairEntryStart, pairEntry: pairEntry,
      componentOfNode: ofNode, rowInComponent: rows, denseEdges: denseEdges)
    return (plan, values)
  }

  /// Whether no node eliminated so far meets two levels of `factor`.
  private func isSparse(_ factor: Int) -> Bool {
    guard structure.factors[factor].memberships == nil else { return false }
    for node in 0..<edgeStart.count - 1 {
      var met = 0
      for edge in Int(edgeStart[node])..<Int(edgeStart[node + 1])
      where factorOfNode[Int(edgeTarget[edge])] == Int32(factor) {
        met += 1
      }
      if met > 1 { return false }
    }
    return true
  }

  /// Adds the edges of a sparse factor's nodes: levels met in a row, and fill from eliminated nodes.
  private mutating func addEdges(of factor: Int) {
    let layout = factors[factor]
    // (level, target, pair, cell); fill has no cell.
    var found: [(level: Int32, target: Int32, pair: Int32, cell: Int32)] = []
    for (index, pair) in products.pairs.enumerated() where pair.finer == factor {
      let first = Int32(factors[pair.coarser].firstNode)
      switch pair.relation {
      case .nested(let parents):
        for (v, w) in parents.enumerated() where w >= 0 {
          found.append((Int32(v), first + w, Int32(index), Int32(v)))
        }
      case .crossed(let cells):
        for v in 0..<layout.levelCount {
          for cell in cells.starts[v]..<cells.starts[v + 1] {
            found.append((Int32(v), first + cells.targets[Int(cell)], Int32(index), cell))
          }
        }
      }
    }
    for node in 0..<edgeStart.count - 1 {
      let edges = Int(edgeStart[node])..<Int(edgeStart[node + 1])
      guard
        let meeting = edges.first(where: { factorOfNode[Int(edgeTarget[$0])] == Int32(factor) })
      else { continue }
      let level = edgeTarget[meeting] - Int32(layout.firstNode)
      for edge in edges where factorOfNode[Int(edgeTarget[edge])] > Int32(factor) {
        found.append((level, edgeTarget[edge], -1, -1))
      }
    }
    // Direct edges sort before fill to the same target.
    found.sort { ($0.level, $0.target, -$0.pair) < ($1.level, $1.target, -$1.pair) }
    var position = 0
    for level in 0..<Int32(layout.levelCount) {
      var previous: Int32 = -1
      while position < found.count, found[position].level == level {
        let item = found[position]
        position += 1
        guard item.target != previous else { continue }
        previous = item.target
        edgeTarget.append(item.target)
        edgeValue.append(Int32(values.count))
        let size = layout.width * factors[Int(factorOfNode[Int(item.target)])].width
        if item.pair >= 0 {
          let start = Int(item.cell) * size
          values += products.pairs[Int(item.pair)].values[start..<start + size]
        } else {
          values += repeatElement(0, count: size)
        }
      }
      edgeStart.append(Int32(edgeTarget.count))
    }
  }

  private func pairs(sparseNodes: Int) -> (start: [Int32], edge: [Int32]) {
    var start: [Int32] = []
    var result: [Int32] = []
    for node in 0..<sparseNodes {
      start.append(Int32(result.count))
      let edges = Int(edgeStart[node])..<Int(edgeStart[node + 1])
      for first in edges where Int(edgeTarget[first]) < sparseNodes {
        let from = Int(edgeTarget[first])
        for second in edges where second > first {
          let range = Int(edgeStart[from])..<Int(edgeStart[from + 1])
          let match = range.first { edgeTarget[$0] == edgeTarget[second] }
          result.append(Int32(match ?? -1))
        }
      }
    }
    return (start, result)
  }

  private func directDenseEdges(from sparseCount: Int) -> [EliminationPlan.DenseEdge] {
    var result: [EliminationPlan.DenseEdge] = []
    for (index, pair) in products.pairs.enumerated() where pair.finer >= sparseCount {
      let (first, second) = (factors[pair.finer], factors[pair.coarser])
      let size = first.width * second.width
      func add(_ v: Int, _ w: Int, _ cell: Int) {
        result.append(
          EliminationPlan.DenseEdge(
            first: first.firstNode + v, second: second.firstNode + w, pair: index,
            value: cell * size))
      }
      switch pair.relation {
      case .nested(let parents):
        for (v, w) in parents.enumerated() where w >= 0 { add(v, Int(w), v) }
      case .crossed(let cells):
        for v in 0..<first.levelCount {
          for cell in Int(cells.starts[v])..<Int(cells.starts[v + 1]) {
            add(v, Int(cells.targets[cell]), cell)
          }
        }
      }
    }
    return result
  }

  /// Connected components of the dense nodes, in the order of their first node.
  private func components(
    sparseNodes: Int, _ denseEdges: [EliminationPlan.DenseEdge]
  ) -> (components: [EliminationPlan.Component], ofNode: [Int32], rows: [Int32]) {
    var parent = Array(0..<factorOfNode.count)
    func root(_ node: Int) -> Int {
      var node = node
      while parent[node] != node {
        parent[node] = parent[parent[node]]
        node = parent[node]
      }
      return node
    }
    func join(_ a: Int, _ b: Int) {
      let (a, b) = (root(a), root(b))
      if a != b { parent[max(a, b)] = min(a, b) }
    }
    for node in 0..<sparseNodes {
      let dense = (Int(edgeStart[node])..<Int(edgeStart[node + 1]))
        .map { Int(edgeTarget[$0]) }.filter { $0 >= sparseNodes }
      for other in dense.dropFirst() { join(dense[0], other) }
    }
    for edge in denseEdges { join(edge.first, edge.second) }
    var ofNode = [Int32](repeating: -1, count: factorOfNode.count)
    var rows = [Int32](repeating: -1, count: factorOfNode.count)
    var members: [[EliminationPlan.DenseNode]] = []
    var sizes: [Int] = []
    for node in sparseNodes..<max(sparseNodes, factorOfNode.count) {
      let first = root(node)
      if first == node {
        ofNode[node] = Int32(members.count)
        members.append([])
        sizes.append(0)
      }
      let component = Int(ofNode[first])
      ofNode[node] = Int32(component)
      let factor = Int(factorOfNode[node])
      rows[node] = Int32(sizes[component])
      members[component].append(
        EliminationPlan.DenseNode(
          node: node, row: sizes[component], width: factors[factor].width, factor: factor))
      sizes[component] += factors[factor].width
    }
    var start = 0
    var result: [EliminationPlan.Component] = []
    for (nodes, size) in zip(members, sizes) {
      result.append(
        EliminationPlan.Component(nodes: nodes, size: size, start: start, productStart: start))
      start += size * size
    }
    return (result, ofNode, rows)
  }
}
