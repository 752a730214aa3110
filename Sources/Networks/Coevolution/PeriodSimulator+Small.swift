internal import Probability

extension PeriodSimulator {
  /// Room for choices that are drawn from ``SmallWeights``: among at most 64 actors of a directed network, without scores.
  var smallWeights: SmallWeights? {
    guard isDense, !withScores, ties.isDirected, let tables = ties.tables else { return nil }
    return SmallWeights(tables, actors: actorCount)
  }

  /// The same as ``denseRun(_:from:until:using:_:)``, draw by draw.
  func smallRun(
    from start: PanelState, until end: End, using random: inout RandomStream,
    _ known: SmallWeights, _ work: inout Workspace
  ) -> Run {
    var weights = work.small ?? known
    work.small = nil
    weights.reset(to: known)
    let total = rates[0] * Double(actorCount)
    let span = span(until: end, total: total, using: &random)
    var time = span.time
    var (steps, distance, ranAway) = (0, 0, false)
    while distance != span.target, steps < span.limit {
      steps += 1
      if span.target >= 0 { time += random.exponential(rate: total) }
      let ego = random.index(below: actorCount)
      guard let alter = weights.choose(ego: ego, using: &random) else { continue }
      weights.toggle(ego, alter)
      if span.target >= 0 {
        let changed = known.sent[ego] ^ weights.sent[ego]
        distance += changed & (1 << UInt64(alter)) != 0 ? 1 : -1
      }
      if weights.tieCount > ties.mostTies {
        ranAway = true
        break
      }
    }
    if span.target >= 0, distance != span.target { ranAway = true }
    if ranAway, span.target < 0 { time *= Double(steps) / Double(max(1, span.limit)) }
    var state = start
    for ego in 0..<actorCount {
      var changed = known.sent[ego] ^ weights.sent[ego]
      while changed != 0 {
        state.network.toggle(ego, changed.trailingZeroBitCount)
        changed &= changed &- 1
      }
    }
    work.small = weights
    return Run(state: state, time: time, miniSteps: [steps], scores: [], ranAway: ranAway)
  }
}
