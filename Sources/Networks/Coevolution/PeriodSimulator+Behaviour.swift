internal import Probability

extension PeriodSimulator {
  /// One mini-step of a behaviour: an actor goes down one step, stays, or goes up one.
  func behaviourStep(
    _ behaviour: Int, _ state: inout PanelState, ego: Int, using random: inout RandomStream,
    _ work: inout Workspace
  ) {
    let range = model.behaviours[behaviour].range
    let effects = behaviourEffects[behaviour]
    let now = state.behaviours[behaviour][ego]
    let (canFall, canRise) = (now - 1 >= range.lowerBound, now + 1 <= range.upperBound)
    // Change statistics of going down and of going up.
    var (down, up) = (0.0, 0.0)
    for k in effects.indices {
      let effect = effects[k]
      let here = effect.statistic(
        state.network, state.behaviours[behaviour], ego: ego, own: now)
      let below =
        canFall
        ? effect.statistic(
          state.network, state.behaviours[behaviour], ego: ego, own: now - 1) - here : 0
      let above =
        canRise
        ? effect.statistic(
          state.network, state.behaviours[behaviour], ego: ego, own: now + 1) - here : 0
      work.steps[k] = (below, above)
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
      for k in effects.indices {
        let change = work.steps[k]
        let expected = (falling * change.down + rising * change.up) / total
        let taken = step < 0 ? change.down : step > 0 ? change.up : 0
        work.ties.scores[first + k] += taken - expected
      }
    }
    state.behaviours[behaviour][ego] = now + step
    if step != 0 {
      work.ties.levelTables?.move(ego, by: Int(step), in: behaviour)
      for k in others.indices {
        work.others[k].levelTables?.move(ego, by: Int(step), in: behaviour)
      }
    }
  }
}
