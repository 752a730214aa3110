internal import LinearAlgebra
internal import Probability

/// The search where a factorisation is dear beside the products of the cell table with some vectors.
///
/// The root of the surrogate's slope is found first, without any factorisation. There the exact slope is
/// evaluated; what it differs by is added to the surrogate, whose root moves a little, and so on. Differences
/// between exact evaluations give what the surrogate's derivatives lack, so that as many of them as there
/// are variances, and the last one at the optimum itself, serve the estimates, their certificate and the
/// second derivatives.
extension Optimizer {
  /// A decrement at which θ has settled to a ten-millionth of its standard error or so.
  private static let close = 1e-13

  /// Whether the surrogate is cheaper than the evaluations that it saves.
  var usesSurrogate: Bool {
    // The surrogate is evaluated some twenty times and saves eight exact evaluations, whose operations are
    // about three times as quick.
    problem.isScalar && problem.residual == nil && problem.plan.operations > 1e8
      && problem.plan.operations > 8 * SurrogateScore.operations(problem)
  }

  /// - Returns: `nil` where a variance goes to zero or the slopes do not settle: the general search must
  ///   decide there.
  mutating func correct() throws(EstimationError) -> Optimum? {
    let count = problem.structure.parameters.count
    guard problem.residual == nil else { return nil }
    var root = SurrogateRoot(problem)
    var exact = ExactSlopes(count)
    guard var eta = root.find(problem.momentRatios.map { PortableMath.log($0) }, exact) else {
      return nil
    }
    guard (try? Cholesky(root.metric)) != nil else { return nil }
    var before = Double.infinity
    for _ in 0..<12 {
      let theta = eta.map { PortableMath.exp($0 / 2) }
      let (value, gradient) = try evaluate(theta)
      let slope = zip(gradient.gradient, theta).map { $0 * $1 / 2 }
      guard let surrogate = root.score.slope(eta) else { return nil }
      exact.add(eta, zip(slope, surrogate).map { $0 - $1 })
      let jacobian = root.jacobian + exact.bias(root.metric).slope
      guard let factor = try? Cholesky(0.5 * (jacobian + jacobian.transposed)) else { return nil }
      let step = factor.solve(slope)
      let decrement = dot(step, slope)
      trace.append(
        OptimizationStep(
          criterion: value.criterion, largestGradient: gradient.gradient.map(abs).max() ?? 0,
          decrement: decrement, stepLength: dot(step, step).squareRoot()))
      let directions = exact.directions(from: eta, root.metric)
      let isGood =
        decrement < Self.close || decrement < Self.target && exact.count > count + 3
      if isGood, directions.count == count {
        guard let own = root.centralJacobian(eta) else { return nil }
        return settled(theta, value, gradient, own + exact.bias(root.metric).slope)
      }
      guard let next = root.find(eta, exact), (try? Cholesky(root.metric)) != nil else {
        return nil
      }
      // As many points beside the optimum as there are variances give all second derivatives.
      let missing = exact.directions(from: next, root.metric)
      if missing.count < count, exact.count <= count || isGood {
        eta = zip(next, exact.offset(beside: missing, root.metric)).map { $0 + $1 }
      } else {
        guard decrement < before || exact.count <= count + 1 else { return nil }
        before = decrement
        eta = next
      }
    }
    return nil
  }

  /// The optimum with its second derivatives in θ; `nil` where they deny it.
  private func settled(
    _ theta: [Double], _ value: CriterionValue, _ gradient: GradientValue, _ curvature: Matrix
  ) -> Optimum? {
    let count = theta.count
    var hessian = Matrix(rows: count, columns: count)
    for i in 0..<count {
      for j in 0..<count {
        hessian[i, j] = 2 * (curvature[i, j] + curvature[j, i]) / (theta[i] * theta[j])
      }
      hessian[i, i] -= gradient.gradient[i] / theta[i]
    }
    guard let factor = try? Cholesky(hessian) else { return nil }
    let decrement = dot(gradient.gradient, factor.solve(gradient.gradient))
    guard decrement < Self.target else { return nil }
    return Optimum(
      theta: theta, value: value, gradient: gradient, hessian: hessian, decrement: decrement,
      trace: trace, evaluations: evaluations, work: work)
  }
}

/// Points where the exact slope is known, with its difference from the surrogate's.
struct ExactSlopes {
  private var points: [(eta: [Double], bias: [Double])] = []
  private let size: Int

  init(_ size: Int) { self.size = size }

  var count: Int { points.count }

  mutating func add(_ eta: [Double], _ bias: [Double]) {
    points.append((eta, bias))
  }

  /// Directions from a point in which second derivatives are known: differences long enough for a
  /// quotient and short enough for the surrogate to follow, orthogonal in the metric and of length one.
  fileprivate func directions(from eta: [Double], _ metric: Matrix) -> [[Double]] {
    chosen(from: eta, metric, longest: 0.05).map(\.unit)
  }

  /// As many of the latest points as stand well apart.
  private func chosen(
    from eta: [Double], _ metric: Matrix, longest: Double
  ) -> [(point: Int, unit: [Double])] {
    var result: [(point: Int, unit: [Double])] = []
    for index in points.indices.reversed() where result.count < size {
      let difference = zip(points[index].eta, eta).map { $0 - $1 }
      let length = dot(difference, metric * difference).squareRoot()
      guard length > 1e-4, length < longest else { continue }
      let rest = orthogonal(difference, result.map(\.unit), metric)
      let left = dot(rest, metric * rest).squareRoot()
      if left > 0.2 * length { result.append((index, rest.map { $0 / left })) }
    }
    return result
  }

  private func orthogonal(_ vector: [Double], _ units: [[Double]], _ metric: Matrix) -> [Double] {
    var rest = vector
    for unit in units {
      let share = dot(unit, metric * rest)
      for k in rest.indices { rest[k] -= share * unit[k] }
    }
    return rest
  }

  /// A hundredth of a standard error or so in the direction farthest from those given.
  fileprivate func offset(beside units: [[Double]], _ metric: Matrix) -> [Double] {
    var best: (length: Double, vector: [Double]) = (-1, [])
    for k in 0..<size {
      let unit = (0..<size).map { $0 == k ? 1 / metric[k, k].squareRoot() : 0 }
      let rest = orthogonal(unit, units, metric)
      let length = dot(rest, metric * rest).squareRoot()
      if length > best.length { best = (length, rest) }
    }
    return best.vector.map { 0.01 * $0 / best.length }
  }

  /// The bias at the last point and its derivative, as far as the points tell.
  fileprivate func bias(
    _ metric: Matrix
  ) -> (eta: [Double], value: [Double], slope: Matrix) {
    var slope = Matrix(rows: size, columns: size)
    guard let last = points.last else {
      let zero = [Double](repeating: 0, count: size)
      return (zero, zero, slope)
    }
    // The least change E with E dₖ = rₖ: directions are orthogonalised in the order in which they were
    // chosen, and what they bring is added one by one.
    for (index, unit) in chosen(from: last.eta, metric, longest: .infinity) {
      let difference = zip(points[index].eta, last.eta).map { $0 - $1 }
      let change = zip(points[index].bias, last.bias).map { $0 - $1 }
      let known = slope * difference
      let dual = metric * unit
      let length = dot(dual, difference)
      for i in 0..<size {
        for j in 0..<size { slope[i, j] += (change[i] - known[i]) * dual[j] / length }
      }
    }
    return (last.eta, last.bias, slope)
  }

  /// What is to be added to the surrogate's slope.
  fileprivate func correction(_ metric: Matrix) -> (_ eta: [Double]) -> [Double] {
    let (origin, value, slope) = bias(metric)
    return { eta in
      zip(value, slope * zip(eta, origin).map { $0 - $1 }).map { $0 + $1 }
    }
  }
}

/// Finds where the corrected surrogate's slope is zero, and keeps its derivatives from search to search.
struct SurrogateRoot {
  var score: SurrogateScore
  private(set) var jacobian: Matrix
  private var isKnown = false
  private let size: Int

  /// A ratio of variances below this is left to the general search.
  private let least: Double
  private let ones: [Double]

  init(_ problem: Problem) {
    score = SurrogateScore(problem)
    size = problem.structure.parameters.count
    jacobian = .identity(size)
    least = -13.8 + 2 * PortableMath.log(problem.unit)
    ones = [Double](repeating: 1, count: size)
  }

  /// The symmetric part of the derivatives: lengths in it are in standard errors times √2.
  var metric: Matrix { 0.5 * (jacobian + jacobian.transposed) }

  /// Newton's method, with derivatives by differences where they are not known or no longer serve, and by
  /// Broyden's update otherwise.
  ///
  /// Broyden (1965), doi:10.1090/S0025-5718-1965-0198670-6.
  mutating func find(_ start: [Double], _ exact: ExactSlopes) -> [Double]? {
    var eta = start
    let correction = exact.correction(metric)
    guard var own = score.slope(eta) else { return nil }
    if !isKnown, !refresh(eta, own) { return nil }
    let bias = exact.bias(metric).slope
    var growths = 0
    for _ in 0..<40 {
      let slope = zip(own, correction(eta)).map { $0 + $1 }
      guard let model = try? QuadraticModel(symmetric(jacobian + bias), slope, units: ones) else {
        return nil
      }
      guard model.decrement.isFinite else { return nil }
      if model.decrement < 1e-17 { return eta }
      let longest = model.step.map(abs).max() ?? 0
      let scale = min(1, 1 / longest)
      let next = zip(eta, model.step).map { $0 + scale * $1 }
      guard next.allSatisfy({ $0 > least && $0 < least + 34 }), let moved = score.slope(next) else {
        return nil
      }
      let total = zip(moved, correction(next)).map { $0 + $1 }
      let after =
        (try? QuadraticModel(symmetric(jacobian + bias), total, units: ones))?.decrement
        ?? .infinity
      if after < 1e-17 || after < 0.5 * model.decrement && model.decrement < 1e-14 { return next }
      update(zip(next, eta).map { $0 - $1 }, zip(moved, own).map { $0 - $1 })
      (eta, own) = (next, moved)
      if after > 0.05 * model.decrement {
        // At the rounding of the equations nothing falls any more.
        if model.decrement < 1e-13 { return eta }
        if after > model.decrement { growths += 1 }
        guard growths < 5, refresh(eta, own) else { return nil }
      }
    }
    return nil
  }

  private func symmetric(_ a: Matrix) -> Matrix { 0.5 * (a + a.transposed) }

  private mutating func refresh(_ eta: [Double], _ base: [Double]) -> Bool {
    for k in 0..<size {
      var moved = eta
      moved[k] += 1e-3
      guard let slope = score.slope(moved) else { return false }
      for i in 0..<size { jacobian[i, k] = (slope[i] - base[i]) / 1e-3 }
    }
    isKnown = true
    return true
  }

  /// Derivatives by central differences.
  mutating func centralJacobian(_ eta: [Double]) -> Matrix? {
    var result = Matrix(rows: size, columns: size)
    for k in 0..<size {
      var (above, below) = (eta, eta)
      above[k] += 1e-3
      below[k] -= 1e-3
      guard let upper = score.slope(above), let lower = score.slope(below) else { return nil }
      for i in 0..<size { result[i, k] = (upper[i] - lower[i]) / 2e-3 }
    }
    return result
  }

  private mutating func update(_ step: [Double], _ change: [Double]) {
    let known = jacobian * step
    let length = dot(step, step)
    // The change along a shorter step is not known well enough.
    guard length > 1e-10 else { return }
    for i in 0..<size {
      for j in 0..<size { jacobian[i, j] += (change[i] - known[i]) * step[j] / length }
    }
  }
}
