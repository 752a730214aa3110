extension PanelModel {
  /// The statistics of one period that estimation matches, one for each parameter.
  ///
  /// They are cross-lagged: those of a relation take it at the end and other relations and behaviours at the start,
  /// those of a behaviour take it at the end and the first relation at the start. A creation term looks at ties that were made, an
  /// endowment term, with a minus, at ties that were ended. Rates go with the amount of change, terms of a rate with
  /// the change of each actor's ties times its value at the start. Snijders, Steglich &
  /// Schweinberger (2007).
  public func statistics(
    from start: PanelState, to end: PanelState, period: Int, periods: Int
  ) -> [Double] {
    let layout = ParameterLayout(self, periods: periods)
    var result = [Double](repeating: 0, count: layout.count)
    for (r, relation) in relations.enumerated() {
      let (before, after) = (start[r], end[r])
      let changes = after.distance(to: before)
      result[layout.rate(r, period: period)] = Double(relation.isDirected ? changes : 2 * changes)
      for (k, term) in relation.terms.enumerated() {
        result[layout.term(k, of: r)] = term.statistic(
          of: r, from: start, to: end, period: period)
      }
      if !relation.rateTerms.isEmpty {
        let changed = after.changes(from: before)
        for (k, term) in relation.rateTerms.enumerated() {
          result[layout.rateTerm(k, of: r)] = changed.indices.reduce(0) {
            $0 + term.effect.value(before, actor: $1) * Double(changed[$1])
          }
        }
      }
    }
    for (b, behaviour) in behaviours.enumerated() {
      let (before, after) = (start.behaviours[b], end.behaviours[b])
      result[layout.rate(layout.behaviour(b), period: period)] = zip(before, after).reduce(0) {
        $0 + abs($1.1 - $1.0)
      }
      for (k, term) in behaviour.terms.enumerated() {
        var sum = 0.0
        for ego in after.indices {
          sum += term.effect.statistic(start.network, after, ego: ego, own: after[ego])
        }
        result[layout.term(k, of: layout.behaviour(b))] = sum
      }
    }
    return result
  }

  /// The names of all parameters, with the period of rates, from one.
  func parameterNames(periods: Int) -> [(name: String, period: Int?)] {
    var names: [(name: String, period: Int?)] = []
    for (r, relation) in relations.enumerated() {
      let prefix = r == 0 ? "" : "\(relation.name): "
      names += (1...periods).map { ("\(prefix)rate", $0) }
      names += relation.terms.map { (prefix + $0.name, nil) }
      names += relation.rateTerms.map { ("\(prefix)rate: \($0.name)", nil) }
    }
    for behaviour in behaviours {
      names += (1...periods).map { ("\(behaviour.name): rate", $0) }
      names += behaviour.terms.map { ("\(behaviour.name): \($0.name)", nil) }
    }
    return names
  }
}

extension PanelModel.NetworkTerm {
  /// - Parameter relation: the number of the one whose term it is.
  func statistic(
    of relation: Int, from start: PanelState, to end: PanelState, period: Int
  ) -> Double {
    let (before, after) = (start[relation], end[relation])
    switch source {
    case .selection(let behaviour, let function):
      let values = start.behaviours[behaviour]
      return sum(from: before, to: after) { network, ego, alter in
        function.value(values[ego], values[alter])
      }
    case .relation(let other, let function):
      let company = start[other]
      return sum(from: before, to: after) { network, ego, alter in
        function.value(company, ego: ego, alter: alter)
      }
    case .effect(let effects):
      let effect = effects[min(period, effects.count - 1)]
      guard part != .evaluation, let tieSum = effect as? any TieSum else {
        return effect.statistic(of: after)
      }
      return effect.share(directed: after.isDirected)
        * sum(from: before, to: after) { network, ego, alter in
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
