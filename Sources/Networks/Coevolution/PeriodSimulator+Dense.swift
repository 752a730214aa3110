package import Probability

extension PeriodSimulator {
  /// Whether choices are drawn from ``DenseWeights``: only ties change, all at one rate, and nothing keeps any of them
  /// from changing.
  var isDense: Bool {
    guard let tables = ties.tables, tables.ownTerms.isEmpty else { return false }
    return actorCount <= DenseWeights.mostActors(withScores: withScores)
      && others.isEmpty && model.behaviours.isEmpty && ties.rateTerms.isEmpty
      && ties.maximumDegree == nil && ties.constraints.isNone
  }

  /// The same as a run of any model, for few actors.
  ///
  /// Where time is limited the number of mini-steps is drawn at once: opportunities come in a Poisson process.
  func denseRun(
    _ tables: ChoiceTables, from start: PanelState, until end: End,
    using random: inout RandomStream,
    _ work: inout Workspace
  ) -> Run {
    var state = start
    for k in work.ties.scores.indices { work.ties.scores[k] = 0 }
    var dense: DenseWeights
    if let known = work.denseStart, known.network == start.network, let room = work.dense {
      dense = room
      work.dense = nil
      dense.reset(to: known.weights)
    } else {
      dense = DenseWeights(start.network, tables, extent: ties.extent)
      work.denseStart = Workspace.DenseStart(network: start.network, weights: dense)
    }
    let total = rates[0] * Double(actorCount)
    let span = span(until: end, total: total, using: &random)
    let (limit, target) = (span.limit, span.target)
    var time = span.time
    var (steps, distance, ranAway) = (0, 0, false)
    while distance != target, steps < limit {
      steps += 1
      if target >= 0 { time += random.exponential(rate: total) }
      let ego = random.index(below: actorCount)
      let choice = dense.choose(ego: ego, using: &random)
      if withScores {
        dense.score(ego: ego, alter: choice.alter, total: choice.total, to: &work.ties.scores)
      }
      guard let alter = ties.settle(choice.alter, &state, ego: ego, using: &random, &work.ties)
      else {
        continue
      }
      dense.toggled(ego, alter, in: state.network)
      if target >= 0 {
        let differs = state.network.hasTie(ego, alter) != start.network.hasTie(ego, alter)
        distance += differs ? 1 : -1
      }
      if state.network.tieCount > ties.mostTies {
        ranAway = true
        break
      }
    }
    if target >= 0, distance != target { ranAway = true }
    if ranAway, target < 0 { time *= Double(steps) / Double(max(1, limit)) }
    if withScores {
      work.ties.scores[layout.rate(0, period: period)] = (Double(steps) - total * time) / rates[0]
    }
    work.dense = dense
    return Run(
      state: state, time: time, miniSteps: [steps], scores: withScores ? work.ties.scores : [],
      ranAway: ranAway)
  }

  /// How long a run goes on: its time, the most mini-steps, and the distance that it aims at, −1 for none.
  func span(
    until end: End, total: Double, using random: inout RandomStream
  ) -> (time: Double, limit: Int, target: Int) {
    switch end {
    case .time(let years): (years, random.poisson(mean: total * years), -1)
    case .distance(let distance): (0, mostSteps, distance)
    }
  }
}

extension PeriodConstraints {
  /// Whether everything can change and everyone takes part.
  fileprivate var isNone: Bool {
    fixed.allSatisfy(\.isEmpty) && present == nil && arriving.isEmpty && changes.isEmpty
  }
}

extension PeriodSimulator {
  /// How far weights that are kept up to date over some mini-steps are from weights computed anew, at most, relative to
  /// them; `nil` where they are not kept.
  package func drift(
    from start: PanelState, steps: Int, using random: inout RandomStream
  ) -> Double? {
    guard let tables = ties.tables, isDense else { return nil }
    var work = Workspace(self)
    var state = start
    var dense = DenseWeights(start.network, tables, extent: ties.extent)
    for _ in 0..<steps {
      let ego = random.index(below: actorCount)
      let choice = dense.choose(ego: ego, using: &random)
      if let alter = ties.settle(choice.alter, &state, ego: ego, using: &random, &work.ties) {
        dense.toggled(ego, alter, in: state.network)
      }
    }
    return dense.difference(from: DenseWeights(state.network, tables, extent: ties.extent))
  }
}
