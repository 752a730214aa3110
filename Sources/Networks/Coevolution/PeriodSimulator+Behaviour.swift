internal import Probability

extension PeriodSimulator {
  /// One mini-step of a behaviour: an actor goes down one step, stays, or goes up one.
  func behaviourStep(
    _ behaviour: Int, _ state: inout PanelState, ego: Int, using random: inout RandomStream,
    _ work: inout Workspace
  ) {
    let range = model.behaviours[behaviour].range
    let terms = model.behaviours[behaviour].terms
    let now = state.behaviours[behaviour][ego]
    let (canFall, canRise) = (now - 1 >= range.lowerBound, now + 1 <= range.upperBound)
    // Change statistics of going down and of going up.
    var (down, up) = (0.0, 0.0)
    var changes: [(down: Double, up: Double)] = []
    changes.reserveCapacity(terms.count)
    for (k, term) in terms.enumerated() {
      let here = term.effect.statistic(
        state.network, state.behaviours[behaviour], ego: ego, own: now)
      let below =
        canFall
        ? term.effect.statistic(
          state.network, state.behaviours[behaviour], ego: ego, own: now - 1) - here : 0
      let above =
        canRise
        ? term.effect.statistic(
          state.network, state.behaviours[behaviour], ego: ego, own: now + 1) - here : 0
      changes.append((below, above))
      down += behaviourWeights[behaviour][k] * below
      up += behaviourWeights[behaviour][k] * above
    }
    let falling = canFall ? choiceWeight(down) : 0
    let rising = canRise ? choiceWeight(up) : 0
    let total = falling + 1 + rising
    let place = random.uniform() * total
    let step: Double = place < falling ? -1 : place < falling + 1 ? 0 : 1
    if withScores {
      let first = layout.terms(of: layout.behaviour(behaviour)).lowerBound
      for (k, change) in changes.enumerated() {
        let expected = (falling * change.down + rising * change.up) / total
        let taken = step < 0 ? change.down : step > 0 ? change.up : 0
        work.ties.scores[first + k] += taken - expected
      }
    }
    state.behaviours[behaviour][ego] = now + step
  }
}
