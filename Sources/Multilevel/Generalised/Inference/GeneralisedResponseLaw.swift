internal import LinearAlgebra
internal import Probability

/// Draws responses from a generalised model: new random effects, then new outcomes given them.
///
/// Rows that were gathered are drawn together, a binomial number for all their trials, so a draw costs what the
/// distinct rows cost. The weights of ordered categories are split among the categories.
struct GeneralisedResponseLaw: Sendable {
  private let observations: GeneralisedObservations
  private let kernel: ResponseKernel
  /// Offset and fixed part of every row.
  private let base: [Double]
  /// Λ of each factor.
  private let lambdas: [[Double]]

  /// - Parameter point: (θ, b, α)
  init(_ observations: GeneralisedObservations, kernel: ResponseKernel, point: [Double]) {
    self.observations = observations
    let (first, p) = (observations.terms.thetaCount, observations.fixedCount)
    var own = kernel
    own.follow(point[(first + p)...])
    self.kernel = own
    var base = observations.offset
    for row in base.indices {
      for j in 0..<p { base[row] += observations.fixed[row * p + j] * point[first + j] }
    }
    self.base = base
    lambdas = observations.terms.factors.map { $0.factor(point) }
  }

  /// The observations with outcomes of replicate `number`.
  func draw(_ number: Int, _ seed: Seed) -> GeneralisedObservations {
    let factors = observations.terms.factors
    var eta = base
    for (f, factor) in factors.enumerated() {
      let k = factor.columns
      let effects = drawEffects(f, factor, number, seed)
      let (total, first) = (observations.randomCount, factor.firstColumn)
      for row in eta.indices {
        let level = Int(observations.codes[f][row])
        guard level < factor.levels.count else { continue }
        for c in 0..<k {
          eta[row] += observations.random[row * total + first + c] * effects[level * k + c]
        }
      }
    }
    if case .cumulative(let kernel) = kernel { return drawCategories(kernel, eta, number, seed) }
    let totals = eta.indices.map { row -> Double in
      var stream = RandomStream(
        seed, replicate: UInt32(number), entity: UInt32(row), event: UInt32(factors.count))
      let exposure = observations.exposures[row]
      let mean = kernel.mean(eta[row])
      switch kernel {
      case .bernoulliLogit: return stream.uniform() < mean ? 1 : 0
      case .logit, .probit, .complementaryLogLog, .cumulative:
        return Double(stream.binomial(trials: Int(exposure), probability: mean))
      case .poisson: return Double(stream.poisson(mean: Self.bounded(exposure * mean)))
      case .negativeBinomial(let size):
        let gamma = 0.5 * stream.chiSquared(degreesOfFreedom: 2 * exposure * size)
        return Double(stream.poisson(mean: Self.bounded(gamma * mean / size)))
      }
    }
    return observations.replacing(totals: totals)
  }

  /// A count beyond any that is found makes a refit fail, and not the program.
  private static func bounded(_ mean: Double) -> Double { mean < 1e11 ? mean : 1e11 }

  /// Λu of every level, levels × columns.
  private func drawEffects(
    _ f: Int, _ factor: RandomFactor, _ number: Int, _ seed: Seed
  ) -> [Double] {
    let k = factor.columns
    var effects = [Double](repeating: 0, count: factor.levels.count * k)
    for level in factor.levels.indices {
      var stream = RandomStream(
        seed, replicate: UInt32(number), entity: UInt32(level), event: UInt32(f))
      for c in 0..<k {
        let z = stream.normal()
        for r in c..<k { effects[level * k + r] += lambdas[f][r + c * k] * z }
      }
    }
    return effects
  }

  private func drawCategories(
    _ kernel: CumulativeKernel, _ eta: [Double], _ number: Int, _ seed: Seed
  ) -> GeneralisedObservations {
    var rows: [Int] = []
    var (totals, exposures): ([Double], [Double]) = ([], [])
    for row in eta.indices {
      var stream = RandomStream(
        seed, replicate: UInt32(number), entity: UInt32(row),
        event: UInt32(observations.terms.factors.count))
      var left = Int(observations.exposures[row])
      var above = 1.0
      for category in 1...kernel.categoryCount where left > 0 {
        let next =
          category < kernel.categoryCount
          ? kernel.probability(above: category, at: eta[row]) : 0
        let share = above > 0 ? min(max(1 - next / above, 0), 1) : 1
        let count =
          category == kernel.categoryCount
          ? left : stream.binomial(trials: left, probability: share)
        above = next
        left -= count
        guard count > 0 else { continue }
        rows.append(row)
        totals.append(Double(category))
        exposures.append(Double(count))
      }
    }
    return observations.replacing(rows: rows, totals: totals, exposures: exposures)
  }
}
