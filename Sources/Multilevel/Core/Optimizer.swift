internal import LinearAlgebra
internal import Probability

/// One step of the search, kept as data.
public struct OptimizationStep: Sendable, Hashable {
  public let criterion: Double
  public let largestGradient: Double
  /// gᵀH⁻¹g: twice the fall in the criterion that a quadratic model still expects.
  public let decrement: Double
  public let stepLength: Double
}

/// Where the search ended.
struct Optimum: Sendable {
  let theta: [Double]
  let value: CriterionValue
  let gradient: GradientValue
  /// Second derivatives of the profiled criterion.
  let hessian: Matrix
  let decrement: Double
  let trace: [OptimizationStep]
  let evaluations: Int
  /// The numbers of the last evaluation and its gradient, where that was dear enough to keep them.
  var work: Workspace?
}

/// Newton's method on the profiled criterion, unconstrained in θ.
///
/// The criterion is even in each column of λ, so a zero is always stationary: the search ends there only if
/// the curvature is not negative, and otherwise leaves along the eigenvector of the most negative one.
/// Second derivatives are differences of the analytic gradient; between refreshes they are carried on by BFGS updates for as long as the decrement falls tenfold a step.
struct Optimizer {
  let problem: Problem
  let threads: Int
  var work: Workspace
  /// The units of θ: see ``Problem/units``.
  private let units: [Double]
  var evaluations = 0
  var trace: [OptimizationStep] = []

  /// A decrement below `target` is an optimum; the search goes on to `goal` while that costs a step each,
  /// so that second derivatives are taken at the optimum itself.
  static let target = 1e-10
  private static let goal = 1e-15
  /// Where columns are nearly collinear, rounding keeps the decrement above `target`: what is certified as an
  /// optimum, and has not come nearer for some steps, is one.
  private static let certified = 1e-8
  private static let patience = 8
  private static let limit = 200

  init(_ problem: Problem, threads: Int) {
    self.problem = problem
    self.threads = threads
    units = problem.units
    work = Workspace(problem.plan, order: problem.order)
  }

  /// Minimises by whichever search suits the model's size.
  mutating func minimize() throws(EstimationError) -> Optimum {
    if usesSurrogate, let optimum = try correct() { return optimum }
    if usesAverageInformation, let optimum = try climb() { return optimum }
    return try search()
  }

  /// The general search: from the usual start and, if the optimum is singular, once more from inside.
  mutating func search() throws(EstimationError) -> Optimum {
    let first = try minimize(from: start(0.5))
    let edge = problem.structure.parameters.indices.filter {
      problem.structure.parameters[$0].isDiagonal && abs(first.theta[$0]) < 1e-4 * problem.unit
    }
    guard !edge.isEmpty else { return first }
    var inside = first.theta
    for k in edge { inside[k] = 0.3 * problem.unit }
    let second = try minimize(from: inside)
    return second.value.criterion < first.value.criterion - 1e-9 ? second : first
  }

  private func start(_ diagonal: Double) -> [Double] {
    problem.structure.parameters.map { $0.isDiagonal ? diagonal * problem.unit : 0 }
      + [Double](repeating: 0, count: problem.residualParameterCount)
  }

  private mutating func minimize(from start: [Double]) throws(EstimationError) -> Optimum {
    var theta = start
    var (value, gradient) = try evaluate(theta)
    var hessian = try differences(theta, from: gradient)
    var isFresh = true
    var before = Double.infinity
    var (nearest, stalls) = (Double.infinity, 0)
    for _ in 0..<Self.limit {
      let model = try QuadraticModel(hessian, gradient.gradient, units: units)
      trace.append(
        OptimizationStep(
          criterion: value.criterion,
          largestGradient: gradient.gradient.map(abs).max() ?? 0, decrement: model.decrement,
          stepLength: model.length))
      var direction = model.step
      let isSettled =
        model.decrement < Self.goal
        || model.decrement < Self.target && model.decrement > 0.5 * before
      before = model.decrement
      stalls = model.decrement < Self.certified && model.decrement > 0.5 * nearest ? stalls + 1 : 0
      nearest = min(nearest, model.decrement)
      let isStalled = stalls >= Self.patience
      if isSettled || isStalled {
        hessian = try differences(theta, from: nil)
        isFresh = true
        let final = try QuadraticModel(hessian, gradient.gradient, units: units)
        if final.decrement < (isStalled ? Self.certified : Self.target) {
          guard final.isIndefinite else {
            return try polished(theta, value, gradient, hessian, final)
          }
          direction = final.escape
        } else {
          direction = final.step
        }
      }
      guard let (next, nextValue, nextGradient) = try search(theta, value, gradient, direction)
      else {
        hessian = try differences(theta, from: nil)
        let final = try QuadraticModel(hessian, gradient.gradient, units: units)
        if !isFresh, !isSettled {
          isFresh = true
          continue
        }
        // No fall that rounding lets us see: at the optimum if the model says so too.
        guard final.decrement < 1e-6 * max(1, abs(value.criterion) * 1e-6), !final.isIndefinite
        else { throw .noConvergence(decrement: final.decrement, evaluations: evaluations) }
        return try polished(theta, value, gradient, hessian, final)
      }
      let moved = zip(next, theta).map { $0 - $1 }
      let change = zip(nextGradient.gradient, gradient.gradient).map { $0 - $1 }
      (theta, value, gradient) = (next, nextValue, nextGradient)
      if !model.isIndefinite, let updated = updated(hessian, moved, change),
        try QuadraticModel(updated, gradient.gradient, units: units).decrement < 0.1
          * model.decrement
      {
        hessian = updated
        isFresh = false
      } else {
        hessian = try differences(theta, from: gradient)
        isFresh = true
      }
    }
    throw .noConvergence(decrement: trace.last?.decrement ?? .infinity, evaluations: evaluations)
  }

  /// Newton converges quadratically: one or two more steps reach the rounding of the gradient.
  private mutating func polished(
    _ theta: [Double], _ value: CriterionValue, _ gradient: GradientValue, _ hessian: Matrix,
    _ model: QuadraticModel
  ) throws(EstimationError) -> Optimum {
    var (theta, value, gradient, hessian, model) = (theta, value, gradient, hessian, model)
    let isNear = model.decrement < 1e-13
    for _ in 0..<2 where model.decrement > 1e-20 {
      let next = zip(theta, model.step).map { $0 + $1 }
      let (nextValue, nextGradient) = try evaluate(next)
      let nextModel = try QuadraticModel(hessian, nextGradient.gradient, units: units)
      guard nextModel.decrement < model.decrement else { break }
      (theta, value, gradient, model) = (next, nextValue, nextGradient, nextModel)
    }
    if !isNear { hessian = try differences(theta, from: nil) }
    return Optimum(
      theta: theta, value: value, gradient: gradient, hessian: hessian,
      decrement: model.decrement, trace: trace, evaluations: evaluations)
  }

  mutating func evaluate(
    _ theta: [Double]
  ) throws(EstimationError) -> (CriterionValue, GradientValue) {
    evaluations += 1
    let value = try problem.evaluate(theta, &work)
    return (value, problem.gradient(theta, value, &work))
  }

  /// Halves the step until the criterion falls by a part of what the gradient promises.
  private mutating func search(
    _ theta: [Double], _ value: CriterionValue, _ gradient: GradientValue, _ direction: [Double]
  ) throws(EstimationError) -> ([Double], CriterionValue, GradientValue)? {
    let slope = dot(gradient.gradient, direction)
    var scale = 1.0
    let room = 1 + (zip(theta, units).map { abs($0 / $1) }.max() ?? 0)
    let longest = zip(direction, units).map { abs($0 / $1) }.max() ?? 0
    if longest > room { scale = room / longest }
    let rounding = 1e-13 * abs(value.criterion)
    for _ in 0..<30 {
      let next = zip(theta, direction).map { $0 + scale * $1 }
      evaluations += 1
      let trial: CriterionValue
      do throws(EstimationError) { trial = try problem.evaluate(next, &work) } catch {
        if case .noResidualVariance = error { throw error }
        scale *= 0.4
        continue
      }
      if trial.criterion <= value.criterion + 1e-4 * scale * min(0, slope) + rounding,
        trial.criterion < value.criterion || slope < 0
      {
        return (next, trial, problem.gradient(next, trial, &work))
      }
      scale *= 0.4
    }
    return nil
  }

  /// Differences of the gradient: forward ones from the gradient at `theta` where it is given, which is
  /// enough to step by, otherwise central ones. Large problems use all threads.
  mutating func differences(
    _ theta: [Double], from base: GradientValue?
  ) throws(EstimationError) -> Matrix {
    let count = theta.count
    let steps = zip(theta, units).map { (base == nil ? 1e-4 : 1e-6) * max(0.1 * $1, abs($0)) }
    let sides = base == nil ? 2 : 1
    evaluations += sides * count
    let points = (0..<sides * count).map { index in
      var moved = theta
      moved[index / sides] += index % sides == 0 ? steps[index / sides] : -steps[index / sides]
      return moved
    }
    var columns: [[Double]] = []
    if threads > 1, problem.plan.denseCount > 40_000 {
      let problem = problem
      columns = try replicate(points.count, threads: threads) {
        (index) throws(EstimationError) -> [Double] in
        var work = Workspace(problem.plan, order: problem.order)
        let value = try problem.evaluate(points[index], &work)
        return problem.gradient(points[index], value, &work).gradient
      }
    } else {
      for point in points {
        let value = try problem.evaluate(point, &work)
        columns.append(problem.gradient(point, value, &work).gradient)
      }
    }
    var hessian = Matrix(rows: count, columns: count)
    for i in 0..<count {
      for j in 0..<count {
        let slope =
          base.map { (columns[i][j] - $0.gradient[j]) / steps[i] }
          ?? (columns[2 * i][j] - columns[2 * i + 1][j]) / (2 * steps[i])
        hessian[i, j] += slope / 2
        hessian[j, i] += slope / 2
      }
    }
    return hessian
  }

  /// The BFGS update, where the curvature along the step is positive.
  private func updated(_ hessian: Matrix, _ step: [Double], _ change: [Double]) -> Matrix? {
    let curvature = dot(step, change)
    guard curvature > 0 else { return nil }
    let image = hessian * step
    let before = dot(step, image)
    guard before > 0 else { return nil }
    var result = hessian
    for i in step.indices {
      for j in step.indices {
        result[i, j] += change[i] * change[j] / curvature - image[i] * image[j] / before
      }
    }
    return result
  }
}

/// The quadratic model of the criterion at a point, made convex by taking absolute curvatures.
struct QuadraticModel {
  let step: [Double]
  let decrement: Double
  let isIndefinite: Bool
  /// Along the most negative curvature, a short way.
  let escape: [Double]

  /// Of the step, in units of the parameters.
  let length: Double

  /// - Parameter units: of the parameters, in which curvatures are compared.
  init(
    _ hessian: Matrix, _ gradient: [Double], units: [Double]
  ) throws(EstimationError) {
    var hessian = hessian
    for i in units.indices { for j in units.indices { hessian[i, j] *= units[i] * units[j] } }
    let gradient = zip(gradient, units).map { $0 * $1 }
    let eigen: SymmetricEigen
    do throws(FactorizationError) { eigen = try SymmetricEigen(hessian) } catch {
      throw .noConvergence(decrement: .infinity, evaluations: 0)
    }
    let largest = eigen.values.map(abs).max() ?? 0
    let floor = max(1e-9 * largest, 1e-12)
    isIndefinite = (eigen.values.first ?? 0) < -1e-6 * max(1e-3, largest)
    let projected = eigen.vectors.transposedTimes(gradient)
    var step = [Double](repeating: 0, count: gradient.count)
    var decrement = 0.0
    for (k, value) in eigen.values.enumerated() {
      let curvature = max(abs(value), floor)
      decrement += projected[k] * projected[k] / curvature
      for i in step.indices { step[i] -= eigen.vectors[i, k] * projected[k] / curvature }
    }
    length = dot(step, step).squareRoot()
    self.step = zip(step, units).map { $0 * $1 }
    self.decrement = decrement
    let sign = (projected.first ?? 0) > 0 ? -1.0 : 1.0
    escape = gradient.indices.map { 0.1 * sign * units[$0] * eigen.vectors[$0, 0] }
  }
}
