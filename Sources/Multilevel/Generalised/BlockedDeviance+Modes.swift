internal import LinearAlgebra

/// The modes of the random effects, by Newton's method on all of them together.
extension BlockedDeviance {
  private func state(at u: [Double], rows: Rows) -> State {
    var state = State(u: u, eta: rows.base, score: rows.base, information: rows.base, value: 0)
    predict(&state.eta, u: u, rows: rows)
    let block = 512
    var eta = [Double](repeating: 0, count: block)
    for start in stride(from: 0, to: observations.count, by: block) {
      let range = start..<min(observations.count, start + block)
      for row in range { eta[row - start] = state.eta[row] }
      state.value += kernel.score(
        eta, totals: observations.totals.span.extracting(range),
        exposures: observations.exposures.span.extracting(range), at: start, score: &state.score,
        information: &state.information)
    }
    state.value -= 0.5 * dot(u, u)
    if !state.value.isFinite { state.value = -.infinity }
    return state
  }

  private func predict(_ eta: inout [Double], u: [Double], rows: Rows) {
    let total = observations.randomCount
    var eta = eta.mutableSpan
    let (scaled, u, effects) = (rows.scaled.span, u.span, structure.effects.span)
    for row in 0..<eta.count {
      var sum = eta[row]
      for place in row * total..<(row + 1) * total where effects[place] >= 0 {
        sum += scaled[place] * u[Int(effects[place])]
      }
      eta[row] = sum
    }
  }

  /// The modes with M at the observed information there.
  func findModes(_ rows: Rows) -> (state: State, system: BlockedSystem, step: Double)? {
    var state = state(at: modes, rows: rows)
    if !state.value.isFinite {
      state = self.state(at: [Double](repeating: 0, count: modes.count), rows: rows)
    }
    var last = Double.infinity
    for _ in 0..<InnerIteration.limit {
      guard state.value.isFinite,
        let system = try? BlockedSystem(
          structure, observations: observations, scaled: rows.scaled, weights: state.information)
      else { return nil }
      let force = zip(scatter(state.score, rows: rows), state.u).map { $0 - $1 }
      let step = system.solve(force)
      let size = step.reduce(0) { max($0, abs($1)) }
      guard size.isFinite else { return nil }
      if InnerIteration.isDone(size, after: last) { return (state, system, size) }
      last = size
      let slack = 1e-13 * (1 + abs(state.value))
      var fraction = 1.0
      var next = state
      for _ in 0..<InnerIteration.halvings {
        next = self.state(at: zip(state.u, step).map { $0 + fraction * $1 }, rows: rows)
        if next.value >= state.value - slack { break }
        fraction /= 2
      }
      state = next
    }
    return nil
  }

  func fillWeights(_ state: State, weight: inout [Double], slope: inout [Double]) {
    let block = 512
    var eta = [Double](repeating: 0, count: block)
    for start in stride(from: 0, to: observations.count, by: block) {
      let range = start..<min(observations.count, start + block)
      for row in range { eta[row - start] = state.eta[row] }
      kernel.weights(
        eta, totals: observations.totals.span.extracting(range),
        exposures: observations.exposures.span.extracting(range), score: state.score,
        information: state.information, at: start, weight: &weight, slope: &slope)
    }
  }
}
