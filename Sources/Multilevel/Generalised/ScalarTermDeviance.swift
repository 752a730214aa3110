internal import LinearAlgebra

/// One random effect a group: Laplace, or adaptive Gauss–Hermite quadrature at any number of points.
///
/// Groups are independent given (θ, b), so each is finished in turn while its rows are in the cache. With
/// the mode u of f(u) = Σ l(η) − u²/2, D = 1 + θ² Σ w z² there and s = D^−½,
///
///   L = s Σ_q w_q exp(f(u + s x_q) + x_q²/2),
///
/// which at one point is Laplace's approximation (Pinheiro & Bates 1995, doi:10.1080/10618600.1995.10474663).
/// The gradient is exact: it follows the mode and the spread as they move with the parameters.
struct ScalarTermDeviance: MarginalDeviance {
  private(set) var observations: GeneralisedObservations
  private(set) var kernel: ResponseKernel
  /// What of the log likelihood depends on neither θ nor b.
  private var constant: Double
  let rule: GaussHermiteRule
  /// u of each group.
  private var modes: [Double]

  init(_ observations: GeneralisedObservations, kernel: ResponseKernel, points: Int) {
    self.observations = observations
    self.kernel = kernel
    constant = observations.logConstant(kernel)
    rule = GaussHermiteRule(points: points)
    modes = [Double](repeating: 0, count: observations.terms.factors[0].levelCount)
  }

  /// The same model at the same modes with another number of points.
  init(_ other: ScalarTermDeviance, points: Int) {
    observations = other.observations
    kernel = other.kernel
    constant = other.constant
    rule = GaussHermiteRule(points: points)
    modes = other.modes
  }

  func replacing(_ observations: GeneralisedObservations) -> ScalarTermDeviance {
    var result = self
    result.observations = observations
    result.constant = 0
    return result
  }

  mutating func evaluate(_ parameters: [Double]) -> DevianceEvaluation {
    let observations = self.observations
    let p = observations.fixedCount
    var gradient = [Double](repeating: 0, count: parameters.count)
    kernel.follow(parameters[(1 + p)...])
    var cutpoints = CutpointSlopes(kernel, size: observations.largestGroup)
    var logLikelihood = constant
    var innerStep = 0.0
    var workspace = ScalarGroup(size: observations.largestGroup, points: rule.nodes.count)
    var modes = self.modes
    let fixed = observations.fixed.span
    for group in 0..<modes.count {
      let rows = observations.starts[group]..<observations.starts[group + 1]
      let totals = observations.totals.span.extracting(rows)
      let exposures = observations.exposures.span.extracting(rows)
      prepare(&workspace, rows: rows, parameters: parameters)
      let mode = workspace.findMode(
        from: modes[group], size: rows.count, kernel: kernel, totals: totals, exposures: exposures)
      guard mode.value.isFinite else {
        return DevianceEvaluation(value: .infinity, gradient: gradient, innerStep: .infinity)
      }
      let integral = workspace.integrate(
        mode, z: observations.random.span.extracting(rows), lambda: parameters[0],
        kernel: kernel, rule: rule, totals: totals, exposures: exposures)
      modes[group] = mode.u
      innerStep = max(innerStep, abs(mode.step))
      logLikelihood += integral.logLikelihood
      gradient[0] += integral.thetaSlope
      Self.addProducts(
        &gradient, slope: workspace.slope, fixed: fixed, from: rows.lowerBound, size: rows.count,
        columns: p)
      cutpoints?.add(
        workspace, mode: mode, integral: integral, rule: rule, categories: totals,
        weights: exposures)
    }
    if let cutpoints { gradient.replaceSubrange((1 + p)..., with: cutpoints.gapGradient) }
    self.modes = modes
    let value = -2 * logLikelihood
    return DevianceEvaluation(
      value: value.isNaN ? .infinity : value, gradient: gradient, innerStep: innerStep)
  }

  func information(_ parameters: [Double]) -> StartingInformation {
    let p = observations.fixedCount
    var products = [Double](repeating: 0, count: p * p)
    var shrinkage = 0.0
    var coupling = [Double](repeating: 0, count: p)
    visitModes(parameters) { workspace, rows, _, spread in
      Self.addInformation(
        &products, coupling: &coupling, workspace, fixed: observations.fixed.span, rows: rows,
        spread: spread)
      let share = 1 - 1 / spread
      shrinkage += share * share
    }
    var information = Matrix(rows: p, columns: p, elements: products)
    information.fillUpperFromLower()
    if let all = CumulativeInformation(observations, kernel, eta: linearPredictor(parameters)) {
      information = all.inGaps
    }
    return StartingInformation(coefficients: information, shrinkage: [[shrinkage]])
  }

  func conditionalModes(_ parameters: [Double]) -> [FactorModes] {
    var modes: [Double] = []
    var variances: [Double] = []
    let lambda = parameters[0]
    visitModes(parameters) { _, _, u, spread in
      modes.append(lambda * u)
      variances.append(lambda * lambda / spread)
    }
    return [FactorModes(modes: modes, covariances: variances)]
  }

  func conditionalErrors(
    _ parameters: [Double], draws: Range<Int>, noise: (_ draw: Int, _ effect: Int) -> Double
  ) -> [[[Double]]] {
    let levels = observations.terms.factors[0].levels.count
    let errors = conditionalModes(parameters)[0].covariances.map { $0.squareRoot() }
    return draws.map { draw in [(0..<levels).map { errors[$0] * noise(draw, $0) }] }
  }

  func linearPredictor(_ parameters: [Double]) -> [Double] {
    var eta: [Double] = []
    eta.reserveCapacity(observations.count)
    visitModes(parameters) { workspace, rows, u, _ in
      for i in 0..<rows.count { eta.append(workspace.base[i] + workspace.scaled[i] * u) }
    }
    return eta
  }

  /// Each group at its mode, in order, with the expected weights in the workspace.
  func visitModes(
    _ parameters: [Double],
    _ body: (borrowing ScalarGroup, Range<Int>, _ u: Double, _ spread: Double) -> Void
  ) {
    var workspace = ScalarGroup(size: observations.largestGroup, points: 1)
    let laplace = GaussHermiteRule(points: 1)
    for group in modes.indices {
      let rows = observations.starts[group]..<observations.starts[group + 1]
      let totals = observations.totals.span.extracting(rows)
      let exposures = observations.exposures.span.extracting(rows)
      prepare(&workspace, rows: rows, parameters: parameters)
      let mode = workspace.findMode(
        from: modes[group], size: rows.count, kernel: kernel, totals: totals, exposures: exposures)
      let integral = workspace.integrate(
        mode, z: observations.random.span.extracting(rows), lambda: parameters[0], kernel: kernel,
        rule: laplace, totals: totals, exposures: exposures)
      body(workspace, rows, mode.u, integral.spread)
    }
  }

  private func prepare(
    _ workspace: inout ScalarGroup, rows: Range<Int>, parameters: [Double]
  ) {
    Self.fill(
      &workspace.base, &workspace.scaled, observations: observations, rows: rows,
      parameters: parameters)
  }

  // The loops over rows, on spans.

  private static func fill(
    _ base: inout [Double], _ scaled: inout [Double], observations: GeneralisedObservations,
    rows: Range<Int>, parameters: [Double]
  ) {
    var base = base.mutableSpan
    var scaled = scaled.mutableSpan
    let fixed = observations.fixed.span
    let z = observations.random.span
    let offset = observations.offset.span
    let p = observations.fixedCount
    let coefficients = parameters.span.extracting(1..<1 + p)
    let lambda = parameters[0]
    var position = rows.lowerBound * p
    for i in 0..<rows.count {
      var sum = offset[rows.lowerBound + i]
      for j in 0..<p { sum += fixed[position + j] * coefficients[j] }
      position += p
      base[i] = sum
      scaled[i] = lambda * z[rows.lowerBound + i]
    }
  }

  private static func addProducts(
    _ gradient: inout [Double], slope: [Double], fixed: Span<Double>, from first: Int, size: Int,
    columns p: Int
  ) {
    var gradient = gradient.mutableSpan
    let slope = slope.span
    var position = first * p
    for i in 0..<size {
      let value = slope[i]
      for j in 0..<p { gradient[j + 1] += value * fixed[position + j] }
      position += p
    }
  }

  private static func addInformation(
    _ products: inout [Double], coupling: inout [Double], _ workspace: borrowing ScalarGroup,
    fixed: Span<Double>, rows: Range<Int>, spread: Double
  ) {
    var products = products.mutableSpan
    var coupling = coupling.mutableSpan
    let (weight, scaled) = (workspace.weight.span, workspace.scaled.span)
    let p = coupling.count
    for j in 0..<p { coupling[j] = 0 }
    var position = rows.lowerBound * p
    for i in 0..<rows.count {
      for j in 0..<p {
        let value = weight[i] * fixed[position + j]
        coupling[j] += scaled[i] * value
        for k in j..<p { products[k + j * p] += value * fixed[position + k] }
      }
      position += p
    }
    for j in 0..<p {
      for k in j..<p { products[k + j * p] -= coupling[j] * coupling[k] / spread }
    }
  }
}
