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
    let rowInComponent = plan.rowInComponent.span
    let (pairStart, pairEdge) = (plan.pairStart.span, plan.pairEdge.span)
    let (pairEntryStart, pairEntry) = (plan.pairEntryStart.span, plan.pairEntry.span)
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
      let matrix = denseMatrix(of: range)
      var placed = matrix.hasPattern ? Int(pairEntryStart[node]) : 0
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
            if matrix.hasPattern {
              origin = matrix.productStart + Int(pairEntry[placed])
              placed += 1
            } else {
              origin =
                matrix.productStart + Int(rowInComponent[target]) * matrix.size
                + Int(rowInComponent[otherTarget])
            }
            (rowStep, columnStep) = (matrix.size, 1)
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

  /// The matrix that a sparse node's dense targets share.
  func denseMatrix(of edges: Range<Int>) -> DenseMatrix {
    guard let last = edges.last else { return DenseMatrix() }
    let component = plan.componentOfNode[Int(plan.edgeTarget[last])]
    guard component >= 0 else { return DenseMatrix() }
    let found = plan.components[Int(component)]
    return DenseMatrix(
      index: Int(component), start: found.start, productStart: found.productStart,
      size: found.size, hasPattern: found.pattern != nil)
  }

  struct DenseMatrix {
    var index = 0
    var start = 0
    var productStart = 0
    var size = 0
    var hasPattern = false
  }

  var maximumWidth: Int { plan.factors.map(\.width).max() ?? 0 }
}
