internal import LinearAlgebra

/// The average of observed and expected information about variance ratios γ = λ², for models whose random
/// effects are all scalars: no trace of a product is needed, so it costs a few products with vectors once an
/// evaluation with its gradient has been paid for.
///
/// Gilmour, Thompson & Cullis (1995), doi:10.2307/2533274; Johnson & Thompson (1995),
/// doi:10.3168/jds.S0022-0302(95)76654-1.
extension Problem {
  /// Whether every level has one effect, so that θ has one entry a factor.
  var isScalar: Bool { plan.factors.allSatisfy { $0.width == 1 } }

  /// Second derivatives of the profiled criterion in γ, with traces replaced by their averages:
  /// (d/r²) *fₛᵀP fₜ* − (d/r⁴) *aₛ aₜ* with *fₜ* = *Zₜ Zₜᵀ P y* and *aₜ* = *yᵀP fₜ*.
  ///
  /// - Parameter work: as ``gradient(_:_:_:)`` leaves it.
  func averageInformation(_ value: CriterionValue, _ work: Workspace) -> Matrix {
    let (c, p, count) = (order, coefficientCount, plan.factors.count)
    let nodes = plan.nodeCount
    let scale = degrees / value.residual
    // h = Zᵀ P y.
    var score = [Double](repeating: 0, count: nodes)
    for node in 0..<nodes {
      var sum = work.score[node * c + p]
      for k in 0..<p { sum -= work.score[node * c + k] * value.coefficients[k] }
      score[node] = sum
    }
    var directions: [[Double]] = []
    var squares: [Double] = []
    var fixed: [[Double]] = []
    for factor in plan.factors {
      var direction = [Double](repeating: 0, count: nodes)
      var square = 0.0
      var products = [Double](repeating: 0, count: p)
      for node in factor.nodes {
        direction[node] = score[node]
        square += score[node] * score[node]
        for k in 0..<p { products[k] += work.score[node * c + k] * score[node] }
      }
      directions.append(direction)
      squares.append(square)
      fixed.append(products)
    }
    let images = directions.map(productsTimes)
    let posteriors = images.map { posteriorTimes($0, work) }
    var result = Matrix(rows: count, columns: count)
    for s in 0..<count {
      let beside = value.inverse * fixed[s]
      for t in 0...s {
        let own = dot(images[s], directions[t]) - dot(images[s], posteriors[t])
        let entry =
          scale * (own - dot(beside, fixed[t]))
          - scale / value.residual * squares[s] * squares[t]
        result[s, t] = entry
        result[t, s] = entry
      }
    }
    return result
  }

  /// *ZᵀZ w*.
  private func productsTimes(_ w: [Double]) -> [Double] {
    var result = zip(diagonal, w).map { $0 * $1 }
    for pair in products.pairs {
      let (finer, coarser) = (
        plan.factors[pair.finer].firstNode, plan.factors[pair.coarser].firstNode
      )
      switch pair.relation {
      case .nested(let parents):
        for (v, parent) in parents.enumerated() where parent >= 0 {
          let other = coarser + Int(parent)
          result[finer + v] += pair.values[v] * w[other]
          result[other] += pair.values[v] * w[finer + v]
        }
      case .crossed(let cells):
        for v in 0..<plan.factors[pair.finer].levelCount {
          for cell in Int(cells.starts[v])..<Int(cells.starts[v + 1]) {
            let other = coarser + Int(cells.targets[cell])
            result[finer + v] += pair.values[cell] * w[other]
            result[other] += pair.values[cell] * w[finer + v]
          }
        }
      }
    }
    return result
  }

  /// λ*M*⁻¹λᵀ *r*, through the elimination that `work` still holds and the inverses of its dense part.
  private func posteriorTimes(_ r: [Double], _ work: Workspace) -> [Double] {
    var r = r
    let sparse = plan.edgeStart.count - 1
    for node in 0..<sparse {
      let mode = work.shrinkage[node] * r[node]
      for edge in Int(plan.edgeStart[node])..<Int(plan.edgeStart[node + 1]) {
        r[Int(plan.edgeTarget[edge])] -= work.edges[Int(plan.edgeValue[edge])] * mode
      }
    }
    var result = [Double](repeating: 0, count: r.count)
    for component in plan.components {
      let own = component.nodes.map { r[$0.node] }
      var image = [Double](repeating: 0, count: component.size)
      var span = image.mutableSpan
      Panels.addSymmetricProduct(
        own.span,
        symmetric: work.factor.span.extracting(
          component.start..<component.start + component.size * component.size),
        order: 1, size: component.size, scale: 1, to: &span)
      for node in component.nodes { result[node.node] = image[node.row] }
    }
    for node in (0..<sparse).reversed() {
      var sum = r[node]
      for edge in Int(plan.edgeStart[node])..<Int(plan.edgeStart[node + 1]) {
        sum -= work.edges[Int(plan.edgeValue[edge])] * result[Int(plan.edgeTarget[edge])]
      }
      result[node] = work.shrinkage[node] * sum
    }
    return result
  }
}

extension Problem {
  /// Ratios γ of each factor's variance to the residual one, where a search may start: all variances at once
  /// from the sums of squares between the groups of each factor and their expectations.
  ///
  /// With *e* the residuals of least squares, E Σ(*zᵢᵀe*)²/*zᵢᵀzᵢ* over the groups i of factor t is
  /// σ²·levels + Σₛ σₛ² Σᵢⱼ(*zᵢᵀwⱼ*)²/*zᵢᵀzᵢ*, and E *eᵀe* = σ²n + Σₛ σₛ² Σⱼ*wⱼᵀwⱼ*, but for the degrees of freedom
  /// of the fixed part: Henderson's first method, doi:10.2307/3001853.
  var momentRatios: [Double] {
    let (c, p, count) = (order, coefficientCount, plan.factors.count)
    let unit = unit * unit
    let fallback = [Double](repeating: 0.1 * unit, count: count)
    let n = Double(products.rowCount)
    let gram = Matrix(rows: c, columns: c, elements: products.gram)
    let indices = Array(0..<p)
    guard let fixed = try? Cholesky(gram.selecting(rows: indices, columns: indices)) else {
      return fallback
    }
    let right = indices.map { gram[$0, p] }
    let coefficients = fixed.solve(right)
    // The first equation is of all rows, the others of one factor each; the first unknown is σ².
    var system = Matrix(rows: count + 1, columns: count + 1)
    var sums = [Double](repeating: 0, count: count + 1)
    system[0, 0] = n
    sums[0] = gram[p, p] - dot(coefficients, right)
    for (index, factor) in plan.factors.enumerated() {
      for level in 0..<factor.levelCount {
        let size = products.diagonal[index][level]
        guard size > 0 else { continue }
        var sum = products.fixed[index][level * c + p]
        for k in 0..<p { sum -= coefficients[k] * products.fixed[index][level * c + k] }
        sums[index + 1] += sum * sum / size
        system[index + 1, 0] += 1
        system[0, index + 1] += size
        system[index + 1, index + 1] += size
      }
    }
    for pair in products.pairs {
      pair.forEachCell { finer, coarser, product in
        let square = product * product
        let (own, other) = (
          products.diagonal[pair.finer][finer], products.diagonal[pair.coarser][coarser]
        )
        if own > 0 { system[pair.finer + 1, pair.coarser + 1] += square / own }
        if other > 0 { system[pair.coarser + 1, pair.finer + 1] += square / other }
      }
    }
    let square = system.transposedTimes(system)
    guard let factor = try? Cholesky(square) else { return fallback }
    let variances = factor.solve(system.transposedTimes(sums))
    guard variances.allSatisfy(\.isFinite), variances[0] > 0 else { return fallback }
    return variances.dropFirst().map { min(10 * unit, max(0.002 * unit, $0 / variances[0])) }
  }
}

extension CrossProducts.Pair {
  /// Calls `body` with the level of each factor and *zᵀw* for each pair of groups that meets; for scalar effects.
  func forEachCell(_ body: (_ finer: Int, _ coarser: Int, _ product: Double) -> Void) {
    switch relation {
    case .nested(let parents):
      for (v, parent) in parents.enumerated() where parent >= 0 { body(v, Int(parent), values[v]) }
    case .crossed(let cells):
      for v in 0..<cells.starts.count - 1 {
        for cell in Int(cells.starts[v])..<Int(cells.starts[v + 1]) {
          body(v, Int(cells.targets[cell]), values[cell])
        }
      }
    }
  }
}
