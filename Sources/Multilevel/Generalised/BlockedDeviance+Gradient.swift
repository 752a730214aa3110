internal import LinearAlgebra

/// The exact gradient: through the rows, the determinant, and the modes as they move.
extension BlockedDeviance {
  /// The gradient in (θ, b).
  func slope(
    _ parameters: [Double], rows: Rows, state: State, observed: BlockedSystem,
    expected: BlockedSystem, weight: [Double], weightSlope: [Double]
  ) -> [Double] {
    let factors = observations.terms.factors
    let total = observations.randomCount
    let p = observations.fixedCount
    // Z'… of each pair of columns; a factor's slope in Λ is its own block.
    var products = [Double](repeating: 0, count: total * total)
    var leverage = [Double](repeating: 1, count: weightSlope.count)
    let components = expected.componentInverses()
    for group in 0..<structure.groupCount {
      let inverse = expected.inverse(group: group, components: components)
      for row in observations.starts[group]..<observations.starts[group + 1] {
        addLeverage(
          row, &products, &leverage, scaled: rows.scaled, weight: weight, inverse: inverse,
          components: components)
      }
    }

    let moved = zip(weightSlope, leverage).map { $0 * $1 }
    let adjoint = observed.solve(scatter(moved, rows: rows))
    var coefficientSlopes = [Double](repeating: 0, count: p)
    addMovement(
      &products, &coefficientSlopes, adjoint: adjoint, moved: moved, scaled: rows.scaled,
      state: state)
    var thetaSlopes = [Double](repeating: 0, count: observations.terms.thetaCount)
    for factor in factors {
      var block: [Double] = []
      for c in 0..<factor.columns {
        for r in 0..<factor.columns {
          block.append(products[factor.firstColumn + r + (factor.firstColumn + c) * total])
        }
      }
      factor.addGradient(block, to: &thetaSlopes)
    }
    return thetaSlopes + coefficientSlopes
      + gapSlopes(state, leverage: leverage, moved: moved, adjoint: adjoint, scaled: rows.scaled)
  }

  /// The derivative in the gaps between cutpoints; empty where there are none.
  private func gapSlopes(
    _ state: State, leverage: [Double], moved: [Double], adjoint: [Double], scaled: [Double]
  ) -> [Double] {
    guard var slopes = CutpointSlopes(kernel, size: observations.count) else { return [] }
    let total = observations.randomCount
    var through = [Double](repeating: 0, count: observations.count)
    for row in through.indices {
      for place in row * total..<(row + 1) * total where structure.effects[place] >= 0 {
        through[row] += scaled[place] * adjoint[Int(structure.effects[place])]
      }
    }
    let whole = through.indices.map {
      -2 * state.score[$0] + moved[$0] - state.information[$0] * through[$0]
    }
    slopes.add(
      CutpointSlopes.Block(
        eta: state.eta, leverage: leverage, adjoint: through, total: whole, nodes: []),
      categories: observations.totals.span, weights: observations.exposures.span)
    return slopes.gapGradient
  }

  /// Multiplies 1 of a row by zᵀΛM⁻¹Λᵀz, and adds the determinant's direct part 2 w z (M⁻¹Λᵀz)ᵀ.
  private func addLeverage(
    _ row: Int, _ products: inout [Double], _ moved: inout [Double], scaled: [Double],
    weight: [Double], inverse: Matrix, components: [Matrix]
  ) {
    let total = observations.randomCount
    let isGroup = Int(observations.codes[0][row]) < observations.terms.factors[0].levels.count
    let first = row * total
    let (scaled, z) = (scaled.span, observations.random.span)
    let inner = inverse.elements.span
    let side = inverse.rows
    var leverage = 0.0
    for c in 0..<total {
      var sum = 0.0
      for d in 0..<total where scaled[first + d] != 0 {
        if isGroup {
          let (a, b) = (Int(structure.places[first + c]), Int(structure.places[first + d]))
          if a >= 0, b >= 0 { sum += inner[a + b * side] * scaled[first + d] }
        } else {
          sum += rowInverse(first + c, first + d, components) * scaled[first + d]
        }
      }
      leverage += sum * scaled[first + c]
      let value = 2 * weight[row] * sum
      for r in 0..<total { products[r + c * total] += value * z[first + r] }
    }
    moved[row] *= leverage
  }

  /// M⁻¹ between two effects of a row in no group of the first factor.
  private func rowInverse(_ a: Int, _ b: Int, _ components: [Matrix]) -> Double {
    let (i, j) = (Int(structure.effects[a]), Int(structure.effects[b]))
    guard i >= structure.restStart, j >= structure.restStart else { return 0 }
    let component = Int(structure.componentOf[i - structure.restStart])
    let base = structure.componentStarts[component]
    return components[component][i - base, j - base]
  }

  /// Adds what goes through η and the modes to Σ z … and to Xᵀ….
  private func addMovement(
    _ products: inout [Double], _ coefficientSlopes: inout [Double], adjoint: [Double],
    moved: [Double], scaled: [Double], state: State
  ) {
    let total = observations.randomCount
    var products = products.mutableSpan
    var slopes = coefficientSlopes.mutableSpan
    let p = slopes.count
    let (fixed, z) = (observations.fixed.span, observations.random.span)
    let (scaled, moved, adjoint) = (scaled.span, moved.span, adjoint.span)
    let (score, information, u) = (state.score.span, state.information.span, state.u.span)
    let effects = structure.effects.span
    for row in 0..<score.count {
      let first = row * total
      var through = 0.0
      for c in 0..<total where effects[first + c] >= 0 {
        through += scaled[first + c] * adjoint[Int(effects[first + c])]
      }
      let slope = -2 * score[row] + moved[row] - information[row] * through
      for j in 0..<p { slopes[j] += slope * fixed[row * p + j] }
      for c in 0..<total where effects[first + c] >= 0 {
        let effect = Int(effects[first + c])
        let value = slope * u[effect] + score[row] * adjoint[effect]
        for r in 0..<total { products[r + c * total] += value * z[first + r] }
      }
    }
  }
}
