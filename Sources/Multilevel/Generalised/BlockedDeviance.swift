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
  private(set) var structure: BlockedStructure
  /// u, in the order of the structure's effects.
  private(set) var modes: [Double]

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
  struct State {
    var u: [Double]
    var eta: [Double]
    var score: [Double]
    var information: [Double]
    /// Σ l − uᵀu/2
    var value: Double
  }

  struct Rows {
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

  /// ΛᵀZᵀ v
  func scatter(_ v: [Double], rows: Rows) -> [Double] {
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

  func prepare(_ parameters: [Double]) -> Rows {
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

  /// The expected system at the modes of given parameters.
  func settled(
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
}
