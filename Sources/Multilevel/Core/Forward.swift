internal import LinearAlgebra

/// The forward sweep: effects are eliminated from the products, finest factor first.
///
/// With *A*, *E*, *g* the current *Z_vᵀZ_v*, *Z_vᵀZ_w*, *Z_vᵀG* of level *v* and
/// *N* = λ(λᵀ*A*λ + *I*)⁻¹λᵀ, what remains for the levels *w*, *w′* that it meets is
/// *Z_wᵀZ_w′* − *E_wᵀN E_w′* and *Z_wᵀG* − *E_wᵀN g*: the products under
/// *V* = *I* + *Z_v*λλᵀ*Z_vᵀ*. In the end *GᵀV⁻¹G* = *GᵀG* − Σ *gᵀN g*, and log|*V*| is the sum of the
/// log det(λᵀ*A*λ + *I*).
extension Problem {
  /// - Returns: *T* = *GᵀV⁻¹G*, c × c.
  func eliminate(_ lambda: [[Double]], _ work: inout Workspace) throws(FactorizationError) -> Matrix
  {
    copy(diagonal, to: &work.diagonal)
    copy(panel, to: &work.panel)
    copy(edges, to: &work.edges)
    prepareDense(&work)
    var logDeterminant = 0.0
    for index in 0..<plan.sparseCount {
      logDeterminant += try eliminateSparse(index, lambda[index], &work)
    }
    for component in plan.components {
      logDeterminant += try eliminateDense(component, lambda, &work)
    }
    work.logDeterminant = logDeterminant
    var t = products.gram
    var span = t.mutableSpan
    let (panel, modes) = (work.panel, work.modes)
    Panels.addProduct(
      panel.span, transposed: modes.span, order: order, count: plan.effectCount,
      scale: -1, to: &span)
    var matrix = Matrix(rows: order, columns: order, elements: t)
    matrix.fillUpperFromLower()
    return matrix
  }

  private func copy(_ source: [Double], to target: inout [Double]) {
    let source = source.span
    var target = target.mutableSpan
    for k in 0..<source.count { target[k] = source[k] }
  }

  /// Puts the data's products of dense nodes in place.
  private func prepareDense(_ work: inout Workspace) {
    guard !plan.components.isEmpty else { return }
    let diagonal = diagonal.span
    var denseStore = work.dense.moved()
    defer { work.dense = denseStore }
    var dense = denseStore.mutableSpan
    for k in 0..<dense.count { dense[k] = 0 }
    for component in plan.components {
      for node in component.nodes {
        let from = Int(plan.diagonalStart[node.node])
        for a in 0..<node.width {
          for b in 0..<node.width {
            dense[component.start + (node.row + a) * component.size + node.row + b] =
              diagonal[from + a * node.width + b]
          }
        }
      }
    }
    for edge in plan.denseEdges {
      let component = plan.components[Int(plan.componentOfNode[edge.first])]
      let (row, column) = (
        Int(plan.rowInComponent[edge.second]), Int(plan.rowInComponent[edge.first])
      )
      let width = plan.factors[Int(plan.factorOfNode[edge.first])].width
      let otherWidth = plan.factors[Int(plan.factorOfNode[edge.second])].width
      let block = products.pairs[edge.pair].values
      let values = block.span
      for a in 0..<width {
        for b in 0..<otherWidth {
          dense[component.start + (column + a) * component.size + row + b] =
            values[edge.value + a * otherWidth + b]
        }
      }
    }
  }

  private func eliminateSparse(
    _ index: Int, _ lambda: [Double], _ work: inout Workspace
  ) throws(FactorizationError) -> Double {
    let factor = plan.factors[index]
    let (width, c) = (factor.width, order)
    let square = width * width
    let sparseNodes = plan.edgeStart.count - 1
    let (edgeStart, edgeTarget, edgeValue) = (
      plan.edgeStart.span, plan.edgeTarget.span, plan.edgeValue.span
    )
    let (diagonalStart, panelRow, factorOfNode) = (
      plan.diagonalStart.span, plan.panelRow.span, plan.factorOfNode.span
    )
    let (componentOfNode, rowInComponent) = (plan.componentOfNode.span, plan.rowInComponent.span)
    let (pairStart, pairEdge) = (plan.pairStart.span, plan.pairEdge.span)
    let lambda = lambda.span
    var diagonalStore = work.diagonal.moved()
    defer { work.diagonal = diagonalStore }
    var diagonal = diagonalStore.mutableSpan
    var panelStore = work.panel.moved()
    defer { work.panel = panelStore }
    var panel = panelStore.mutableSpan
    var edgesStore = work.edges.moved()
    defer { work.edges = edgesStore }
    var edges = edgesStore.mutableSpan
    var shrinkageStore = work.shrinkage.moved()
    defer { work.shrinkage = shrinkageStore }
    var shrinkage = shrinkageStore.mutableSpan
    var modesStore = work.modes.moved()
    defer { work.modes = modesStore }
    var modes = modesStore.mutableSpan
    var denseStore = work.dense.moved()
    defer { work.dense = denseStore }
    var dense = denseStore.mutableSpan
    var smallStore = work.small.moved()
    defer { work.small = smallStore }
    var small = smallStore.mutableSpan
    var logDeterminant = 0.0
    let products = 8 * square
    for node in factor.nodes {
      let start = Int(diagonalStart[node])
      guard
        let log = SmallMatrices.shrinkage(
          lambda, diagonal.span, at: start, width: width, scratch: &small)
      else { throw .notPositiveDefinite(order: node) }
      logDeterminant += log
      for k in 0..<square { shrinkage[start + k] = small[k] }
      let rows = Int(panelRow[node]) * c
      for a in 0..<width {
        let target = rows + a * c
        let first = small[a * width]
        for k in 0..<c { modes[target + k] = first * panel[rows + k] }
        for b in 1..<max(1, width) {
          let factor = small[a * width + b]
          for k in 0..<c { modes[target + k] += factor * panel[rows + b * c + k] }
        }
      }
      let range = Int(edgeStart[node])..<Int(edgeStart[node + 1])
      // N E of every edge, one after another.
      var place = products
      for edge in range {
        let other = Int(edgeTarget[edge])
        let otherWidth = plan.factors[Int(factorOfNode[other])].width
        let block = Int(edgeValue[edge])
        let otherRows = Int(panelRow[other]) * c
        for a in 0..<width {
          for b in 0..<otherWidth {
            var sum = 0.0
            for m in 0..<width { sum += small[a * width + m] * edges[block + m * otherWidth + b] }
            small[place + a * otherWidth + b] = sum
            let value = edges[block + a * otherWidth + b]
            for k in 0..<c {
              panel[otherRows + b * c + k] -= value * modes[rows + a * c + k]
            }
          }
        }
        place += width * otherWidth
      }
      var first = products
      var pair = Int(pairStart[node])
      for edge in range {
        let target = Int(edgeTarget[edge])
        let targetWidth = plan.factors[Int(factorOfNode[target])].width
        let block = Int(edgeValue[edge])
        var second = first
        for other in edge..<range.upperBound {
          let otherTarget = Int(edgeTarget[other])
          let otherWidth = plan.factors[Int(factorOfNode[otherTarget])].width
          // Where the block for (target, otherTarget) starts and how far apart its entries stand.
          let (origin, rowStep, columnStep): (Int, Int, Int)
          if target >= sparseNodes {
            let component = plan.components[Int(componentOfNode[target])]
            origin =
              component.start + Int(rowInComponent[target]) * component.size
              + Int(rowInComponent[otherTarget])
            (rowStep, columnStep) = (component.size, 1)
          } else if other == edge {
            (origin, rowStep, columnStep) = (Int(diagonalStart[target]), targetWidth, 1)
          } else {
            (origin, rowStep, columnStep) = (
              Int(edgeValue[Int(pairEdge[pair])]), otherWidth, 1
            )
            pair += 1
          }
          let isDense = target >= sparseNodes
          for a in 0..<targetWidth {
            for b in 0..<otherWidth {
              var sum = 0.0
              for m in 0..<width {
                sum += edges[block + m * targetWidth + a] * small[second + m * otherWidth + b]
              }
              if isDense {
                dense[origin + a * rowStep + b * columnStep] -= sum
              } else if other == edge {
                diagonal[origin + a * rowStep + b] -= sum
              } else {
                edges[origin + a * rowStep + b] -= sum
              }
            }
          }
          second += width * otherWidth
        }
        first += width * targetWidth
      }
    }
    return logDeterminant
  }

  private func eliminateDense(
    _ component: EliminationPlan.Component, _ lambda: [[Double]], _ work: inout Workspace
  ) throws(FactorizationError) -> Double {
    let (size, c) = (component.size, order)
    var denseStore = work.dense.moved()
    defer { work.dense = denseStore }
    let dense = denseStore.mutableSpan
    var factorStore = work.factor.moved()
    defer { work.factor = factorStore }
    var factor = factorStore.mutableSpan
    sandwich(component, lambda, from: dense.span, into: &factor)
    let logDeterminant = try Panels.factor(&factor, at: component.start, size: size)
    // Modes of G's columns: λ M⁻¹ λᵀ Z'V⁻¹G.
    var bufferStore = work.denseModes.moved()
    defer { work.denseModes = bufferStore }
    var buffer = bufferStore.mutableSpan
    var modesStore = work.modes.moved()
    defer { work.modes = modesStore }
    var modes = modesStore.mutableSpan
    var panelStore = work.panel.moved()
    defer { work.panel = panelStore }
    let panel = panelStore.mutableSpan
    for node in component.nodes {
      let (from, width) = (Int(plan.panelRow[node.node]) * c, node.width)
      let triangle = lambda[node.factor]
      let lambda = triangle.span
      for a in 0..<width {
        for k in 0..<c {
          var sum = 0.0
          for b in a..<width { sum += lambda[b * width + a] * panel[from + b * c + k] }
          buffer[(node.row + a) * c + k] = sum
        }
      }
    }
    Panels.solve(
      factor: factor.span, at: component.start, size: size, order: c, panel: &buffer)
    for node in component.nodes {
      let (to, width) = (Int(plan.panelRow[node.node]) * c, node.width)
      let triangle = lambda[node.factor]
      let lambda = triangle.span
      for a in 0..<width {
        for k in 0..<c {
          var sum = 0.0
          for b in 0...a { sum += lambda[a * width + b] * buffer[(node.row + b) * c + k] }
          modes[to + a * c + k] = sum
        }
      }
    }
    return logDeterminant
  }

  /// The lower triangle of *I* + λᵀ*R*λ.
  private func sandwich(
    _ component: EliminationPlan.Component, _ lambda: [[Double]], from dense: Span<Double>,
    into target: inout MutableSpan<Double>
  ) {
    let size = component.size
    if maximumWidth == 1 {
      let scale = component.nodes.map { lambda[$0.factor][0] }
      let rows = scale.span
      for column in 0..<size {
        let base = component.start + column * size
        let right = rows[column]
        for row in column..<size { target[base + row] = dense[base + row] * rows[row] * right }
        target[base + column] += 1
      }
      return
    }
    var block = [Double](repeating: 0, count: maximumWidth * maximumWidth)
    for (index, node) in component.nodes.enumerated() {
      let triangle = lambda[node.factor]
      let right = triangle.span
      for position in index..<component.nodes.count {
        let other = component.nodes[position]
        let otherTriangle = lambda[other.factor]
        let left = otherTriangle.span
        // block = R_(other, node) λ_node, then λ_otherᵀ block.
        for a in 0..<other.width {
          for b in 0..<node.width {
            var sum = 0.0
            for m in b..<node.width {
              sum +=
                dense[component.start + (node.row + m) * size + other.row + a]
                * right[m * node.width + b]
            }
            block[a * node.width + b] = sum
          }
        }
        for a in 0..<other.width {
          for b in 0..<node.width {
            var sum = other.row + a == node.row + b ? 1.0 : 0.0
            for m in a..<other.width {
              sum += left[m * other.width + a] * block[m * node.width + b]
            }
            target[component.start + (node.row + b) * size + other.row + a] = sum
          }
        }
      }
    }
  }

  var maximumWidth: Int { plan.factors.map(\.width).max() ?? 0 }
}
