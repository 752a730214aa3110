internal import LinearAlgebra
internal import Probability

extension ResponseLaw {
  /// What one replicate's response is to the targets.
  struct Draw: Sendable {
    /// For each target *Gᵀy\**: the fixed columns and *y\*ᵀy\**.
    let gram: [[Double]]
    /// For each target *Z_vᵀy\** of all effects.
    let panel: [[Double]]
  }

  func draw(_ replicate: Int, _ seed: Seed) -> Draw {
    let number = UInt32(truncatingIfNeeded: replicate)
    var groups = RandomStream(seed["groups"], replicate: number)
    var rows = RandomStream(seed["rows"], replicate: number)
    let (k, m, side) = (randomCount, columnCount, columnCount - randomCount)
    let sigma = truth.sigma
    var effects: [Double] = []
    var firstEffect: [Int] = []
    for (index, factor) in truth.factors.enumerated() {
      firstEffect.append(effects.count)
      let width = factor.slots.count
      var z = [Double](repeating: 0, count: width)
      for _ in 0..<truth.levelCounts[index] {
        for e in 0..<width { z[e] = sigma * groups.normal() }
        for e in 0..<width {
          var value = 0.0
          for a in 0...e { value += truth.lambda[index][e * width + a] * z[a] }
          effects.append(value)
        }
      }
    }
    // Sums over cells of what the random part and the residuals add, in the truth's units.
    var totals = [Double](repeating: 0, count: m)
    var inside = 0.0
    var residual = 0.0
    // Each cell's Z_cᵀ(Zu + e), which belongs to every level that the cell lies in.
    var own = [Double](repeating: 0, count: cellCount * k)
    // Where each of the truth's effects of a cell starts, and which slot each adds to.
    let widths = truth.factors.map(\.slots.count)
    let slots = truth.factors.flatMap(\.slots)
    let hosts = truth.factors.map(\.host)
    var u = [Double](repeating: 0, count: k)
    var xi = u
    do {
      let (products, factors, projections) = (
        self.products.span, self.factors.span, self.projections.span
      )
      let levels = self.levels.span
      var own = own.mutableSpan
      var totals = totals.mutableSpan
      var u = u.mutableSpan
      var xi = xi.mutableSpan
      for cell in 0..<cellCount {
        for z in 0..<k { u[z] = 0 }
        var next = 0
        for index in 0..<widths.count {
          let width = widths[index]
          let level = Int(levels[cell * factorCount + hosts[index]])
          if level >= 0 {
            let start = firstEffect[index] + level * width
            for e in 0..<width { u[slots[next + e]] += effects[start + e] }
          }
          next += width
        }
        for z in 0..<k {
          xi[z] = factors[(cell * k + z) * k + z] > 0 ? sigma * rows.normal() : 0
          residual += xi[z] * xi[z]
        }
        for z in 0..<k {
          let (row, factorRow) = ((cell * k + z) * m, (cell * k + z) * k)
          var (fromGroups, fromRows) = (0.0, 0.0)
          for a in 0..<k { fromGroups += products[row + a] * u[a] }
          for a in 0...z { fromRows += factors[factorRow + a] * xi[a] }
          inside += u[z] * (fromGroups + 2 * fromRows)
          own[cell * k + z] = fromGroups + fromRows
          totals[z] += fromGroups + fromRows
          let projection = (cell * k + z) * side
          let (uz, xz) = (u[z], xi[z])
          for x in 0..<side {
            totals[k + x] += products[row + k + x] * uz + projections[projection + x] * xz
          }
        }
      }
    }
    let panels = targets.map { panel($0, own) }
    for j in 0..<side where pooled[j, j] > 0 {
      let z = sigma * rows.normal()
      residual += z * z
      for i in j..<side { totals[k + i] += pooled[i, j] * z }
    }
    if remaining > 0 { residual += sigma * sigma * rows.chiSquared(degreesOfFreedom: remaining) }
    let square = truth.square + 2 * dot(truth.mean, totals) + inside + residual
    for j in 0..<m { totals[j] += truth.totals[j] }
    let grams = targets.map { target -> [Double] in
      var gram = target.fixedSlots.map { target.scale * totals[$0] }
      guard target.shift != 0 else { return gram + [target.scale * target.scale * square] }
      for (j, slot) in target.fixedSlots.enumerated() {
        gram[j] += target.shift * target.constant[slot]
      }
      return gram + [
        target.scale * target.scale * square
          + 2 * target.scale * target.shift * totals[target.constantSlot]
          + target.shift * target.shift * target.constant[target.constantSlot]
      ]
    }
    return Draw(gram: grams, panel: panels)
  }

  /// Response entries of a target's panel, from what each cell adds.
  private func panel(_ target: Target, _ own: [Double]) -> [Double] {
    var result = target.panel
    let (own, levels, k) = (own.span, self.levels.span, randomCount)
    var panel = result.mutableSpan
    for (index, factor) in target.factors.enumerated() {
      let (first, width) = (target.problem.panelRow(index, 0), factor.slots.count)
      let slots = factor.slots.span
      for cell in 0..<cellCount {
        let level = Int(levels[cell * factorCount + factor.host])
        guard level >= 0 else { continue }
        for e in 0..<width {
          panel[first + level * width + e] += target.scale * own[cell * k + slots[e]]
        }
      }
    }
    return result
  }

  /// The target's problem with the drawn response in the place of the observed one.
  func problem(_ target: Int, _ draw: Draw) -> Problem {
    targets[target].problem.replacingResponse(gram: draw.gram[target], panel: draw.panel[target])
  }
}
