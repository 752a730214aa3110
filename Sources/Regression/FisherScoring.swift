/// The iterations of a binomial fit: its current coefficients and what follows from them.
struct FisherScoring {
  enum Outcome { case converged, separated }

  let columns: [[Double]]
  let response: [Double]
  let link: BinomialLink
  private(set) var coefficients: [Double]
  private(set) var eta: [Double]
  private(set) var deviance = Double.infinity
  private(set) var iterations = 0

  static let limit = 200
  /// Relative change of the deviance at which a fit has settled.
  static let tolerance = 1e-12

  init(columns: [[Double]], response: [Double], link: BinomialLink) {
    self.columns = columns
    self.response = response
    self.link = link
    coefficients = [Double](repeating: 0, count: columns.count)
    // Each row starts halfway between its own value and one half, as R's `glm` does.
    eta = response.map { link.predictor(($0 + 0.5) / 2) }
  }

  /// Rows whose fitted probability is 0 or 1 to within rounding.
  var boundaryCount: Int {
    eta.count { eta in
      let point = link.derivatives(eta)
      return min(point.mean, point.complement) < 1e-6
    }
  }

  /// (XᵀWX)⁻¹ at the current coefficients, by columns.
  var inverseInformation: [[Double]] { weightedFactor.inverseCrossProduct }

  mutating func maximiseLikelihood() throws(RegressionError) -> Outcome {
    var settled = 0
    while iterations < Self.limit {
      iterations += 1
      let (factor, response) = workingProblem()
      guard factor.rank == columns.count else { return .separated }
      let previous = (coefficients: coefficients, eta: eta, deviance: deviance)
      coefficients = factor.coefficients(fitting: response)
      eta = predictor(coefficients)
      deviance = deviance(at: eta)
      var halvings = 0
      while !(deviance <= previous.deviance * (1 + 1e-10)), halvings < 30,
        previous.deviance.isFinite
      {
        halvings += 1
        for j in coefficients.indices {
          coefficients[j] = (coefficients[j] + previous.coefficients[j]) / 2
        }
        eta = predictor(coefficients)
        deviance = deviance(at: eta)
      }
      if abs(deviance - previous.deviance) <= Self.tolerance * (abs(deviance) + 0.1) {
        var step = 0.0
        for (now, before) in zip(eta, previous.eta) { step = max(step, abs(now - before)) }
        if step > 0.05 { return .separated }
        // The deviance is flat at its least: the coefficients must have settled as well.
        let size = eta.reduce(1) { max($0, abs($1)) }
        settled += 1
        if step < 1e-12 * size || settled == 30 { return .converged }
      }
    }
    return .separated
  }

  /// Solves the adjusted score equations from a start at zero, steps capped at two units of η.
  mutating func solveFirth() throws(RegressionError) {
    coefficients = [Double](repeating: 0, count: columns.count)
    eta = predictor(coefficients)
    for _ in 0..<Self.limit {
      iterations += 1
      let (factor, response) = workingProblem(penalised: true)
      guard factor.rank == columns.count else { break }
      let proposed = factor.coefficients(fitting: response)
      let proposedEta = predictor(proposed)
      var step = 0.0
      for (now, before) in zip(proposedEta, eta) { step = max(step, abs(now - before)) }
      let share = min(1, 2 / step)
      for j in coefficients.indices {
        coefficients[j] += share * (proposed[j] - coefficients[j])
      }
      eta = predictor(coefficients)
      deviance = deviance(at: eta)
      if step < 1e-10 { return }
    }
    throw .notConverged(iterations: iterations)
  }

  private func predictor(_ coefficients: [Double]) -> [Double] {
    var eta = [Double](repeating: 0, count: response.count)
    for (column, value) in zip(columns, coefficients) { add(column, times: value, to: &eta) }
    return eta
  }

  private func deviance(at eta: [Double]) -> Double {
    var sum = 0.0
    for (y, eta) in zip(response, eta) {
      let point = link.derivatives(eta)
      sum -= 2 * logarithm(y == 1 ? point.mean : point.complement)
    }
    return sum
  }

  private var weightedFactor: OrderedQR {
    let roots = eta.map { Self.workingWeight(link.derivatives($0)).squareRoot() }
    return OrderedQR(columns.map { column in zip(column, roots).map { $0 * $1 } })
  }

  /// The factor of W^{1/2}X and W^{1/2}z, z = η + (y − μ)/μ′, with Firth's h μ″/(2wμ′) added where asked.
  private func workingProblem(penalised: Bool = false) -> (OrderedQR, [Double]) {
    let points = eta.map { link.derivatives($0) }
    let weights = points.map(Self.workingWeight)
    let roots = weights.map { $0.squareRoot() }
    let factor = OrderedQR(columns.map { column in zip(column, roots).map { $0 * $1 } })
    let leverages = penalised ? factor.leverages : []
    var working = [Double](repeating: 0, count: eta.count)
    for i in eta.indices where weights[i] > 0 {
      let difference = response[i] == 1 ? points[i].complement : -points[i].mean
      working[i] = eta[i] + difference / points[i].slope
      if penalised { working[i] += leverages[i] * points[i].bend / (2 * weights[i]) }
      working[i] *= roots[i]
    }
    return (factor, working)
  }

  private static func workingWeight(
    _ point: (mean: Double, complement: Double, slope: Double, bend: Double)
  ) -> Double {
    let variance = point.mean * point.complement
    return variance > 0 ? point.slope * point.slope / variance : 0
  }
}
