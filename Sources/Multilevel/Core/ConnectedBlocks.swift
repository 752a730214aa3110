internal import LinearAlgebra

/// A symmetric matrix with ones at pairs of rows.
struct Selection {
  let pairs: [(Int, Int)]

  func applied(to a: Matrix) -> Matrix {
    var result = Matrix(rows: a.rows, columns: a.columns)
    for (x, y) in pairs { for j in 0..<a.columns { result[x, j] += a[y, j] } }
    return result
  }
}

extension Problem {
  /// Groups that hang together, with their products as matrices.
  struct ConnectedBlock {
    /// (factor, level, effect) of each row.
    let rows: [(factor: Int, level: Int, effect: Int)]
    let products: Matrix
    let fixed: Matrix

    func triangle(_ problem: Problem, _ lambda: [[Double]]) -> Matrix {
      var result = Matrix(rows: rows.count, columns: rows.count)
      for (i, row) in rows.enumerated() {
        let width = problem.plan.factors[row.factor].width
        for column in 0...row.effect {
          result[i, i - row.effect + column] = lambda[row.factor][row.effect * width + column]
        }
      }
      return result
    }

    func selection(_ problem: Problem, _ parameter: RandomStructure.Parameter) -> Selection {
      var pairs: [(Int, Int)] = []
      for (i, row) in rows.enumerated()
      where row.factor == parameter.factor && row.effect == parameter.row {
        let other = i - parameter.row + parameter.column
        pairs.append((i, other))
        if other != i { pairs.append((other, i)) }
      }
      return Selection(pairs: pairs)
    }
  }

  var connectedBlocks: [ConnectedBlock] {
    var parent = Array(0..<plan.nodeCount)
    func root(_ node: Int) -> Int {
      var node = node
      while parent[node] != node {
        parent[node] = parent[parent[node]]
        node = parent[node]
      }
      return node
    }
    var edges: [(first: Int, second: Int, pair: Int, cell: Int)] = []
    for (index, pair) in products.pairs.enumerated() {
      let (finer, coarser) = (plan.factors[pair.finer], plan.factors[pair.coarser])
      switch pair.relation {
      case .nested(let parents):
        for (v, w) in parents.enumerated() where w >= 0 {
          edges.append((finer.firstNode + v, coarser.firstNode + Int(w), index, v))
        }
      case .crossed(let cells):
        for v in 0..<finer.levelCount {
          for cell in Int(cells.starts[v])..<Int(cells.starts[v + 1]) {
            edges.append(
              (finer.firstNode + v, coarser.firstNode + Int(cells.targets[cell]), index, cell))
          }
        }
      }
    }
    for edge in edges {
      let (a, b) = (root(edge.first), root(edge.second))
      if a != b { parent[max(a, b)] = min(a, b) }
    }
    var blockOf = [Int](repeating: -1, count: plan.nodeCount)
    var members: [[Int]] = []
    for node in 0..<plan.nodeCount {
      let first = root(node)
      if blockOf[first] < 0 {
        blockOf[first] = members.count
        members.append([])
      }
      blockOf[node] = blockOf[first]
      members[blockOf[first]].append(node)
    }
    var firstRow = [Int](repeating: 0, count: plan.nodeCount)
    var sizes: [Int] = []
    for nodes in members {
      var row = 0
      for node in nodes {
        firstRow[node] = row
        row += plan.factors[Int(plan.factorOfNode[node])].width
      }
      sizes.append(row)
    }
    var matrices = sizes.map { Matrix(rows: $0, columns: $0) }
    for edge in edges {
      let pair = products.pairs[edge.pair]
      let (width, otherWidth) = (
        plan.factors[pair.finer].width, plan.factors[pair.coarser].width
      )
      let (row, column) = (firstRow[edge.first], firstRow[edge.second])
      for a in 0..<width {
        for b in 0..<otherWidth {
          let value = pair.values[(edge.cell * width + a) * otherWidth + b]
          matrices[blockOf[edge.first]][row + a, column + b] = value
          matrices[blockOf[edge.first]][column + b, row + a] = value
        }
      }
    }
    let p = coefficientCount
    var result: [ConnectedBlock] = []
    for (index, nodes) in members.enumerated() {
      var rows: [(factor: Int, level: Int, effect: Int)] = []
      var fixed = Matrix(rows: sizes[index], columns: p)
      for node in nodes {
        let factor = Int(plan.factorOfNode[node])
        let width = plan.factors[factor].width
        let start = Int(plan.diagonalStart[node])
        for a in 0..<width {
          rows.append((factor, node - plan.factors[factor].firstNode, a))
          for b in 0..<width {
            matrices[index][firstRow[node] + a, firstRow[node] + b] =
              diagonal[start + a * width + b]
          }
          for j in 0..<p {
            fixed[firstRow[node] + a, j] = panel[(Int(plan.panelRow[node]) + a) * order + j]
          }
        }
      }
      result.append(ConnectedBlock(rows: rows, products: matrices[index], fixed: fixed))
    }
    return result
  }
}
