internal import LinearAlgebra
internal import Probability

/// Draws from the joint distribution of the errors of all conditional modes, with the uncertainty of the
/// coefficients.
///
/// A response simulated from the model's variances with its random effects *u* known has the same error
/// *u* − *û* as the data's: its covariance is the prediction error covariance of every pair of groups,
/// whatever the structure. The modes of many such responses come from one elimination, as further columns
/// beside *X*; only their cross-products are simulated, so the number of rows does not matter. Variances
/// are held at their estimates.
struct PosteriorErrors: Sendable {
  private let fit: LinearMixedModelFit
  private let columns: CellColumns
  private let lambda: [[Double]]
  /// How many draws one elimination serves.
  let batchSize: Int

  init(_ fit: LinearMixedModelFit) throws(EstimationError) {
    self.fit = fit
    columns = CellColumns(try CellProducts(fit.problem, fit.frame))
    lambda = fit.problem.structure.triangles(fit.standardizedTheta)
    batchSize = fit.problem.plan.denseCount > 1_000_000 ? 200 : 25
  }

  /// The errors of draws `first ..< first + count` in the units of the data: for each factor, draw after draw,
  /// levels × effects row after row.
  func draws(
    _ first: Int, _ count: Int, _ seed: Seed
  ) throws(EstimationError) -> [[Double]] {
    let source = fit.problem
    let plan = source.plan
    let p = source.coefficientCount
    let c = p + count
    var gram = [Double](repeating: 0, count: c * c)
    for i in 0..<p {
      for j in 0..<p { gram[i * c + j] = source.products.gram[i * source.order + j] }
    }
    var panel = [Double](repeating: 0, count: plan.effectCount * c)
    for row in 0..<plan.effectCount {
      for k in 0..<p { panel[row * c + k] = source.panel[row * source.order + k] }
    }
    var truths: [[Double]] = []
    for draw in 0..<count {
      let effects = drawEffects(UInt32(first + draw), seed)
      truths.append(effects)
      addResponse(effects, UInt32(first + draw), seed, column: p + draw, c, &gram, &panel)
    }
    let problem = Problem(source, gram: gram, panel: panel, order: c)
    var work = Workspace(plan, order: c)
    let coefficients: [[Double]]
    do throws(FactorizationError) {
      let products = try problem.eliminate(lambda, &work)
      let indices = Array(0..<p)
      let fixed = try Cholesky(products.selecting(rows: indices, columns: indices))
      coefficients = (0..<count).map { draw in
        fixed.solve((0..<p).map { products[$0, p + draw] })
      }
    } catch {
      throw .noConvergence(decrement: .infinity, evaluations: 0)
    }
    _ = problem.sweepBack(lambda, &work)
    return errors(work, truths, coefficients, c)
  }

  /// *λz* of every level, in units of σ.
  private func drawEffects(_ draw: UInt32, _ seed: Seed) -> [Double] {
    let plan = fit.problem.plan
    var effects = [Double](repeating: 0, count: plan.effectCount)
    for (index, factor) in plan.factors.enumerated() {
      let width = factor.width
      for node in factor.nodes {
        var stream = RandomStream(seed, replicate: draw, entity: UInt32(node), event: 0)
        let row = Int(plan.panelRow[node])
        for column in 0..<width {
          let z = stream.normal()
          for a in column..<width { effects[row + a] += lambda[index][a * width + column] * z }
        }
      }
    }
    return effects
  }

  private func addResponse(
    _ effects: [Double], _ draw: UInt32, _ seed: Seed, column: Int, _ c: Int,
    _ gram: inout [Double], _ panel: inout [Double]
  ) {
    let problem = fit.problem
    let plan = problem.plan
    let cells = columns.cells
    var noise = [Double](repeating: 0, count: columns.width)
    for cell in 0..<cells.cellCount {
      var gamma = [Double](repeating: 0, count: columns.width)
      columns.add(effects: effects, of: cell, plan, to: &gamma)
      var stream = RandomStream(seed, replicate: draw, entity: UInt32(cell), event: 1)
      for k in noise.indices { noise[k] = stream.normal() }
      let (sums, _) = columns.products(cell, gamma, noise)
      for k in 0..<problem.coefficientCount {
        gram[k * c + column] += sums[k]
        gram[column * c + k] += sums[k]
      }
      for (index, factor) in plan.factors.enumerated() {
        let level = Int(cells.levels[cell * plan.factors.count + index])
        guard level >= 0 else { continue }
        let row = Int(plan.panelRow[factor.firstNode + level])
        for (effect, place) in cells.places[index].enumerated() {
          panel[(row + effect) * c + column] += sums[columns.position(place)]
        }
      }
    }
  }

  private func errors(
    _ work: Workspace, _ truths: [[Double]], _ coefficients: [[Double]], _ c: Int
  ) -> [[Double]] {
    let problem = fit.problem
    let (plan, p) = (problem.plan, problem.coefficientCount)
    let unit = problem.standard.response.scale * fit.curvature.sigma
    var result: [[Double]] = []
    for (index, factor) in plan.factors.enumerated() {
      let width = factor.width
      let inverse = inverted(upperBlocks: problem.standard.transforms[index], width: width)
      var values: [Double] = []
      values.reserveCapacity(truths.count * factor.levelCount * width)
      var error = [Double](repeating: 0, count: width)
      for draw in truths.indices {
        for node in factor.nodes {
          let row = Int(plan.panelRow[node])
          for a in 0..<width {
            var mode = work.modes[(row + a) * c + p + draw]
            for k in 0..<p { mode -= work.modes[(row + a) * c + k] * coefficients[draw][k] }
            error[a] = truths[draw][row + a] - mode
          }
          for a in 0..<width {
            var sum = 0.0
            for m in 0..<width { sum += inverse[a * width + m] * error[m] }
            values.append(unit * sum)
          }
        }
      }
      result.append(values)
    }
    return result
  }
}

extension Problem {
  /// The same groups with other columns than *X* and *y*: their products among themselves and with *Z*.
  init(_ other: Problem, gram: [Double], panel: [Double], order: Int) {
    structure = other.structure
    standard = Standardization(
      other.standard, columns: Array(repeating: other.standard.response, count: order))
    products = CrossProducts(
      rowCount: other.products.rowCount, logWeights: other.products.logWeights, gram: gram,
      diagonal: other.products.diagonal, fixed: other.products.fixed, pairs: other.products.pairs)
    plan = other.plan
    criterion = other.criterion
    responseName = other.responseName
    diagonal = other.diagonal
    self.panel = panel
    edges = other.edges
  }
}

extension Standardization {
  fileprivate init(_ other: Standardization, columns: [StandardizedColumn]) {
    fixed = columns
    intercept = nil
    random = other.random
    transforms = other.transforms
  }
}
