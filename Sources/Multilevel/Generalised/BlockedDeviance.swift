internal import LinearAlgebra

/// Laplace's approximation for any random terms: nested, crossed, several columns a term.
///
/// With the modes u of Σ l(η) − uᵀu/2 and M = ΛᵀZᵀWZΛ + I at the modes (W the expected information),
///
///   −2 log L ≈ −2 Σ l + uᵀu + log |M|.
///
/// The modes are found by Newton's method on the observed information; the gradient is exact, with the
/// movement of the modes by the adjoint a = M⁻¹ΛᵀZᵀk, k = dw/dη · zᵀΛM⁻¹Λᵀz, on the observed information.
struct BlockedDeviance: MarginalDeviance {
  let observations: GeneralisedObservations
  let kernel: ResponseKernel
  private let structure: BlockedStructure
  /// u, in the order of the structure's effects.
  private var modes: [Double]

  init(
    _ observations: GeneralisedObservations, kernel: ResponseKernel
  ) throws(GeneralisedModelError) {
    self.observations = observations
    self.kernel = kernel
    structure = try BlockedStructure(observations)
    modes = [Double](repeating: 0, count: structure.effectCount)
  }

  /// What is known of the rows at given effects.
  private struct State {
    var u: [Double]
    var eta: [Double]
    var score: [Double]
    var information: [Double]
    /// Σ l − uᵀu/2
    var value: Double
  }

  private struct Rows {
    /// Λ of each factor.
    let factors: [[Double]]
    /// η without random effects.
    let base: [Double]
    /// ZΛ, row after row.
    let scaled: [Double]
  }

  mutating func evaluate(_ parameters: [Double]) -> DevianceEvaluation {
    let failure = DevianceEvaluation(
      value: .infinity, gradient: [Double](repeating: 0, count: parameters.count),
      innerStep: .infinity)
    let rows = prepare(parameters)
    guard let found = findModes(rows) else { return failure }
    let state = found.state
    modes = state.u
    var weight = state.information
    var weightSlope = state.information
    fillWeights(state, weight: &weight, slope: &weightSlope)
    var expected = found.system
    if !kernel.isCanonical {
      guard
        let system = try? BlockedSystem(
          structure, observations: observations, scaled: rows.scaled, weights: weight)
      else { return failure }
      expected = system
    }
    let value = -2 * (state.value + observations.constant) + expected.logDeterminant
    let gradient = slope(
      parameters, rows: rows, state: state, observed: found.system, expected: expected,
      weight: weight, weightSlope: weightSlope)
    return DevianceEvaluation(
      value: value.isNaN ? .infinity : value, gradient: gradient, innerStep: found.step)
  }

  /// The gradient in (θ, b).
  private func slope(
    _ parameters: [Double], rows: Rows, state: State, observed: BlockedSystem,
    expected: BlockedSystem, weight: [Double], weightSlope: [Double]
  ) -> [Double] {
    let factors = observations.terms.factors
    let total = observations.randomCount
    let p = observations.fixedCount
    var lambdaSlopes = factors.map { [Double](repeating: 0, count: $0.columns * $0.columns) }

    // k of each row and the determinant's direct part in Λ, from the inverse on the rows' pattern.
    var moved = weightSlope
    let components = expected.componentInverses()
    var local = [Double](repeating: 0, count: total)
    var places = [Int](repeating: 0, count: total)
    for group in 0..<structure.groupCount {
      let inverse = expected.inverse(group: group, components: components)
      for row in observations.starts[group]..<observations.starts[group + 1] {
        let isGroup = locate(row, factors: factors, into: &places)
        var leverage = 0.0
        for c in 0..<total {
          var sum = 0.0
          for d in 0..<total {
            sum +=
              entry(
                places[c], places[d], isGroup: isGroup, inverse: inverse, components: components)
              * rows.scaled[row * total + d]
          }
          local[c] = sum
          leverage += sum * rows.scaled[row * total + c]
        }
        moved[row] *= leverage
        for (f, factor) in factors.enumerated() {
          let first = factor.firstColumn
          for c in 0..<factor.columns {
            let value = 2 * weight[row] * local[first + c]
            for r in 0..<factor.columns {
              lambdaSlopes[f][r + c * factor.columns] +=
                value * observations.random[row * total + first + r]
            }
          }
        }
      }
    }

    let adjoint = observed.solve(scatter(moved, rows: rows))
    var coefficientSlopes = [Double](repeating: 0, count: p)
    for row in 0..<observations.count {
      var through = 0.0
      forEachEffect(row, factors: factors) { column, effect in
        through += rows.scaled[row * total + column] * adjoint[effect]
      }
      let c = -2 * state.score[row] + moved[row] - state.information[row] * through
      for j in 0..<p { coefficientSlopes[j] += c * observations.fixed[row * p + j] }
      for (f, factor) in factors.enumerated() {
        let start = Int(structure.effects[row * factors.count + f])
        guard start >= 0 else { continue }
        for column in 0..<factor.columns {
          let value = c * state.u[start + column] + state.score[row] * adjoint[start + column]
          for r in 0..<factor.columns {
            lambdaSlopes[f][r + column * factor.columns] +=
              value * observations.random[row * total + factor.firstColumn + r]
          }
        }
      }
    }
    var thetaSlopes = [Double](repeating: 0, count: observations.terms.thetaCount)
    for (f, factor) in factors.enumerated() {
      factor.addGradient(lambdaSlopes[f], to: &thetaSlopes)
    }
    return thetaSlopes + coefficientSlopes
  }

  /// For each column of a row of Z its place in the group's inverse, or, for rows in no group of the first
  /// factor, its effect; −1 where the row has no such effect.
  ///
  /// - Returns: whether places are within the group's inverse.
  private func locate(
    _ row: Int, factors: [RandomFactor], into places: inout [Int]
  ) -> Bool {
    let isGroup = Int(observations.codes[0][row]) < factors[0].levels.count
    for (f, factor) in factors.enumerated() {
      let start: Int
      if f == 0 {
        start = isGroup ? 0 : -1
      } else if isGroup {
        let slot = Int(structure.slots[row * (factors.count - 1) + f - 1])
        start = slot < 0 ? -1 : structure.width + slot
      } else {
        start = Int(structure.effects[row * factors.count + f])
      }
      for c in 0..<factor.columns { places[factor.firstColumn + c] = start < 0 ? -1 : start + c }
    }
    return isGroup
  }

  @inline(__always)
  private func entry(
    _ a: Int, _ b: Int, isGroup: Bool, inverse: Matrix, components: [Matrix]
  ) -> Double {
    guard a >= 0, b >= 0 else { return 0 }
    if isGroup { return inverse[a, b] }
    let component = Int(structure.componentOf[a - structure.restStart])
    let base = structure.componentStarts[component]
    return components[component][a - base, b - base]
  }

  @inline(__always)
  private func forEachEffect(
    _ row: Int, factors: [RandomFactor], _ body: (_ column: Int, _ effect: Int) -> Void
  ) {
    for (f, factor) in factors.enumerated() {
      let start = Int(structure.effects[row * factors.count + f])
      guard start >= 0 else { continue }
      for c in 0..<factor.columns { body(factor.firstColumn + c, start + c) }
    }
  }

  /// ΛᵀZᵀ v
  private func scatter(_ v: [Double], rows: Rows) -> [Double] {
    let factors = observations.terms.factors
    let total = observations.randomCount
    var result = [Double](repeating: 0, count: structure.effectCount)
    for row in 0..<observations.count {
      forEachEffect(row, factors: factors) { column, effect in
        result[effect] += rows.scaled[row * total + column] * v[row]
      }
    }
    return result
  }

  private func prepare(_ parameters: [Double]) -> Rows {
    let terms = observations.terms
    let p = observations.fixedCount
    let total = observations.randomCount
    let lambdas = terms.factors.map { $0.factor(parameters) }
    var base = observations.offset
    var scaled = [Double](repeating: 0, count: observations.count * total)
    for row in 0..<observations.count {
      var sum = base[row]
      for j in 0..<p {
        sum += observations.fixed[row * p + j] * parameters[terms.thetaCount + j]
      }
      base[row] = sum
      for (f, factor) in terms.factors.enumerated() {
        let first = row * total + factor.firstColumn
        for c in 0..<factor.columns {
          var value = 0.0
          for r in c..<factor.columns {
            value += lambdas[f][r + c * factor.columns] * observations.random[first + r]
          }
          scaled[first + c] = value
        }
      }
    }
    return Rows(factors: lambdas, base: base, scaled: scaled)
  }

  private func state(at u: [Double], rows: Rows) -> State {
    let factors = observations.terms.factors
    let total = observations.randomCount
    var state = State(u: u, eta: rows.base, score: rows.base, information: rows.base, value: 0)
    let block = 512
    var eta = [Double](repeating: 0, count: block)
    var start = 0
    while start < observations.count {
      let range = start..<min(observations.count, start + block)
      for row in range {
        var sum = rows.base[row]
        forEachEffect(row, factors: factors) { column, effect in
          sum += rows.scaled[row * total + column] * u[effect]
        }
        eta[row - start] = sum
        state.eta[row] = sum
      }
      state.value += kernel.score(
        eta, totals: observations.totals.span.extracting(range),
        exposures: observations.exposures.span.extracting(range), at: start, score: &state.score,
        information: &state.information)
      start = range.upperBound
    }
    state.value -= 0.5 * dot(u, u)
    if !state.value.isFinite { state.value = -.infinity }
    return state
  }

  /// The modes with M at the observed information there.
  private func findModes(_ rows: Rows) -> (state: State, system: BlockedSystem, step: Double)? {
    var state = state(at: modes, rows: rows)
    if !state.value.isFinite {
      state = self.state(at: [Double](repeating: 0, count: modes.count), rows: rows)
    }
    for _ in 0..<InnerIteration.limit {
      guard state.value.isFinite,
        let system = try? BlockedSystem(
          structure, observations: observations, scaled: rows.scaled, weights: state.information)
      else { return nil }
      let force = zip(scatter(state.score, rows: rows), state.u).map { $0 - $1 }
      let step = system.solve(force)
      let size = step.reduce(0) { max($0, abs($1)) }
      guard size.isFinite else { return nil }
      if size <= InnerIteration.tolerance { return (state, system, size) }
      let slack = 1e-13 * (1 + abs(state.value))
      var fraction = 1.0
      var next = state
      for _ in 0..<InnerIteration.halvings {
        next = self.state(at: zip(state.u, step).map { $0 + fraction * $1 }, rows: rows)
        if next.value >= state.value - slack { break }
        fraction /= 2
      }
      state = next
    }
    return nil
  }

  private func fillWeights(_ state: State, weight: inout [Double], slope: inout [Double]) {
    let block = 512
    var eta = [Double](repeating: 0, count: block)
    var start = 0
    while start < observations.count {
      let range = start..<min(observations.count, start + block)
      for row in range { eta[row - start] = state.eta[row] }
      kernel.weights(
        eta, totals: observations.totals.span.extracting(range),
        exposures: observations.exposures.span.extracting(range), score: state.score,
        information: state.information, at: start, weight: &weight, slope: &slope)
      start = range.upperBound
    }
  }

  /// The expected system at the modes of given parameters.
  private func settled(
    _ parameters: [Double]
  ) -> (rows: Rows, state: State, weight: [Double], system: BlockedSystem)? {
    let rows = prepare(parameters)
    guard let found = findModes(rows) else { return nil }
    var weight = found.state.information
    var slope = weight
    fillWeights(found.state, weight: &weight, slope: &slope)
    let system =
      kernel.isCanonical
      ? found.system
      : try? BlockedSystem(
        structure, observations: observations, scaled: rows.scaled, weights: weight)
    return system.map { (rows, found.state, weight, $0) }
  }

  func information(_ parameters: [Double]) -> StartingInformation {
    let p = observations.fixedCount
    let factors = observations.terms.factors
    var information = Matrix(rows: p, columns: p)
    var shrinkage = factors.map { [Double](repeating: 1, count: $0.columns) }
    guard let (rows, _, weight, system) = settled(parameters) else {
      return StartingInformation(coefficients: .identity(p), shrinkage: shrinkage)
    }
    var columns: [[Double]] = []
    for j in 0..<p {
      var weighted = weight
      for row in 0..<observations.count {
        weighted[row] *= observations.fixed[row * p + j]
        for k in j..<p {
          information[k, j] += weighted[row] * observations.fixed[row * p + k]
        }
      }
      columns.append(scatter(weighted, rows: rows))
    }
    for j in 0..<p {
      let solved = system.solve(columns[j])
      for k in j..<p { information[k, j] -= dot(solved, columns[k]) }
    }
    information.fillUpperFromLower()
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

  func linearPredictor(_ parameters: [Double]) -> [Double] {
    settled(parameters)?.state.eta ?? []
  }
}
