internal import LinearAlgebra

/// What one cluster adds to a robust covariance, with *U* = *AV*⁻¹*X* in the cluster.
struct ClusterPart: Sendable {
  /// *Uᵀe*.
  let score: [Double]
  /// Φ*UᵀVU*Φ.
  let variance: Matrix
  /// Φ*UᵀX*.
  let projection: Matrix
}

/// The cells of each set of groups that hang together.
struct RobustClusters: Sendable {
  let cells: CellProducts
  let problem: Problem
  /// Cells of each cluster, in the order of their first cells.
  let members: [[Int]]

  /// - Throws: ``EstimationError/oneCluster(factors:)`` and ``EstimationError/rowsWithoutCluster(_:)``.
  init(_ problem: Problem, _ cells: CellProducts) throws(EstimationError) {
    let factors = problem.plan.factors
    var parent = Array(0..<problem.plan.nodeCount)
    func root(_ node: Int) -> Int {
      var node = node
      while parent[node] != node {
        parent[node] = parent[parent[node]]
        node = parent[node]
      }
      return node
    }
    var first = [Int](repeating: -1, count: cells.cellCount)
    var lost = 0
    for cell in first.indices {
      for factor in factors.indices {
        let level = Int(cells.levels[cell * factors.count + factor])
        guard level >= 0 else { continue }
        let node = factors[factor].firstNode + level
        if first[cell] < 0 { first[cell] = node }
        let (a, b) = (root(first[cell]), root(node))
        if a != b { parent[max(a, b)] = min(a, b) }
      }
      if first[cell] < 0 { lost += cells.counts[cell] }
    }
    guard lost == 0 else { throw .rowsWithoutCluster(lost) }
    var clusterOf = [Int](repeating: -1, count: problem.plan.nodeCount)
    var members: [[Int]] = []
    for cell in first.indices {
      let node = root(first[cell])
      if clusterOf[node] < 0 {
        clusterOf[node] = members.count
        members.append([])
      }
      members[clusterOf[node]].append(cell)
    }
    guard members.count > 1 else {
      throw .oneCluster(factors: problem.structure.factors.map(\.name))
    }
    self.cells = cells
    self.problem = problem
    self.members = members
  }

  /// - Parameter scale: what scores are multiplied by; CR2's adjustment where `nil`.
  func part(
    _ index: Int, lambda: [[Double]], variance: Double, phi: Matrix, coefficients: [Double],
    scale: Double?
  ) throws(EstimationError) -> ClusterPart {
    let block = try products(index)
    let (q, p) = (block.effects.count, problem.coefficientCount)
    let basis = try basis(block.products, order: q + p)
    let all = basis.transposedTimes(
      block.products.selecting(
        rows: Array(0..<q + p), columns: Array(0..<q + p + 1)))
    let rows = Array(0..<all.rows)
    let x = all.selecting(rows: rows, columns: Array(q..<q + p))
    var residual = all.column(q + p)
    let fitted = x * coefficients
    for k in rows { residual[k] -= fitted[k] }
    // V = σ²(I + (ZΛ)(ZΛ)ᵀ).
    let relative =
      all.selecting(rows: rows, columns: Array(0..<q)) * block.triangle(problem, lambda)
    var v = variance * relative.timesTransposed(relative)
    for k in rows { v[k, k] += variance }
    let factor = try cholesky(v)
    var u = factor.solve(x)
    if let scale {
      u = scale * u
    } else {
      u = try adjustment(factor.lower, v - (x * phi).timesTransposed(x)) * u
    }
    let weighted = u * phi
    return ClusterPart(
      score: u.transposedTimes(residual), variance: weighted.transposedTimes(v * weighted),
      projection: weighted.transposedTimes(x))
  }

  /// *L*(*LᵀRL*)^(−1/2)*Lᵀ*; directions without residual variance are left out.
  private func adjustment(_ lower: Matrix, _ residual: Matrix) throws(EstimationError) -> Matrix {
    let eigen = try eigen(lower.transposedTimes(residual * lower))
    let floor = 1e-12 * (eigen.values.last ?? 0)
    let root = eigen.mapped { $0 > floor ? 1 / $0.squareRoot() : 0 }
    return (lower * root).timesTransposed(lower)
  }

  /// *R* such that [*Z X*]*R* is orthonormal and spans the cluster's columns.
  private func basis(_ products: Matrix, order: Int) throws(EstimationError) -> Matrix {
    let sizes = (0..<order).map { max(0, products[$0, $0]).squareRoot() }
    let used = sizes.indices.filter { sizes[$0] > 0 }
    var unit = Matrix(rows: used.count, columns: used.count)
    for (i, a) in used.enumerated() {
      for (j, b) in used.enumerated() { unit[i, j] = products[a, b] / (sizes[a] * sizes[b]) }
    }
    let eigen = try eigen(unit)
    let floor = 1e-11 * (eigen.values.last ?? 0)
    let kept = eigen.values.indices.filter { eigen.values[$0] > floor }
    var result = Matrix(rows: order, columns: kept.count)
    for (column, k) in kept.enumerated() {
      let root = eigen.values[k].squareRoot()
      for (i, a) in used.enumerated() {
        result[a, column] = eigen.vectors[i, k] / (root * sizes[a])
      }
    }
    return result
  }

  /// [*Z X y*]ᵀ[*Z X y*] of a cluster, and which effects its columns of *Z* are.
  private func products(_ index: Int) throws(EstimationError) -> ClusterBlock {
    let factors = problem.plan.factors
    var nodes: Set<Int> = []
    for cell in members[index] {
      for factor in factors.indices {
        let level = Int(cells.levels[cell * factors.count + factor])
        if level >= 0 { nodes.insert(factors[factor].firstNode + level) }
      }
    }
    var firstRow: [Int: Int] = [:]
    var effects: [(factor: Int, effect: Int)] = []
    for node in nodes.sorted() {
      let factor = Int(problem.plan.factorOfNode[node])
      firstRow[node] = effects.count
      for effect in 0..<factors[factor].width { effects.append((factor, effect)) }
    }
    let (q, p, width) = (effects.count, problem.coefficientCount, cells.width)
    guard q <= ClusterRobust.limit else {
      throw .tooLarge(effects: q, limit: ClusterRobust.limit)
    }
    var result = Matrix(rows: q + p + 1, columns: q + p + 1)
    for cell in members[index] {
      // Where each column of the cell's rows stands, and which of the model's columns it is.
      var columns: [(row: Int, place: Int)] = []
      for factor in factors.indices {
        let level = Int(cells.levels[cell * factors.count + factor])
        guard level >= 0, let row = firstRow[factors[factor].firstNode + level] else { continue }
        for (effect, place) in cells.places[factor].enumerated() {
          columns.append((row + effect, place))
        }
      }
      for place in 0...p { columns.append((q + place, place)) }
      let first = cell * width * width
      for a in columns {
        for b in columns {
          result[a.row, b.row] += cells.products[first + a.place * width + b.place]
        }
      }
    }
    return ClusterBlock(effects: effects, products: result)
  }

  private func eigen(_ a: Matrix) throws(EstimationError) -> SymmetricEigen {
    do throws(FactorizationError) { return try SymmetricEigen(a) } catch {
      throw .noConvergence(decrement: .infinity, evaluations: 0)
    }
  }

  private func cholesky(_ a: Matrix) throws(EstimationError) -> Cholesky {
    do throws(FactorizationError) { return try Cholesky(a) } catch {
      throw .noConvergence(decrement: .infinity, evaluations: 0)
    }
  }
}

private struct ClusterBlock {
  let effects: [(factor: Int, effect: Int)]
  let products: Matrix

  func triangle(_ problem: Problem, _ lambda: [[Double]]) -> Matrix {
    var result = Matrix(rows: effects.count, columns: effects.count)
    for (i, row) in effects.enumerated() {
      let width = problem.plan.factors[row.factor].width
      for column in 0...row.effect {
        result[i, i - row.effect + column] = lambda[row.factor][row.effect * width + column]
      }
    }
    return result
  }
}
