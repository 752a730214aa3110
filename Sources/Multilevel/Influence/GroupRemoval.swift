internal import LinearAlgebra

/// The products of a model without the rows of one group, by subtraction.
///
/// The plan stays: a level that loses all its rows keeps its place with products of zero, and then adds nothing to
/// the criterion. The constant of the criterion is that of all rows.
struct GroupRemoval: Sendable {
  let problem: Problem
  let factor: Int
  private let cells: CellProducts
  /// The cells of each level of the factor.
  private let members: [[Int]]
  /// Rows of each node.
  private let rows: [Int]

  init(_ fit: LinearMixedModelFit, factor: Int) throws(EstimationError) {
    problem = fit.problem
    self.factor = factor
    cells = try CellProducts(fit.problem, fit.frame)
    let factors = problem.plan.factors
    var members = [[Int]](repeating: [], count: factors[factor].levelCount)
    var rows = [Int](repeating: 0, count: problem.plan.nodeCount)
    for cell in 0..<cells.cellCount {
      for index in factors.indices {
        let level = Int(cells.levels[cell * factors.count + index])
        guard level >= 0 else { continue }
        rows[factors[index].firstNode + level] += cells.counts[cell]
        if index == factor { members[level].append(cell) }
      }
    }
    self.members = members
    self.rows = rows
  }

  var levelCount: Int { members.count }

  func rowCount(_ level: Int) -> Int { rows[problem.plan.factors[factor].firstNode + level] }

  /// The model without the rows of a level; `nil` where a coefficient could then not be told from the others,
  /// one group or too few rows would be left.
  func problem(without level: Int) -> Problem? {
    let plan = problem.plan
    let (c, p) = (problem.order, problem.coefficientCount)
    let factors = plan.factors
    let left = problem.products.rowCount - rowCount(level)
    guard levelCount > 2, left > p + 1 else { return nil }
    var gram = problem.products.gram
    var diagonal = problem.diagonal
    var panel = problem.panel
    var edges = problem.edges
    var pairs = problem.products.pairs.map(\.values)
    var remaining: [Int: Int] = [:]
    let size = cells.width
    for cell in members[level] {
      let first = cell * size * size
      for i in 0..<c { for j in 0..<c { gram[i * c + j] -= cells.products[first + i * size + j] } }
      let nodes = factors.indices.map { index -> Int in
        let level = Int(cells.levels[cell * factors.count + index])
        return level < 0 ? -1 : factors[index].firstNode + level
      }
      for (index, node) in nodes.enumerated() where node >= 0 {
        remaining[node] = (remaining[node] ?? rows[node]) - cells.counts[cell]
        let (width, places) = (factors[index].width, cells.places[index])
        let (start, row) = (Int(plan.diagonalStart[node]), Int(plan.panelRow[node]))
        for a in 0..<width {
          let source = first + places[a] * size
          for b in 0..<width {
            diagonal[start + a * width + b] -= cells.products[source + places[b]]
          }
          for k in 0..<c { panel[(row + a) * c + k] -= cells.products[source + k] }
        }
        for other in factors.indices where other > index && nodes[other] >= 0 {
          let others = cells.places[other]
          func subtract(from target: inout [Double], at start: Int) {
            for a in 0..<width {
              for b in others.indices {
                target[start + a * others.count + b] -=
                  cells.products[first + places[a] * size + others[b]]
              }
            }
          }
          if index < plan.sparseCount {
            guard let edge = edge(from: node, to: nodes[other]) else { continue }
            subtract(from: &edges, at: Int(plan.edgeValue[edge]))
          } else if let (pair, start) = block(index, other, node, nodes[other]) {
            subtract(from: &pairs[pair], at: start)
          }
        }
      }
    }
    for (node, count) in remaining where count == 0 {
      clear(node, &diagonal, &panel, &edges, c)
    }
    guard isOfFullRank(gram, c) else { return nil }
    let products = CrossProducts(
      rowCount: left, logWeights: problem.products.logWeights, gram: gram,
      diagonal: problem.products.diagonal, fixed: problem.products.fixed,
      pairs: zip(problem.products.pairs, pairs).map {
        CrossProducts.Pair(
          finer: $0.finer, coarser: $0.coarser, relation: $0.relation, values: $1)
      })
    return Problem(problem, products: products, diagonal: diagonal, panel: panel, edges: edges)
  }

  private func edge(from node: Int, to target: Int) -> Int? {
    let plan = problem.plan
    return (Int(plan.edgeStart[node])..<Int(plan.edgeStart[node + 1])).first {
      Int(plan.edgeTarget[$0]) == target
    }
  }

  /// The pair of factors and where the block of two dense nodes starts in its values.
  private func block(_ finer: Int, _ coarser: Int, _ node: Int, _ other: Int) -> (Int, Int)? {
    let plan = problem.plan
    let (v, w) = (node - plan.factors[finer].firstNode, other - plan.factors[coarser].firstNode)
    let area = plan.factors[finer].width * plan.factors[coarser].width
    for (index, pair) in problem.products.pairs.enumerated()
    where pair.finer == finer && pair.coarser == coarser {
      switch pair.relation {
      case .nested: return (index, v * area)
      case .crossed(let cells):
        let range = Int(cells.starts[v])..<Int(cells.starts[v + 1])
        return range.first { Int(cells.targets[$0]) == w }.map { (index, $0 * area) }
      }
    }
    return nil
  }

  /// What rounding leaves of a level without rows goes.
  private func clear(
    _ node: Int, _ diagonal: inout [Double], _ panel: inout [Double], _ edges: inout [Double],
    _ c: Int
  ) {
    let plan = problem.plan
    let width = plan.factors[Int(plan.factorOfNode[node])].width
    let (start, row) = (Int(plan.diagonalStart[node]), Int(plan.panelRow[node]))
    for k in 0..<width * width { diagonal[start + k] = 0 }
    for k in 0..<width * c { panel[row * c + k] = 0 }
    guard node < plan.edgeStart.count - 1 else { return }
    for edge in Int(plan.edgeStart[node])..<Int(plan.edgeStart[node + 1]) {
      let other = plan.factors[Int(plan.factorOfNode[Int(plan.edgeTarget[edge])])].width
      let block = Int(plan.edgeValue[edge])
      for k in 0..<width * other { edges[block + k] = 0 }
    }
  }

  /// Whether every fixed column and the response keep a part of their own, as ``Problem`` asks.
  private func isOfFullRank(_ gram: [Double], _ c: Int) -> Bool {
    var factor = gram
    for j in 0..<c {
      var pivot = factor[j * c + j]
      for k in 0..<j { pivot -= factor[j * c + k] * factor[j * c + k] }
      guard gram[j * c + j] > 1e-9 * problem.products.gram[j * c + j] / Double(rows.count),
        pivot > (j < c - 1 ? 1e-11 : 1e-13) * gram[j * c + j]
      else { return false }
      let root = pivot.squareRoot()
      factor[j * c + j] = root
      for i in j + 1..<max(j + 1, c) {
        var value = factor[i * c + j]
        for k in 0..<j { value -= factor[i * c + k] * factor[j * c + k] }
        factor[i * c + j] = value / root
      }
    }
    return true
  }
}

extension Problem {
  /// The same model with other products.
  init(
    _ other: Problem, products: CrossProducts, diagonal: [Double], panel: [Double], edges: [Double]
  ) {
    structure = other.structure
    standard = other.standard
    self.products = products
    plan = other.plan
    criterion = other.criterion
    responseName = other.responseName
    self.diagonal = diagonal
    self.panel = panel
    self.edges = edges
  }
}
