internal import LinearAlgebra

/// The forward sweep over dense components.
extension Problem {
  /// Puts the data's products of dense nodes in place.
  func prepareDense(_ work: inout Workspace) {
    guard !plan.components.isEmpty else { return }
    let diagonal = diagonal.span
    var denseStore = work.dense.moved()
    defer { work.dense = denseStore }
    var dense = denseStore.mutableSpan
    for k in 0..<dense.count { dense[k] = 0 }
    for component in plan.components {
      for node in component.nodes {
        let from = Int(plan.diagonalStart[node.node])
        if component.pattern != nil {
          dense[component.productStart + component.entry(node.row, node.row)] = diagonal[from]
          continue
        }
        for a in 0..<node.width {
          for b in 0..<node.width {
            dense[component.productStart + (node.row + a) * component.size + node.row + b] =
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
      if component.pattern != nil {
        dense[component.productStart + component.entry(row, column)] = values[edge.value]
        continue
      }
      for a in 0..<width {
        for b in 0..<otherWidth {
          dense[component.productStart + (column + a) * component.size + row + b] =
            values[edge.value + a * otherWidth + b]
        }
      }
    }
  }

  func eliminateDense(
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
    let logDeterminant =
      if let pattern = component.pattern {
        try pattern.factor(&factor, at: component.start)
      } else {
        try Panels.factor(&factor, at: component.start, size: size)
      }
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
    if let pattern = component.pattern {
      pattern.solve(factor: factor.span, at: component.start, order: c, panel: &buffer)
    } else {
      Panels.solve(
        factor: factor.span, at: component.start, size: size, order: c, panel: &buffer)
    }
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
      if component.pattern != nil {
        for k in component.start..<component.start + component.count { target[k] = 0 }
        let entries = component.entries.span
        for k in 0..<entries.count {
          let (entry, value) = (entries[k], dense[component.productStart + k])
          target[component.start + Int(entry.place)] =
            value * rows[Int(entry.row)] * rows[Int(entry.column)]
            + (entry.row == entry.column ? 1 : 0)
        }
        return
      }
      for column in 0..<size {
        let base = component.start + column * size
        let from = component.productStart + column * size
        let right = rows[column]
        for row in column..<size { target[base + row] = dense[from + row] * rows[row] * right }
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
                dense[component.productStart + (node.row + m) * size + other.row + a]
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
}
