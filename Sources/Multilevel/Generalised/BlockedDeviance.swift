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
  private(set) var observations: GeneralisedObservations
  private(set) var kernel: ResponseKernel
  /// What of the log likelihood depends on neither θ nor b.
  private var constant: Double
  private var structure: BlockedStructure
  /// u, in the order of the structure's effects.
  private var modes: [Double]

  init(
    _ observations: GeneralisedObservations, kernel: ResponseKernel
  ) throws(GeneralisedModelError) {
    self.observations = observations
    self.kernel = kernel
    constant = observations.logConstant(kernel)
    structure = try BlockedStructure(observations)
    modes = [Double](repeating: 0, count: structure.effectCount)
  }

  func replacing(_ observations: GeneralisedObservations) -> BlockedDeviance {
    var result = self
    // Ordered categories have other rows, whose effects meet as before.
    if !observations.categories.isEmpty, let other = try? BlockedStructure(observations) {
      result.structure = other
    }
    result.observations = observations
    result.constant = 0
    return result
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
    kernel.follow(parameters[(observations.terms.thetaCount + observations.fixedCount)...])
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
    let value = -2 * (state.value + constant) + expected.logDeterminant
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

  /// ΛᵀZᵀ v
  private func scatter(_ v: [Double], rows: Rows) -> [Double] {
    let total = observations.randomCount
    var result = [Double](repeating: 0, count: structure.effectCount)
    var sums = result.mutableSpan
    let (scaled, v, effects) = (rows.scaled.span, v.span, structure.effects.span)
    for row in 0..<v.count {
      for place in row * total..<(row + 1) * total where effects[place] >= 0 {
        sums[Int(effects[place])] += scaled[place] * v[row]
      }
    }
    return result
  }

  private func prepare(_ parameters: [Double]) -> Rows {
    let terms = observations.terms
    let total = observations.randomCount
    let lambdas = terms.factors.map { $0.factor(parameters) }
    // Λ of all columns of a row together: block diagonal over the factors.
    var all = [Double](repeating: 0, count: total * total)
    for (f, factor) in terms.factors.enumerated() {
      for c in 0..<factor.columns {
        for r in c..<factor.columns {
          all[factor.firstColumn + r + (factor.firstColumn + c) * total] =
            lambdas[f][r + c * factor.columns]
        }
      }
    }
    var base = observations.offset
    var scaled = [Double](repeating: 0, count: observations.count * total)
    let coefficients = parameters[terms.thetaCount..<terms.thetaCount + observations.fixedCount]
    fill(&base, &scaled, lambda: all, coefficients: Array(coefficients))
    return Rows(factors: lambdas, base: base, scaled: scaled)
  }

  private func fill(
    _ base: inout [Double], _ scaled: inout [Double], lambda: [Double], coefficients: [Double]
  ) {
    var base = base.mutableSpan
    var scaled = scaled.mutableSpan
    let (fixed, z) = (observations.fixed.span, observations.random.span)
    let (lambda, b) = (lambda.span, coefficients.span)
    let total = observations.randomCount
    for row in 0..<base.count {
      var sum = base[row]
      for j in 0..<b.count { sum += fixed[row * b.count + j] * b[j] }
      base[row] = sum
      for c in 0..<total {
        var value = 0.0
        for r in c..<total { value += lambda[r + c * total] * z[row * total + r] }
        scaled[row * total + c] = value
      }
    }
  }

  private func state(at u: [Double], rows: Rows) -> State {
    var state = State(u: u, eta: rows.base, score: rows.base, information: rows.base, value: 0)
    predict(&state.eta, u: u, rows: rows)
    let block = 512
    var eta = [Double](repeating: 0, count: block)
    for start in stride(from: 0, to: observations.count, by: block) {
      let range = start..<min(observations.count, start + block)
      for row in range { eta[row - start] = state.eta[row] }
      state.value += kernel.score(
        eta, totals: observations.totals.span.extracting(range),
        exposures: observations.exposures.span.extracting(range), at: start, score: &state.score,
        information: &state.information)
    }
    state.value -= 0.5 * dot(u, u)
    if !state.value.isFinite { state.value = -.infinity }
    return state
  }

  private func predict(_ eta: inout [Double], u: [Double], rows: Rows) {
    let total = observations.randomCount
    var eta = eta.mutableSpan
    let (scaled, u, effects) = (rows.scaled.span, u.span, structure.effects.span)
    for row in 0..<eta.count {
      var sum = eta[row]
      for place in row * total..<(row + 1) * total where effects[place] >= 0 {
        sum += scaled[place] * u[Int(effects[place])]
      }
      eta[row] = sum
    }
  }

  /// The modes with M at the observed information there.
  private func findModes(_ rows: Rows) -> (state: State, system: BlockedSystem, step: Double)? {
    var state = state(at: modes, rows: rows)
    if !state.value.isFinite {
      state = self.state(at: [Double](repeating: 0, count: modes.count), rows: rows)
    }
    var last = Double.infinity
    for _ in 0..<InnerIteration.limit {
      guard state.value.isFinite,
        let system = try? BlockedSystem(
          structure, observations: observations, scaled: rows.scaled, weights: state.information)
      else { return nil }
      let force = zip(scatter(state.score, rows: rows), state.u).map { $0 - $1 }
      let step = system.solve(force)
      let size = step.reduce(0) { max($0, abs($1)) }
      guard size.isFinite else { return nil }
      if InnerIteration.isDone(size, after: last) { return (state, system, size) }
      last = size
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
    for start in stride(from: 0, to: observations.count, by: block) {
      let range = start..<min(observations.count, start + block)
      for row in range { eta[row - start] = state.eta[row] }
      kernel.weights(
        eta, totals: observations.totals.span.extracting(range),
        exposures: observations.exposures.span.extracting(range), score: state.score,
        information: state.information, at: start, weight: &weight, slope: &slope)
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
