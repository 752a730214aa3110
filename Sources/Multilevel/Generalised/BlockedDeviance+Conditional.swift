internal import LinearAlgebra

/// What is known at the modes: information about the coefficients, and the effects with their errors.
extension BlockedDeviance {
  func information(_ parameters: [Double]) -> StartingInformation {
    let p = observations.fixedCount
    let factors = observations.terms.factors
    var products = [Double](repeating: 0, count: p * p)
    var shrinkage = factors.map { [Double](repeating: 1, count: $0.columns) }
    guard let (rows, state, weight, system) = settled(parameters) else {
      return StartingInformation(
        coefficients: .identity(parameters.count - observations.terms.thetaCount),
        shrinkage: shrinkage)
    }
    var columns: [[Double]] = []
    for j in 0..<p {
      var weighted = weight
      for row in 0..<observations.count {
        weighted[row] *= observations.fixed[row * p + j]
        for k in j..<p {
          products[k + j * p] += weighted[row] * observations.fixed[row * p + k]
        }
      }
      columns.append(scatter(weighted, rows: rows))
    }
    var information = Matrix(rows: p, columns: p, elements: products)
    for j in 0..<p {
      let solved = system.solve(columns[j])
      for k in j..<p { information[k, j] -= dot(solved, columns[k]) }
    }
    information.fillUpperFromLower()
    if let all = CumulativeInformation(observations, kernel, eta: state.eta) {
      information = all.inGaps
    }
    let inverses = inverseBlocks(system)
    for (f, factor) in factors.enumerated() {
      let k = factor.columns
      for c in 0..<k {
        var sum = 0.0
        for level in 0..<factor.levels.count {
          let share = 1 - inverses[f][level * k * k + c + c * k]
          sum += share * share
        }
        shrinkage[f][c] = sum
      }
    }
    return StartingInformation(coefficients: information, shrinkage: shrinkage)
  }

  /// The diagonal blocks of M⁻¹ by factor, columns² a level.
  private func inverseBlocks(_ system: BlockedSystem) -> [[Double]] {
    let components = system.componentInverses()
    var result: [[Double]] = []
    for (f, factor) in observations.terms.factors.enumerated() {
      let k = factor.columns
      var blocks: [Double] = []
      for level in 0..<factor.levels.count {
        if f == 0 {
          let inverse = system.inverse(group: level, components: components)
          for c in 0..<k { for r in 0..<k { blocks.append(inverse[r, c]) } }
        } else {
          let start = Int(structure.levelEffects[f][level])
          let component = Int(structure.componentOf[start - structure.restStart])
          let place = start - structure.componentStarts[component]
          for c in 0..<k {
            for r in 0..<k { blocks.append(components[component][place + r, place + c]) }
          }
        }
      }
      result.append(blocks)
    }
    return result
  }

  func conditionalModes(_ parameters: [Double]) -> [FactorModes] {
    guard let (rows, state, _, system) = settled(parameters) else { return [] }
    let inverses = inverseBlocks(system)
    return observations.terms.factors.enumerated().map { f, factor in
      let k = factor.columns
      let lambda = Matrix(rows: k, columns: k, elements: rows.factors[f])
      var modes: [Double] = []
      var covariances: [Double] = []
      for level in 0..<factor.levels.count {
        let start = Int(structure.levelEffects[f][level])
        modes += lambda * Array(state.u[start..<start + k])
        let inverse = Matrix(
          rows: k, columns: k, elements: Array(inverses[f][level * k * k..<(level + 1) * k * k]))
        covariances += (lambda * inverse).timesTransposed(lambda).elements
      }
      return FactorModes(modes: modes, covariances: covariances)
    }
  }

  func conditionalErrors(
    _ parameters: [Double], draws: Range<Int>, noise: (_ draw: Int, _ effect: Int) -> Double
  ) -> [[[Double]]] {
    guard let (rows, _, _, system) = settled(parameters) else { return [] }
    return draws.map { draw in
      let errors = system.solveHalf((0..<structure.effectCount).map { noise(draw, $0) })
      return observations.terms.factors.enumerated().map { f, factor in
        let k = factor.columns
        let lambda = Matrix(rows: k, columns: k, elements: rows.factors[f])
        return factor.levels.indices.flatMap { level in
          let start = Int(structure.levelEffects[f][level])
          return lambda * Array(errors[start..<start + k])
        }
      }
    }
  }

  func linearPredictor(_ parameters: [Double]) -> [Double] {
    settled(parameters)?.state.eta ?? []
  }
}
