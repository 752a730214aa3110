internal import LinearAlgebra
public import Probability

extension LinearMixedModelFit {
  /// Simulates responses from this model with another effect, fits the model to each, and tests the effect with
  /// Satterthwaite's degrees of freedom.
  ///
  /// Groups, covariates and variances are those of the fit; random effects and residuals are drawn anew. Only the
  /// response's cross-products are drawn, so a replicate costs what the groups cost.
  ///
  /// - Parameters:
  ///   - coefficient: any but the intercept.
  ///   - effect: its true value, in units of `deviation`.
  ///   - deviation: in units of the data, such as the outcome's standard deviation; 1 for the data's own units.
  /// - Throws: ``PowerError``, with ``EstimationError/unknownCoefficient(_:known:)`` for another name.
  public func simulatedPower(
    of coefficient: String, effect: Double, deviation: Double = 1, significance: Double = 0.05,
    replicates: Int = 1_000,
    seed: Seed, threads: Int = 1
  ) throws(PowerError) -> SimulatedPower {
    let simulator: ResponseSimulator
    let place: Int
    do throws(EstimationError) {
      place = try position(of: coefficient)
      guard place != problem.standard.intercept else {
        throw .unknownCoefficient(
          coefficient, known: coefficientNames.filter { $0 != coefficient })
      }
      simulator = try ResponseSimulator(self)
    } catch { throw .estimation(error) }
    let unit = curvature.back[place, place]
    let near = (theta: standardizedTheta, hessian: curvature.profiled)
    let found = replicate(replicates, threads: threads) { index in
      try? SimulatedEstimate(
        simulator.problem(index, coefficient: place, value: effect * deviation / unit, seed),
        coefficient: place, near: near)
    }
    return try SimulatedPower(
      found, effect: effect, unit: unit / deviation, significance: significance)
  }
}

/// Draws the cross-products of responses of a fitted model.
struct ResponseSimulator: Sendable {
  private let fit: LinearMixedModelFit
  private let columns: CellColumns
  private let lambda: [[Double]]
  private let coefficients: [Double]
  /// Rows that the columns of their cell do not determine.
  private let spare: Int

  init(_ fit: LinearMixedModelFit) throws(EstimationError) {
    self.fit = fit
    columns = CellColumns(try CellProducts(fit.problem, fit.frame))
    lambda = fit.problem.structure.triangles(fit.standardizedTheta)
    var work = Workspace(fit.problem.plan, order: fit.problem.order)
    coefficients = try fit.problem.evaluate(fit.standardizedTheta, &work).coefficients
    spare = fit.rowCount - columns.ranks.reduce(0, +)
  }

  /// The model of one simulated response, in which one standardised coefficient has another value.
  func problem(_ index: Int, coefficient: Int, value: Double, _ seed: Seed) -> Problem {
    let problem = fit.problem
    let plan = problem.plan
    let (c, p) = (problem.order, problem.coefficientCount)
    let sigma = fit.curvature.sigma
    var effects = [Double](repeating: 0, count: plan.effectCount)
    for (factor, layout) in plan.factors.enumerated() {
      let width = layout.width
      for node in layout.nodes {
        var stream = RandomStream(seed, replicate: UInt32(index), entity: UInt32(node), event: 0)
        let row = Int(plan.panelRow[node])
        for column in 0..<width {
          let z = sigma * stream.normal()
          for a in column..<width { effects[row + a] += lambda[factor][a * width + column] * z }
        }
      }
    }
    var fixed = coefficients
    fixed[coefficient] = value
    var gram = problem.products.gram
    var panel = problem.panel
    for k in 0..<c {
      gram[k * c + p] = 0
      gram[p * c + k] = 0
    }
    for row in 0..<plan.effectCount { panel[row * c + p] = 0 }
    var noise = [Double](repeating: 0, count: columns.width)
    for cell in 0..<columns.cells.cellCount {
      var gamma = [Double](repeating: 0, count: columns.width)
      for k in 0..<p { gamma[k] = fixed[k] }
      columns.add(effects: effects, of: cell, plan, to: &gamma)
      var stream = RandomStream(seed, replicate: UInt32(index), entity: UInt32(cell), event: 1)
      for k in noise.indices { noise[k] = sigma * stream.normal() }
      let (sums, square) = columns.products(cell, gamma, noise)
      for k in 0..<p {
        gram[k * c + p] += sums[k]
        gram[p * c + k] += sums[k]
      }
      gram[p * c + p] += square
      for (factor, layout) in plan.factors.enumerated() {
        let level = Int(columns.cells.levels[cell * plan.factors.count + factor])
        guard level >= 0 else { continue }
        let row = Int(plan.panelRow[layout.firstNode + level])
        for (effect, place) in columns.cells.places[factor].enumerated() {
          panel[(row + effect) * c + p] += sums[columns.position(place)]
        }
      }
    }
    var stream = RandomStream(seed, replicate: UInt32(index), event: 2)
    gram[p * c + p] += sigma * sigma * stream.chiSquared(degreesOfFreedom: spare)
    let old = problem.products
    return Problem(
      problem,
      products: CrossProducts(
        rowCount: old.rowCount, logWeights: old.logWeights, gram: gram, diagonal: old.diagonal,
        fixed: old.fixed, pairs: old.pairs),
      diagonal: problem.diagonal, panel: panel, edges: problem.edges)
  }
}
