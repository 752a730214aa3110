internal import Designs
internal import LinearAlgebra

/// The rows of a nested model as a tree of groups, each with its scaled design weight and the finest with the
/// weighted products of their columns.
struct WeightedGroups: Sendable {
  struct Node: Sendable {
    /// Position among the factors, finest first.
    let depth: Int
    /// Scaled; 1 where the level has none.
    let weight: Double
    /// Groups within it; none for the finest.
    var children: [Int]
    /// Σ *w_i* of a finest group's rows.
    var size: Double
    /// Where a finest group's products start.
    let products: Int
  }

  let structure: RandomStructure
  let standard: Standardization
  /// Factors of `structure`, finest first.
  let order: [Int]
  /// For each factor, in `order`, the places of its effects among the columns.
  let places: [[Int]]
  let width: Int
  let nodes: [Node]
  let tops: [Int]
  /// `width` × `width` for each finest group.
  let products: [Double]

  var coefficientCount: Int { standard.fixed.count - 1 }

  /// - Throws: ``EstimationError/structure(_:)`` where factors do not nest or weights differ within a group.
  init(_ frame: ModelFrame, _ design: DesignWeights) throws(EstimationError) {
    let n = frame.rowCount
    guard n > 0 else { throw .noRows }
    guard !frame.random.isEmpty else { throw .noRandomTerms }
    guard n > frame.fixed.count else {
      throw .tooFewRows(rows: n, coefficients: frame.fixed.count)
    }
    let structure = RandomStructure(frame.random)
    let order = structure.factors.indices.sorted {
      (-structure.factors[$0].levelCount, $0) < (-structure.factors[$1].levelCount, $1)
    }
    for factor in structure.factors {
      guard factor.memberships == nil else {
        throw .structure(
          .multipleMembership(factor: factor.name, asked: "design weights"))
      }
      if let row = factor.codes.firstIndex(of: -1) {
        throw .missingGroup(factor: factor.name, row: row)
      }
      guard factor.levelCount > 1 else { throw .oneGroup(factor: factor.name) }
    }
    var parents: [[Int32]] = []
    for (finer, coarser) in zip(order, order.dropFirst()) {
      let (a, b) = (structure.factors[finer], structure.factors[coarser])
      guard case .nested(let parent) = PairRelation(finer: a, coarser: b) else {
        throw .structure(.designNotNested(finer: a.name, coarser: b.name))
      }
      parents.append(parent)
    }
    let known = order.map { structure.factors[$0].name }
    for level in design.levels {
      if let factor = level.factor, !known.contains(factor) {
        throw .structure(.designWithoutFactor(factor: factor, known: known))
      }
    }

    // Raw weights by row and by group.
    let finest = structure.factors[order[0]]
    var rowWeights =
      design.levels.first { $0.factor == nil }?.weights ?? [Double](repeating: 1, count: n)
    var groupWeights: [[Double]] = []
    for index in order {
      let factor = structure.factors[index]
      var weights = [Double](repeating: 1, count: factor.levelCount)
      if let level = design.levels.first(where: { $0.factor == factor.name }) {
        var seen = [Bool](repeating: false, count: factor.levelCount)
        for row in 0..<n {
          let code = Int(factor.codes[row])
          if !seen[code] {
            weights[code] = level.weights[row]
            seen[code] = true
          } else if weights[code] != level.weights[row] {
            throw .structure(
              .weightNotConstant(
                column: level.column, factor: factor.name, level: factor.levels[code]))
          }
        }
      }
      groupWeights.append(weights)
    }
    // Rows are scaled within the finest groups, groups within their parents; the coarsest are left.
    Self.scale(&rowWeights, within: finest.codes, count: finest.levelCount, design.scaling)
    for depth in parents.indices {
      Self.scale(
        &groupWeights[depth], within: parents[depth],
        count: structure.factors[order[depth + 1]].levelCount, design.scaling)
    }

    let standard = Standardization(frame, structure)
    let pass = RowPass(
      frame: frame, structure: structure, standard: standard,
      layout: SumLayout(structure, standard))
    let width = pass.columns.count
    var products = [Double](repeating: 0, count: finest.levelCount * width * width)
    var sizes = [Double](repeating: 0, count: finest.levelCount)
    var panel = [Double](repeating: 0, count: RowPass.blockSize * width)
    var buffer = [Double](repeating: 0, count: RowPass.blockSize)
    for start in stride(from: 0, to: n, by: RowPass.blockSize) {
      let block = start..<min(n, start + RowPass.blockSize)
      pass.fill(block, &buffer, &panel)
      let values = panel.span
      var sums = products.mutableSpan
      for row in block {
        let code = Int(finest.codes[row])
        let (base, first) = ((row - start) * width, code * width * width)
        sizes[code] += rowWeights[row]
        for i in 0..<width {
          let value = rowWeights[row] * values[base + i]
          for j in 0..<width { sums[first + i * width + j] += value * values[base + j] }
        }
      }
    }
    guard products.allSatisfy(\.isFinite) else {
      throw .notFinite(column: pass.offendingColumn())
    }

    var nodes: [Node] = []
    var first: [Int] = []
    for (depth, index) in order.enumerated() {
      first.append(nodes.count)
      for level in 0..<structure.factors[index].levelCount {
        nodes.append(
          Node(
            depth: depth, weight: groupWeights[depth][level], children: [],
            size: depth == 0 ? sizes[level] : 0, products: depth == 0 ? level * width * width : 0))
      }
    }
    for (depth, parent) in parents.enumerated() {
      for (level, above) in parent.enumerated() {
        nodes[first[depth + 1] + Int(above)].children.append(first[depth] + level)
      }
    }
    self.structure = structure
    self.standard = standard
    self.order = order
    places = order.map { pass.places[$0] }
    self.width = width
    self.nodes = nodes
    tops = Array(first[order.count - 1]..<nodes.count)
    self.products = products
  }

  /// Multiplies the weights of each group's members so that they sum as `scaling` says.
  private static func scale(
    _ weights: inout [Double], within groups: [Int32], count: Int, _ scaling: DesignWeights.Scaling
  ) {
    guard scaling != .none else { return }
    var sums = [Double](repeating: 0, count: count)
    var squares = sums
    var sizes = sums
    for (weight, group) in zip(weights, groups) {
      sums[Int(group)] += weight
      squares[Int(group)] += weight * weight
      sizes[Int(group)] += 1
    }
    for k in weights.indices {
      let group = Int(groups[k])
      weights[k] *=
        scaling == .size ? sizes[group] / sums[group] : sums[group] / squares[group]
    }
  }
}
