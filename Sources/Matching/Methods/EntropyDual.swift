internal import LinearAlgebra
internal import Probability

/// min over λ of log Σ exp(λ·(x_i − t)): its gradient is by how much the weights w_i ∝ exp(λ·(x_i − t))
/// miss the target t.
struct EntropyDual {
  /// x_i − t.
  private let gaps: [[Double]]
  private let names: [String]

  /// Largest miss that counts as balanced, in standard deviations.
  static let tolerance = 1e-10

  init(rows: [[Double]], target: [Double], names: [String]) {
    gaps = rows.map { row in zip(row, target).map { $0 - $1 } }
    self.names = names
  }

  /// Weights that sum to one.
  ///
  /// - Throws: ``MatchingError/cannotBalance(column:arm:)`` where no positive weights reach the target.
  func solve(arm: Arm) throws(MatchingError) -> [Double] {
    for (k, name) in names.enumerated() {
      let values = gaps.map { $0[k] }
      // A mean of positive weights lies strictly inside the range, or nothing varies.
      let isInside =
        values.contains { $0 < 0 } && values.contains { $0 > 0 }
        || values.allSatisfy { abs($0) <= Self.tolerance }
      if !isInside { throw .cannotBalance(column: name, arm: arm) }
    }
    var multipliers = [Double](repeating: 0, count: names.count)
    var state = evaluate(multipliers)
    var stepsAfter = 0
    for _ in 0..<200 {
      // Two more steps than needed leave only rounding.
      if state.miss <= Self.tolerance {
        stepsAfter += 1
        if stepsAfter > 2 { break }
      }
      guard let direction = newtonDirection(state) else { break }
      var length = 1.0
      var next = evaluate(zip(multipliers, direction).map { $0 - length * $1 })
      while !(next.value <= state.value + 1e-14 * abs(state.value)), length > 1e-8 {
        length /= 2
        next = evaluate(zip(multipliers, direction).map { $0 - length * $1 })
      }
      if stepsAfter > 0, next.miss > state.miss { break }
      multipliers = zip(multipliers, direction).map { $0 - length * $1 }
      state = next
    }
    guard state.miss <= Self.tolerance else {
      let worst = state.gradient.indices.max {
        abs(state.gradient[$0]) < abs(state.gradient[$1])
      }
      throw .cannotBalance(column: worst.map { names[$0] } ?? "", arm: arm)
    }
    return state.weights
  }

  private struct State {
    let value: Double
    let weights: [Double]
    let gradient: [Double]
    /// The largest absolute entry of the gradient.
    let miss: Double
  }

  private func evaluate(_ multipliers: [Double]) -> State {
    let exponents = gaps.map { gap in
      var sum = 0.0
      for k in gap.indices { sum += multipliers[k] * gap[k] }
      return sum
    }
    let largest = exponents.max() ?? 0
    let raw = exponents.map { PortableMath.exp($0 - largest) }
    let total = raw.reduce(0, +)
    let weights = raw.map { $0 / total }
    var gradient = [Double](repeating: 0, count: names.count)
    for (weight, gap) in zip(weights, gaps) {
      for k in gap.indices { gradient[k] += weight * gap[k] }
    }
    return State(
      value: largest + PortableMath.log(total), weights: weights, gradient: gradient,
      miss: gradient.map(abs).max() ?? 0)
  }

  /// Hessian⁻¹ × gradient; a little is added to the diagonal, so that covariates that depend on others do no
  /// harm.
  private func newtonDirection(_ state: State) -> [Double]? {
    let p = names.count
    guard p > 0 else { return nil }
    var hessian = Matrix(rows: p, columns: p, repeating: 0)
    for (weight, gap) in zip(state.weights, gaps) {
      for j in 0..<p { for i in j..<p { hessian[i, j] += weight * gap[i] * gap[j] } }
    }
    for j in 0..<p {
      for i in j..<p { hessian[i, j] -= state.gradient[i] * state.gradient[j] }
    }
    let largest = (0..<p).map { hessian[$0, $0] }.max() ?? 0
    for j in 0..<p { hessian[j, j] += 1e-10 * largest }
    do throws(FactorizationError) {
      return try Cholesky(hessian).solve(state.gradient)
    } catch { return nil }
  }
}
