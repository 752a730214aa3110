internal import Designs
internal import LinearAlgebra
internal import Probability

/// Simulates a trial through the cross-products of its cells and fits the multilevel model to each replicate.
///
/// Every replicate draws covariates, random effects and residuals anew. Of a cell with *m* rows only sums and sums
/// of squares are drawn, which are jointly normal and chi-squared, so a replicate costs what the groups cost.
struct DesignSimulator: Sendable {
  let skeleton: DesignSkeleton
  private let problem: Problem
  /// For each term of the skeleton the factor it stands in, and its column there.
  private let places: [(factor: Int, column: Int)]
  /// For each factor the level of each cell, and its first row of the panel.
  private let levelOfCell: [[Int32]]

  init(_ skeleton: DesignSkeleton) throws(PowerError) {
    self.skeleton = skeleton
    let cells = skeleton.cells
    let terms = skeleton.terms.map { term -> RandomTerm in
      let name = term.level.map { skeleton.design.levels[$0].name } ?? "pair"
      return RandomTerm(
        factor: GroupingFactor(
          name: name, codes: cells.map { Int32(skeleton.unit($0, of: term)) },
          levels: (0..<skeleton.unitCount(of: term)).map(String.init)),
        columns: [term.onTreatment ? 1 : 0])
    }
    let structure = RandomStructure(terms)
    var places: [(factor: Int, column: Int)] = []
    for position in terms.indices {
      for (index, factor) in structure.factors.enumerated() {
        for term in factor.terms where term.position == position {
          places.append((index, term.offset))
        }
      }
    }
    self.places = places
    levelOfCell = structure.factors.map(\.codes)
    problem = try Self.problem(skeleton, structure)
  }

  /// One replicate: the effect's estimate, standard error and degrees of freedom.
  func replicate(
    _ index: Int, effect: Double, seed: Seed
  ) throws(EstimationError) -> SimulatedEstimate {
    let c = problem.order
    var gram = [Double](repeating: 0, count: c * c)
    var panel = [Double](repeating: 0, count: problem.panel.count)
    let effects = zip(skeleton.terms.indices, skeleton.terms).map { position, term in
      draws(skeleton.unitCount(of: term), index, event: UInt32(position), seed)
        .map { term.variance.squareRoot() * $0 }
    }
    let covariates = skeleton.covariates.enumerated().map { position, covariate in
      covariate.level < skeleton.unitCounts.count
        ? draws(
          skeleton.unitCounts[covariate.level], index, event: UInt32(100 + position), seed) : []
    }
    var products = [Double](repeating: 0, count: c * c)
    for (number, cell) in skeleton.cells.enumerated() {
      fill(&products, number, cell, index, effect, effects, covariates, seed)
      for k in gram.indices { gram[k] += products[k] }
      for (factor, layout) in problem.plan.factors.enumerated() {
        let node = layout.firstNode + Int(levelOfCell[factor][number])
        let row = Int(problem.plan.panelRow[node])
        for a in 0..<layout.width {
          let z = value(problem.structure.factors[factor].columns[a], cell)
          // The first row of the cell's products belongs to the constant column.
          for k in 0..<c { panel[(row + a) * c + k] += z * products[k] }
        }
      }
    }
    let old = problem.products
    let simulated = Problem(
      problem,
      products: CrossProducts(
        rowCount: old.rowCount, logWeights: 0, gram: gram, diagonal: old.diagonal,
        fixed: old.fixed, pairs: old.pairs),
      diagonal: problem.diagonal, panel: panel, edges: problem.edges)
    return try SimulatedEstimate(simulated, coefficient: 1)
  }

  /// The products of a cell's [1, treated, covariates, y].
  private func fill(
    _ products: inout [Double], _ number: Int, _ cell: DesignSkeleton.Cell, _ index: Int,
    _ effect: Double, _ effects: [[Double]], _ covariates: [[Double]], _ seed: Seed
  ) {
    let c = problem.order
    let m = Double(cell.rows)
    var stream = RandomStream(
      seed, replicate: UInt32(index), entity: UInt32(number), event: 1_000)
    var mean = effect * cell.treated
    for (position, term) in skeleton.terms.enumerated() {
      mean +=
        effects[position][skeleton.unit(cell, of: term)] * value(term.onTreatment ? 1 : 0, cell)
    }
    // Sums over the cell of each column, and which of them is the rows' own covariate.
    var sums = [Double](repeating: 0, count: c)
    sums[0] = m
    sums[1] = m * cell.treated
    var own: (place: Int, coefficient: Double)?
    for (position, covariate) in skeleton.covariates.enumerated() {
      if covariate.level < skeleton.unitCounts.count {
        let x = covariates[position][cell.units[covariate.level]]
        sums[2 + position] = m * x
        mean += covariate.coefficient * x
      } else {
        own = (2 + position, covariate.coefficient)
      }
    }
    let sigma = skeleton.residualVariance.squareRoot()
    let residual = m.squareRoot() * stream.normal()
    var (x, xx, xe, ee) = (0.0, 0.0, 0.0, residual * residual / m)
    if own != nil {
      x = m.squareRoot() * stream.normal()
      let spread = stream.chiSquared(degreesOfFreedom: cell.rows - 1)
      let along = spread > 0 ? stream.normal() : 0
      xx = x * x / m + spread
      xe = x / m * residual + spread.squareRoot() * along
      ee += along * along + stream.chiSquared(degreesOfFreedom: max(0, cell.rows - 2))
    } else {
      ee += stream.chiSquared(degreesOfFreedom: cell.rows - 1)
    }
    let slope = own?.coefficient ?? 0
    if let own { sums[own.place] = x }
    sums[c - 1] = m * mean + slope * x + sigma * residual
    // Columns that are constant within the cell have products sum · sum / m with everything.
    for i in 0..<c { for j in 0..<c { products[i * c + j] = sums[i] * sums[j] / m } }
    let cross = mean * x + slope * xx + sigma * xe
    if let own {
      products[own.place * c + own.place] = xx
      products[own.place * c + c - 1] = cross
      products[(c - 1) * c + own.place] = cross
    }
    products[c * c - 1] =
      m * mean * mean + slope * slope * xx + sigma * sigma * ee
      + 2 * (mean * slope * x + mean * sigma * residual + slope * sigma * xe)
  }

  /// The value of a random column in a cell: 1, or treatment less its share.
  private func value(_ column: Int, _ cell: DesignSkeleton.Cell) -> Double {
    column == 0 ? 1 : cell.treated - skeleton.share
  }

  private func draws(_ count: Int, _ index: Int, event: UInt32, _ seed: Seed) -> [Double] {
    (0..<count).map { unit in
      var stream = RandomStream(
        seed, replicate: UInt32(index), entity: UInt32(unit), event: event)
      return stream.normal()
    }
  }

  /// The plan and what of the products does not change between replicates.
  private static func problem(
    _ skeleton: DesignSkeleton, _ structure: RandomStructure
  ) throws(PowerError) -> Problem {
    let c = skeleton.coefficientCount + 1
    func z(_ factor: RandomStructure.Factor, _ effect: Int, _ cell: DesignSkeleton.Cell) -> Double {
      factor.columns[effect] == 0 ? 1 : cell.treated - skeleton.share
    }
    let diagonal = structure.factors.map { factor -> [Double] in
      let width = factor.width
      var result = [Double](repeating: 0, count: factor.levelCount * width * width)
      for (cell, level) in zip(skeleton.cells, factor.codes) {
        for a in 0..<width {
          for b in 0..<width {
            result[(Int(level) * width + a) * width + b] +=
              Double(cell.rows) * z(factor, a, cell) * z(factor, b, cell)
          }
        }
      }
      return result
    }
    var pairs: [CrossProducts.Pair] = []
    for finer in structure.factors.indices {
      for coarser in structure.factors.indices.dropFirst(finer + 1) {
        let (a, b) = (structure.factors[finer], structure.factors[coarser])
        var values = [Double](repeating: 0, count: a.levelCount * a.width * b.width)
        for (cell, level) in zip(skeleton.cells, a.codes) {
          for i in 0..<a.width {
            for j in 0..<b.width {
              values[(Int(level) * a.width + i) * b.width + j] +=
                Double(cell.rows) * z(a, i, cell) * z(b, j, cell)
            }
          }
        }
        pairs.append(
          CrossProducts.Pair(
            finer: finer, coarser: coarser, relation: PairRelation(finer: a, coarser: b),
            values: values))
      }
    }
    let products = CrossProducts(
      rowCount: skeleton.rowCount, logWeights: 0, gram: [Double](repeating: 0, count: c * c),
      diagonal: diagonal, fixed: structure.factors.map { _ in [] }, pairs: pairs)
    do throws(EstimationError) {
      return try Problem(structure, products, columns: c)
    } catch { throw .estimation(error) }
  }
}

extension Problem {
  /// A model of the given products, whose columns are neither centred nor scaled.
  init(
    _ structure: RandomStructure, _ products: CrossProducts, columns: Int
  ) throws(EstimationError) {
    let (plan, edges) = try EliminationPlan.make(structure, products)
    self.structure = structure
    standard = Standardization(unchanged: columns, structure)
    self.products = products
    self.plan = plan
    criterion = .reml
    responseName = "outcome"
    diagonal = products.diagonal.flatMap { $0 }
    panel = [Double](repeating: 0, count: plan.effectCount * columns)
    self.edges = edges
  }
}

extension Standardization {
  /// Columns as they are.
  fileprivate init(unchanged columns: Int, _ structure: RandomStructure) {
    fixed = (0..<columns).map { StandardizedColumn(column: $0, centre: 0, scale: 1) }
    intercept = nil
    random = structure.factors.map { factor in
      factor.columns.map { StandardizedColumn(column: $0, centre: 0, scale: 1) }
    }
    transforms = structure.factors.map { factor in
      (0..<factor.width * factor.width).map { $0 % (factor.width + 1) == 0 ? 1 : 0 }
    }
  }
}
