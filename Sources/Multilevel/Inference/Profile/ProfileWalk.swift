internal import LinearAlgebra
internal import Probability

/// Follows the profiled deviance of one number until it has risen by z², each minimum started at the last one.
struct ProfileWalk {
  /// The criterion with the number held at a value.
  let criterion: (Double) -> ProfileCriterion
  /// θ and log σ of the fit, where nothing is held.
  let theta: [Double]
  let logSigma: Double
  let estimate: Double
  let minimum: Double
  /// A first guess of the number's standard error.
  let step: Double
  /// The range of the number. An infinite deviance is expected at an end that is `nil`.
  let lowest: Double?
  let highest: Double?

  /// The values below and above the estimate where the signed root of the rise is ∓z; the end of the range
  /// where the deviance does not rise so far.
  func interval(_ z: Double) throws(EstimationError) -> (low: Double, high: Double) {
    (
      try crossing(z, towards: -1, end: lowest),
      try crossing(z, towards: 1, end: highest)
    )
  }

  private func crossing(
    _ z: Double, towards sign: Double, end: Double?
  ) throws(EstimationError) -> Double {
    var state = State(self)
    if let end {
      if (end - estimate) * sign <= 0 { return end }
      if try state.root(at: end) < z { return end }
      state.restart()
    }
    var (low, lowRoot) = (estimate, 0.0)
    var high = end ?? estimate
    var highRoot = Double.infinity
    var next = estimate + sign * z * step
    for _ in 0..<200 {
      if highRoot.isFinite || end != nil, (next - low) * sign <= 0 || (high - next) * sign <= 0 {
        next = 0.5 * (low + high)
      }
      let root = try state.root(at: next)
      if abs(root - z) < 1e-7 || abs(high - low) < 1e-12 * abs(high) && highRoot.isFinite {
        return next
      }
      if root < z { (low, lowRoot) = (next, root) } else { (high, highRoot) = (next, root) }
      if highRoot.isFinite {
        // The root is nearly linear in the number: secant steps, kept off the ends.
        let share = min(max((z - lowRoot) / (highRoot - lowRoot), 0.02), 0.98)
        next = low + share * (high - low)
      } else {
        let slope = (lowRoot - 0) / (low - estimate)
        let reach = slope != 0 ? (z - lowRoot) / abs(slope) : step
        next =
          low + sign * min(max(1.05 * reach, 0.2 * abs(low - estimate)), 4 * abs(low - estimate))
      }
    }
    throw .noConvergence(decrement: abs(high - low), evaluations: 200)
  }

  /// The last minimum and its second derivatives.
  private struct State {
    let walk: ProfileWalk
    var work: Workspace
    var point: (theta: [Double], logSigma: Double)
    var inverse: Matrix?

    init(_ walk: ProfileWalk) {
      self.walk = walk
      let problem = walk.criterion(walk.estimate).problem
      work = Workspace(problem.plan, order: problem.order)
      point = walk.start
    }

    mutating func restart() {
      point = walk.start
      inverse = nil
    }

    /// √(deviance − minimum) with the number held at `value`.
    mutating func root(at value: Double) throws(EstimationError) -> Double {
      let criterion = walk.criterion(value)
      let start = criterion.reduced(point.theta, logSigma: point.logSigma)
      guard !start.isEmpty else {
        guard let end = criterion(start, &work) else {
          throw .noConvergence(decrement: .infinity, evaluations: 1)
        }
        return max(0, end.value - walk.minimum).squareRoot()
      }
      let first = inverse ?? secondDerivatives(criterion, start)
      var found = QuasiNewton(inverse: first, tolerance: 1e-12)
        .minimize(from: start) { criterion($0, &work) }
      if found == nil || inverse != nil && (found?.value ?? 0) < walk.minimum - 1e-6 {
        let again = criterion.reduced(walk.start.theta, logSigma: walk.start.logSigma)
        found = QuasiNewton(inverse: secondDerivatives(criterion, again), tolerance: 1e-12)
          .minimize(from: again) { criterion($0, &work) }
      }
      guard let found else { throw .noConvergence(decrement: .infinity, evaluations: 0) }
      let (theta, logSigma) = criterion.expanded(found.point)
      point = (theta, logSigma)
      inverse = found.inverse
      return max(0, found.value - walk.minimum).squareRoot()
    }

    /// Differences of the gradient, made positive definite and inverted.
    private mutating func secondDerivatives(
      _ criterion: ProfileCriterion, _ x: [Double]
    ) -> Matrix {
      guard let base = criterion(x, &work) else { return .identity(x.count) }
      var result = Matrix(rows: x.count, columns: x.count)
      for i in x.indices {
        var moved = x
        let step = 1e-5 * max(0.1, abs(x[i]))
        moved[i] += step
        guard let other = criterion(moved, &work) else { return .identity(x.count) }
        for j in x.indices {
          let slope = (other.gradient[j] - base.gradient[j]) / step
          result[i, j] += slope / 2
          result[j, i] += slope / 2
        }
      }
      return result.positiveInverse(floor: 1e-7)
    }
  }

  /// The fit, moved off zeros: there every criterion is stationary whatever the held number asks for.
  private var start: (theta: [Double], logSigma: Double) {
    let problem = criterion(estimate).problem
    let moved = theta.indices.map { k in
      problem.structure.parameters[k].isDiagonal && abs(theta[k]) < 1e-3 ? 0.03 : theta[k]
    }
    return (moved, logSigma)
  }
}
