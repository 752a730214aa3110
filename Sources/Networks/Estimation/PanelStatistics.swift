extension PanelModel {
  /// The statistics of one period that estimation matches, one for each parameter.
  ///
  /// They are cross-lagged: those of the network take it at the end and behaviours at the start, those of a
  /// behaviour take it at the end and the network at the start. A creation term looks at ties that were made, an
  /// endowment term, with a minus, at ties that were ended. Rates go with the amount of change, terms of a rate with
  /// the change of each actor's ties times its value at the start. Snijders, Steglich &
  /// Schweinberger (2007).
  public func statistics(
    from start: PanelState, to end: PanelState, period: Int, periods: Int
  ) -> [Double] {
    let layout = ParameterLayout(self, periods: periods)
    var result = [Double](repeating: 0, count: layout.count)
    let changes = end.network.distance(to: start.network)
    result[layout.rate(0, period: period)] = Double(isDirected ? changes : 2 * changes)
    for (k, term) in terms.enumerated() {
      result[layout.term(k, of: 0)] = term.statistic(from: start, to: end, period: period)
    }
    if !rateTerms.isEmpty {
      let changed = end.network.changes(from: start.network)
      for (k, term) in rateTerms.enumerated() {
        result[layout.rateTerm(k)] = changed.indices.reduce(0) {
          $0 + term.effect.value(start.network, actor: $1) * Double(changed[$1])
        }
      }
    }
    for (b, behaviour) in behaviours.enumerated() {
      let (before, after) = (start.behaviours[b], end.behaviours[b])
      result[layout.rate(b + 1, period: period)] = zip(before, after).reduce(0) {
        $0 + abs($1.1 - $1.0)
      }
      for (k, term) in behaviour.terms.enumerated() {
        var sum = 0.0
        for ego in after.indices {
          sum += term.effect.statistic(start.network, after, ego: ego, own: after[ego])
        }
        result[layout.term(k, of: b + 1)] = sum
      }
    }
    return result
  }

  /// The names of all parameters, with the period of rates, from one.
  func parameterNames(periods: Int) -> [(name: String, period: Int?)] {
    var names: [(name: String, period: Int?)] = []
    names += (1...periods).map { ("rate", $0) }
    names += terms.map { ($0.name, nil) }
    names += rateTerms.map { ("rate: \($0.name)", nil) }
    for behaviour in behaviours {
      names += (1...periods).map { ("\(behaviour.name): rate", $0) }
      names += behaviour.terms.map { ("\(behaviour.name): \($0.name)", nil) }
    }
    return names
  }
}

extension PanelModel.NetworkTerm {
  func statistic(from start: PanelState, to end: PanelState, period: Int) -> Double {
    switch source {
    case .selection(let behaviour, let function):
      let values = start.behaviours[behaviour]
      return sum(from: start.network, to: end.network) { network, ego, alter in
        function.value(values[ego], values[alter])
      }
    case .effect(let effects):
      let effect = effects[min(period, effects.count - 1)]
      guard part != .evaluation, let tieSum = effect as? any TieSum else {
        return effect.statistic(of: end.network)
      }
      return effect.share(directed: end.network.isDirected)
        * sum(from: start.network, to: end.network) { network, ego, alter in
          tieSum.contribution(network, ego: ego, alter: alter)
        }
    }
  }

  private func sum(
    from start: Network, to end: Network,
    _ contribution: (_ network: Network, _ ego: Int, _ alter: Int) -> Double
  ) -> Double {
    var sum = 0.0
    switch part {
    case .evaluation:
      for ego in 0..<end.actorCount {
        for k in 0..<end.degree(ego) {
          sum += contribution(end, ego, Int(end.partner(k, of: ego)))
        }
      }
    case .creation: end.forEachTie(notIn: start) { sum += contribution(end, $0, $1) }
    case .endowment: start.forEachTie(notIn: end) { sum -= contribution(start, $0, $1) }
    }
    return sum
  }
}
