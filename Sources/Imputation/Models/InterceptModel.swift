internal import Probability

/// A regression with a random intercept of the group, and draws from its posterior:
///
/// *y_ij* = *x_ijᵀβ* + *u_j* + *e_ij*, *u_j* ~ N(0, λσ²), *e_ij* ~ N(0, σ²).
///
/// The prior is flat for *β* and log σ, and uniform for the intraclass correlation ρ = λ/(1 + λ), which
/// leaves a proper posterior for any two groups (Spiegelhalter 2001, *Statistics in Medicine* 20, 435–452).
/// With *β*, σ and *u* integrated out, the posterior of ρ is a function of one number that costs what the
/// groups cost; it is laid on a grid and ρ drawn from it, then σ, *β* and *u* from their exact conditional
/// distributions. A draw is therefore independent of the one before: no inner chain has to converge, which a
/// Gibbs sampler of the same model (`2l.pan`; Schafer & Yucel 2002, doi:10.1198/106186002760180608) needs.
///
/// Without groups λ = 0 and the same steps are the ordinary Bayesian regression.
struct InterceptModel: Sendable {
  /// Units × columns, row after row, standardised over the units that count; the first column is 1.
  private let values: [Double]
  let order: Int
  /// The units that count.
  private let units: [Int32]
  private let groups: GroupCodes?
  /// *XᵀX*, with the prior's precision on its diagonal.
  private let cross: [Double]
  /// Sums of the columns by group, group after group.
  private let sums: [Double]
  /// Units that count, by group.
  private let sizes: [Double]

  /// - Parameters:
  ///   - columns: one value a unit, without an intercept; those that depend on earlier ones are left out.
  ///   - units: the units whose response counts.
  ///   - priorPrecision: of each standardised coefficient but the intercept; zero for a flat prior.
  init(
    columns: [[Double]], unitCount: Int, units: [Int32], groups: GroupCodes?,
    priorPrecision: Double = 0
  ) {
    let standard = columns.map { Self.standardised($0, over: units) }
    let kept = IndependentColumns(standard.compactMap(\.self), units: units).columns
    let order = kept.count + 1
    var values = [Double](repeating: 1, count: unitCount * order)
    for (c, column) in kept.enumerated() {
      for unit in 0..<unitCount { values[unit * order + c + 1] = column[unit] }
    }
    var cross = [Double](repeating: 0, count: order * order)
    var sums = [Double](repeating: 0, count: (groups?.count ?? 0) * order)
    var sizes = [Double](repeating: 0, count: groups?.count ?? 0)
    for unit in units {
      let start = Int(unit) * order
      for i in 0..<order {
        for j in 0...i { cross[i * order + j] += values[start + i] * values[start + j] }
      }
      if let groups {
        let group = Int(groups.codes[Int(unit)])
        sizes[group] += 1
        for i in 0..<order { sums[group * order + i] += values[start + i] }
      }
    }
    for i in 1..<max(order, 2) where i < order { cross[i * order + i] += priorPrecision }
    for i in 0..<order { for j in 0..<i { cross[j * order + i] = cross[i * order + j] } }
    self.values = values
    self.order = order
    self.units = units
    self.groups = groups
    self.cross = cross
    self.sums = sums
    self.sizes = sizes
  }

  /// The column with mean 0 and standard deviation 1 over `units`; `nil` where it does not vary there.
  static func standardised(_ column: [Double], over units: [Int32]) -> [Double]? {
    var sum = 0.0
    for unit in units { sum += column[Int(unit)] }
    let mean = sum / Double(units.count)
    var square = 0.0
    for unit in units {
      let difference = column[Int(unit)] - mean
      square += difference * difference
    }
    let deviation = (square / Double(units.count)).squareRoot()
    guard deviation > 1e-10 * max(abs(mean), 1e-290) else { return nil }
    return column.map { ($0 - mean) / deviation }
  }

  /// What a draw consists of.
  struct Draw: Sendable {
    let sigma: Double
    /// *xᵀβ* + *u* of every unit at the drawn parameters.
    let predictor: [Double]
    /// The same at the posterior means given the drawn λ, for matching.
    let expected: [Double]
    /// The intraclass correlation ρ.
    let correlation: Double
  }

  /// One draw from the posterior given a response.
  ///
  /// - Parameters:
  ///   - response: one value a unit; those that do not count are not read.
  ///   - sigma: the residual standard deviation where it is known, as in a latent regression.
  /// - Returns: `nil` where the units cannot carry the regression.
  func draw(_ response: [Double], sigma known: Double?, _ random: inout RandomStream) -> Draw? {
    let products = Products(self, response)
    guard Double(units.count) > Double(order) || known != nil else { return nil }
    var work = Evaluation(order: order)
    let lambda = drawRatio(products, known, &work, &random)
    guard evaluate(lambda, products, &work) else { return nil }
    let freedom = Double(units.count - order)
    let sigma =
      known ?? (max(work.residual, 0) / random.chiSquared(degreesOfFreedom: freedom)).squareRoot()
    let noise = (0..<order).map { _ in random.normal() }
    let step = work.cholesky.backward(noise)
    let coefficients = (0..<order).map { work.estimate[$0] + sigma * step[$0] }
    var (drawn, mean): ([Double], [Double]) = ([], [])
    if groups != nil {
      for group in sizes.indices {
        let weight = lambda / (1 + lambda * sizes[group])
        var (fitted, expected) = (0.0, 0.0)
        for i in 0..<order {
          fitted += sums[group * order + i] * coefficients[i]
          expected += sums[group * order + i] * work.estimate[i]
        }
        let deviation = sigma * weight.squareRoot()
        drawn.append(weight * (products.sums[group] - fitted) + deviation * random.normal())
        mean.append(weight * (products.sums[group] - expected))
      }
    }
    return Draw(
      sigma: sigma, predictor: predictor(coefficients, drawn),
      expected: predictor(work.estimate, mean), correlation: lambda / (1 + lambda))
  }

  private func predictor(_ coefficients: [Double], _ intercepts: [Double]) -> [Double] {
    let count = values.count / order
    var result = [Double](repeating: 0, count: count)
    for unit in 0..<count {
      var sum = groups.map { intercepts[Int($0.codes[unit])] } ?? 0
      for i in 0..<order { sum += values[unit * order + i] * coefficients[i] }
      result[unit] = sum
    }
    return result
  }
}

// MARK: The posterior of the intraclass correlation

extension InterceptModel {
  /// What a response adds to the cross-products.
  private struct Products {
    var cross: [Double]
    var square = 0.0
    var sums: [Double]

    init(_ model: InterceptModel, _ response: [Double]) {
      cross = [Double](repeating: 0, count: model.order)
      sums = [Double](repeating: 0, count: model.sizes.count)
      for unit in model.units {
        let y = response[Int(unit)]
        square += y * y
        for i in 0..<model.order {
          cross[i] += model.values[Int(unit) * model.order + i] * y
        }
        if let groups = model.groups { sums[Int(groups.codes[Int(unit)])] += y }
      }
    }
  }

  /// The regression at one λ.
  private struct Evaluation {
    var matrix: [Double]
    var vector: [Double]
    var cholesky: SmallCholesky
    var estimate: [Double] = []
    var residual = 0.0
    /// Σ log(1 + λ n_j).
    var logGroups = 0.0

    init(order: Int) {
      matrix = [Double](repeating: 0, count: order * order)
      vector = [Double](repeating: 0, count: order)
      cholesky = SmallCholesky(order: order)
    }
  }

  /// Generalised least squares at λ, by what the random intercepts take away from the cross-products.
  private func evaluate(_ lambda: Double, _ products: Products, _ work: inout Evaluation) -> Bool {
    for k in cross.indices { work.matrix[k] = cross[k] }
    for k in 0..<order { work.vector[k] = products.cross[k] }
    var square = products.square
    work.logGroups = 0
    if lambda > 0 {
      var product = 1.0
      for group in sizes.indices where sizes[group] > 0 {
        let weight = lambda / (1 + lambda * sizes[group])
        let start = group * order
        for i in 0..<order {
          let scaled = weight * sums[start + i]
          for j in 0...i { work.matrix[i * order + j] -= scaled * sums[start + j] }
          work.vector[i] -= scaled * products.sums[group]
        }
        square -= weight * products.sums[group] * products.sums[group]
        product *= 1 + lambda * sizes[group]
        if product > 1e200 {
          work.logGroups += naturalLog(product)
          product = 1
        }
      }
      work.logGroups += naturalLog(product)
    }
    guard work.cholesky.factor(work.matrix) else { return false }
    let half = work.cholesky.forward(work.vector)
    work.residual = half.reduce(square) { $0 - $1 * $1 }
    work.estimate = work.cholesky.backward(half)
    return true
  }

  /// The log posterior density of x = √ρ, up to a constant; −∞ where there is none.
  private func logDensity(
    _ x: Double, _ products: Products, _ known: Double?, _ work: inout Evaluation
  ) -> Double {
    let lambda = x * x / (1 - x * x)
    guard evaluate(lambda, products, &work), work.residual > 0 else { return -.infinity }
    let fit =
      known.map { work.residual / ($0 * $0) }
      ?? Double(units.count - order) * naturalLog(work.residual)
    return naturalLog(x) - (work.logGroups + work.cholesky.logDeterminant + fit) / 2
  }

  /// Draws λ: a grid in √ρ, twice drawn in to where the density lies, then one of its cells by its weight.
  private func drawRatio(
    _ products: Products, _ known: Double?, _ work: inout Evaluation, _ random: inout RandomStream
  ) -> Double {
    guard groups != nil else { return 0 }
    var (low, high) = (0.0, 1.0)
    var weights: [Double] = []
    for count in [24, 24, 48] {
      let width = (high - low) / Double(count)
      let logs = (0..<count).map {
        logDensity(low + (Double($0) + 0.5) * width, products, known, &work)
      }
      guard let most = logs.max(), most > -.infinity else { return 0 }
      weights = logs.map { exponential($0 - most) }
      guard count == 24, let first = weights.firstIndex(where: { $0 > 1e-9 }),
        let last = weights.lastIndex(where: { $0 > 1e-9 })
      else { break }
      let start = low
      low = max(0, start + Double(first - 1) * width)
      high = min(1, start + Double(last + 2) * width)
    }
    let width = (high - low) / Double(weights.count)
    var rest = random.uniform() * weights.reduce(0, +)
    var x = high - width / 2
    for (cell, weight) in weights.enumerated() {
      guard rest >= weight else {
        x = low + (Double(cell) + rest / weight) * width
        break
      }
      rest -= weight
    }
    return x * x / (1 - x * x)
  }
}
