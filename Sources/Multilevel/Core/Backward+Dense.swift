internal import LinearAlgebra

/// The backward sweep over one dense component.
extension Problem {
  func sweepDense(
    _ component: EliminationPlan.Component, _ lambda: [[Double]], _ work: inout Workspace,
    _ sums: inout LevelSums
  ) {
    let (size, c, start) = (component.size, order, component.start)
    // Scores Z'V⁻¹G − R v, through a contiguous copy of the modes.
    var bufferStore = work.denseModes.moved()
    defer { work.denseModes = bufferStore }
    var buffer = bufferStore.mutableSpan
    var modesStore = work.modes.moved()
    defer { work.modes = modesStore }
    let modes = modesStore.mutableSpan
    for node in component.nodes {
      let from = Int(plan.panelRow[node.node]) * c
      for k in 0..<node.width * c { buffer[node.row * c + k] = modes[from + k] }
    }
    var allDenseStore = work.dense.moved()
    defer { work.dense = allDenseStore }
    let allDense = allDenseStore.mutableSpan
    let dense = allDense.span.extracting(
      component.productStart..<component.productStart + component.productCount)
    var scores = [Double](repeating: 0, count: size * c)
    var scoreSpan = scores.mutableSpan
    if component.pattern != nil {
      subtractProduct(component, dense, buffer.span, from: &scoreSpan)
    } else {
      Panels.addSymmetricProduct(
        buffer.span, symmetric: dense, order: c, size: size, scale: -1, to: &scoreSpan)
    }
    var panelStore = work.panel.moved()
    defer { work.panel = panelStore }
    let panel = panelStore.mutableSpan
    var scoreStore = work.score.moved()
    defer { work.score = scoreStore }
    var score = scoreStore.mutableSpan
    for node in component.nodes {
      let from = Int(plan.panelRow[node.node]) * c
      for k in 0..<node.width * c {
        score[from + k] = panel[from + k] + scoreSpan[node.row * c + k]
      }
    }
    var inverseStore = work.factor.moved()
    defer { work.factor = inverseStore }
    var inverse = inverseStore.mutableSpan
    if let pattern = component.pattern {
      pattern.invert(&inverse, at: start)
      sweepPattern(component, pattern, lambda, dense, &inverse, &sums)
      return
    }
    Panels.invert(factor: &inverse, at: start, size: size)
    if maximumWidth == 1 {
      sweepScalars(component, lambda, dense, &inverse, &sums)
    } else {
      sweepBlocks(component, lambda, dense, &inverse, &sums)
    }
  }

  /// Adds the diagonal of *R*λ*M*⁻¹ and turns *M*⁻¹ into λ*M*⁻¹λ, where every effect stands alone.
  private func sweepScalars(
    _ component: EliminationPlan.Component, _ lambda: [[Double]], _ dense: Span<Double>,
    _ inverse: inout MutableSpan<Double>, _ sums: inout LevelSums
  ) {
    let size = component.size
    let scale = component.nodes.map { lambda[$0.factor][0] }
    let rows = scale.span
    var perRow = [Double](repeating: 0, count: size)
    var totals = perRow.mutableSpan
    for column in 0..<size {
      let base = column * size
      let place = component.start + base
      let right = rows[column]
      var below = 0.0
      for row in column + 1..<max(column + 1, size) {
        let product = dense[base + row] * inverse[place + row]
        below += product * rows[row]
        totals[row] += product * right
        inverse[place + row] *= rows[row] * right
      }
      totals[column] += below + dense[base + column] * inverse[place + column] * right
      inverse[place + column] *= right * right
    }
    for node in component.nodes { sums.innerTimesLambda[node.factor][0] += totals[node.row] }
  }

  /// Subtracts *R v*, for products *R* of a component with a pattern and c columns *v*.
  private func subtractProduct(
    _ component: EliminationPlan.Component, _ dense: Span<Double>, _ v: Span<Double>,
    from result: inout MutableSpan<Double>
  ) {
    let (entries, c) = (component.entries.span, order)
    for k in 0..<entries.count {
      let (row, column, value) = (Int(entries[k].row) * c, Int(entries[k].column) * c, dense[k])
      for j in 0..<c { result[column + j] -= value * v[row + j] }
      guard row != column else { continue }
      for j in 0..<c { result[row + j] -= value * v[column + j] }
    }
  }

  /// The same on a pattern: outside it the products have no entries.
  private func sweepPattern(
    _ component: EliminationPlan.Component, _ pattern: SupernodalPattern, _ lambda: [[Double]],
    _ dense: Span<Double>, _ inverse: inout MutableSpan<Double>, _ sums: inout LevelSums
  ) {
    let scale = component.nodes.map { lambda[$0.factor][0] }
    let rows = scale.span
    var perRow = [Double](repeating: 0, count: component.size)
    var totals = perRow.mutableSpan
    let entries = component.entries.span
    for k in 0..<entries.count {
      let (row, column) = (Int(entries[k].row), Int(entries[k].column))
      let product = dense[k] * inverse[component.start + Int(entries[k].place)]
      totals[column] += product * rows[row]
      if row != column { totals[row] += product * rows[column] }
    }
    for block in pattern.blocks {
      let below = block.rows.span
      for (offset, column) in block.columns.enumerated() {
        let place = component.start + block.start + offset * below.count
        let right = rows[column]
        for k in offset..<below.count { inverse[place + k] *= rows[Int(below[k])] * right }
      }
    }
    for node in component.nodes { sums.innerTimesLambda[node.factor][0] += totals[node.row] }
  }

  /// The same for effects that come in blocks.
  private func sweepBlocks(
    _ component: EliminationPlan.Component, _ lambda: [[Double]], _ dense: Span<Double>,
    _ inverse: inout MutableSpan<Double>, _ sums: inout LevelSums
  ) {
    let (size, most, origin) = (component.size, maximumWidth, component.start)
    var scratch = [Double](repeating: 0, count: 2 * most * most)
    var totals = sums.innerTimesLambda
    for (index, node) in component.nodes.enumerated() {
      let width = node.width
      let right = lambda[node.factor]
      // The upper half of M⁻¹'s diagonal block is not stored.
      for a in 0..<width {
        for b in a + 1..<max(a + 1, width) {
          inverse[origin + (node.row + b) * size + node.row + a] =
            inverse[origin + (node.row + a) * size + node.row + b]
        }
      }
      for position in index..<component.nodes.count {
        let other = component.nodes[position]
        let (otherWidth, left) = (other.width, lambda[other.factor])
        func place(_ a: Int, _ b: Int) -> Int { (node.row + b) * size + other.row + a }
        // λ_other M⁻¹ and M⁻¹ λ_nodeᵀ, otherWidth × width each.
        for a in 0..<otherWidth {
          for b in 0..<width {
            var (leftSum, rightSum) = (0.0, 0.0)
            for m in 0...a { leftSum += left[a * otherWidth + m] * inverse[origin + place(m, b)] }
            for m in 0...b { rightSum += inverse[origin + place(a, m)] * right[b * width + m] }
            scratch[a * width + b] = leftSum
            scratch[most * most + a * width + b] = rightSum
          }
        }
        // Node's block of R λ M⁻¹ gains R_(node, other) λ_other M⁻¹_(other, node), and other's its mirror.
        for a in 0..<width {
          for b in 0..<width {
            var sum = 0.0
            for m in 0..<otherWidth { sum += dense[place(m, a)] * scratch[m * width + b] }
            totals[node.factor][a * width + b] += sum
          }
        }
        if position > index {
          for a in 0..<otherWidth {
            for b in 0..<otherWidth {
              var sum = 0.0
              for m in 0..<width {
                sum += dense[place(a, m)] * scratch[most * most + b * width + m]
              }
              totals[other.factor][a * otherWidth + b] += sum
            }
          }
        }
        for a in 0..<otherWidth {
          for b in 0..<width {
            var sum = 0.0
            for m in 0...b { sum += scratch[a * width + m] * right[b * width + m] }
            scratch[most * most + a * width + b] = sum
          }
        }
        for a in 0..<otherWidth {
          for b in 0..<width {
            inverse[origin + place(a, b)] = scratch[most * most + a * width + b]
          }
        }
      }
    }
    sums.innerTimesLambda = totals
  }
}
