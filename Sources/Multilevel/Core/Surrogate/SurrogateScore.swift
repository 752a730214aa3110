internal import LinearAlgebra
internal import Probability

/// The slope of the profiled criterion in log variance ratios η = log λ², computed without any factorisation:
/// the mixed-model equations are solved by conjugate gradients, and the two traces that would need an
/// inverse are averages over fixed vectors of signs.
///
/// With *S* the reduced system, tr *M*⁻¹ over its own nodes is the mean of *zᵀS*⁻¹*z*, and over the eliminated
/// levels Σ 1/m + the mean of (*M₁₂z*)ᵀ*M₁₁*⁻²(*M₁₂S*⁻¹*z*). The signs never change, so that the difference
/// from the exact slope at one point is, but for a part that goes with the distance, the difference at
/// another: an exact evaluation now and then turns these slopes into exact ones.
///
/// Hutchinson (1990), doi:10.1080/03610919008812866.
struct SurrogateScore {
  private let problem: Problem
  private let system: ReducedSystem
  /// *ZᵀG* with signs in the columns that are left, by bundles of eight, node after node.
  private let sides: [ReducedSystem.Bundle]
  private let columnCount: Int
  /// Solutions of the last evaluation, where the next one starts.
  private var solutions: [ReducedSystem.Bundle]
  private(set) var evaluations = 0

  private static let tolerance = 1e-10
  private static let limit = 400
  /// The least number of sign vectors.
  static let probes = 12

  /// What one evaluation costs at most, in additions and multiplications.
  static func operations(_ problem: Problem) -> Double {
    let cells = problem.products.pairs.reduce(problem.plan.nodeCount) { sum, pair in
      switch pair.relation {
      case .nested(let parents): sum + parents.count
      case .crossed(let cells): sum + cells.targets.count
      }
    }
    return 4 * Double(cells) * Double(columns(problem)) * 30
  }

  private static func columns(_ problem: Problem) -> Int { (problem.order + probes + 7) / 8 * 8 }

  init(_ problem: Problem) {
    self.problem = problem
    system = ReducedSystem(problem)
    let (c, nodes) = (problem.order, problem.plan.nodeCount)
    columnCount = Self.columns(problem)
    var sides = [ReducedSystem.Bundle](
      repeating: ReducedSystem.Bundle(repeating: .zero, count: nodes), count: columnCount / 8)
    for node in 0..<nodes {
      for k in 0..<c { sides[k / 8][node][k % 8] = problem.panel[node * c + k] }
    }
    for k in c..<columnCount {
      var signs = RandomStream(Seed(0)["signs of stochastic traces"], entity: UInt32(k - c))
      for node in system.eliminatedCount..<nodes {
        sides[k / 8][node][k % 8] = signs.next() & 1 == 0 ? 1 : -1
      }
    }
    self.sides = sides
    let zero = ReducedSystem.Bundle(repeating: .zero, count: system.keptCount)
    solutions = [ReducedSystem.Bundle](repeating: zero, count: sides.count)
  }

  /// The slope at η; `nil` where the equations are too ill-conditioned or rounding wins.
  mutating func slope(_ eta: [Double]) -> [Double]? {
    evaluations += 1
    let lambda = eta.map { PortableMath.exp($0 / 2) }
    let scaled = system.scaled(lambda)
    let (eliminated, kept) = (system.eliminatedCount, system.keptCount)
    var modes: [ReducedSystem.Bundle] = []
    for index in sides.indices {
      let bundle = sides[index]
      let side = bundle.span
      var right = scaled.reduced(
        eliminated: side.extracting(0..<eliminated),
        kept: side.extracting(eliminated..<eliminated + kept))
      for k in 0..<8 where index * 8 + k >= problem.order {
        for node in 0..<kept { right[node][k] = side[eliminated + node][k] }
      }
      guard
        scaled.solve(right, &solutions[index], tolerance: Self.tolerance, limit: Self.limit)
      else { return nil }
      modes.append(eliminatedModes(index, scaled))
    }
    return slope(lambda, scaled, modes)
  }

  /// Scores *Z_vᵀV⁻¹G* of the eliminated levels; in the columns of signs λ Σ cell · λ · *x* / pivot.
  private func eliminatedModes(
    _ index: Int, _ scaled: ReducedSystem.Scaled
  ) -> ReducedSystem.Bundle {
    let (bundle, found) = (sides[index], solutions[index])
    let (side, solution) = (bundle.span, found.span)
    var result = ReducedSystem.Bundle()
    result.reserveCapacity(system.eliminatedCount)
    for level in 0..<system.eliminatedCount {
      result.append((side[level] - scaled.row(level, times: solution)) / scaled.pivot(level))
    }
    return result
  }

  private func slope(
    _ lambda: [Double], _ scaled: ReducedSystem.Scaled, _ eliminated: [ReducedSystem.Bundle]
  ) -> [Double]? {
    let (c, p, count) = (problem.order, problem.coefficientCount, lambda.count)
    var scores: [[Double]] = []
    var products = problem.products.gram
    var inverse: [Double] = []
    for (factor, layout) in problem.plan.factors.enumerated() {
      let sums = sums(factor, layout, lambda[factor], eliminated)
      scores.append(sums.scores)
      inverse.append(sums.trace)
      let variance = lambda[factor] * lambda[factor]
      for k in products.indices { products[k] -= variance * sums.products[k] }
    }
    inverse[0] += eliminatedTrace(scaled, eliminated, lambda[0])
    var matrix = Matrix(rows: c, columns: c, elements: products)
    matrix = 0.5 * (matrix + matrix.transposed)
    let indices = Array(0..<p)
    guard let fixed = try? Cholesky(matrix.selecting(rows: indices, columns: indices)) else {
      return nil
    }
    let right = indices.map { matrix[$0, p] }
    let coefficients = fixed.solve(right)
    let residual = matrix[p, p] - dot(coefficients, right)
    guard residual > 0 else { return nil }
    let value = CriterionValue(
      criterion: 0, products: matrix, inverse: fixed.inverse, coefficients: coefficients,
      residual: residual)
    let weight = problem.scoreWeight(value, residualWeight: problem.degrees / residual)
    return (0..<count).map { index in
      Double(problem.plan.factors[index].levelCount) - inverse[index]
        - lambda[index] * lambda[index] * problem.contract(scores[index], weight, 1)[0]
    }
  }

  /// Sums over the levels of one factor: of outer products of the scores *U*/λ, of those with *Z_vᵀG*, and the
  /// trace of its part of *S*⁻¹.
  private func sums(
    _ factor: Int, _ layout: EliminationPlan.FactorLayout, _ lambda: Double,
    _ eliminated: [ReducedSystem.Bundle]
  ) -> (scores: [Double], products: [Double], trace: Double) {
    let c = problem.order
    let isEliminated = layout.firstNode < system.eliminatedCount
    let shift = isEliminated ? 0 : system.eliminatedCount
    let found = isEliminated ? eliminated : solutions
    let scale = isEliminated ? 1 : 1 / lambda
    var scores = [Double](repeating: 0, count: c * c)
    var products = scores
    var traces = [SIMD8<Double>](repeating: .zero, count: sides.count)
    var row = [Double](repeating: 0, count: sides.count * 8)
    let panel = problem.panel.span
    for index in sides.indices where !isEliminated {
      let (side, solution) = (sides[index], found[index])
      for node in layout.nodes { traces[index] += side[node] * solution[node - shift] }
    }
    for node in layout.nodes {
      for index in 0..<(c + 7) / 8 {
        let own = scale * found[index][node - shift]
        for k in 0..<8 { row[index * 8 + k] = own[k] }
      }
      for i in 0..<c {
        let (left, side) = (row[i], panel[node * c + i])
        for j in 0..<c {
          scores[i * c + j] += left * row[j]
          products[i * c + j] += side * row[j]
        }
      }
    }
    var trace = 0.0
    for k in c..<columnCount { trace += traces[k / 8][k % 8] }
    return (scores, products, trace / Double(columnCount - c))
  }

  /// Σ 1/pivot + the mean over the signs of Σ (*f z*)(*f S*⁻¹*z*)/pivot².
  private func eliminatedTrace(
    _ scaled: ReducedSystem.Scaled, _ eliminated: [ReducedSystem.Bundle], _ lambda: Double
  ) -> Double {
    let first = problem.order / 8
    var sum = 0.0
    for level in 0..<system.eliminatedCount { sum += 1 / scaled.pivot(level) }
    var traces = SIMD8<Double>()
    for index in first..<sides.count {
      // In columns of signs the eliminated part of the right side is zero, so the mode is −f x / (λ pivot).
      let bundle = sides[index]
      let signs = bundle.span.extracting(
        system.eliminatedCount..<system.factorOfNode.count)
      var own = SIMD8<Double>()
      for level in 0..<system.eliminatedCount {
        own -=
          (scaled.row(level, times: signs) * eliminated[index][level]) / scaled.pivot(level)
      }
      for k in 0..<8 where index * 8 + k >= problem.order { traces[k % 8] += own[k] }
    }
    return sum + lambda * lambda * traces.sum() / Double(columnCount - problem.order)
  }
}
