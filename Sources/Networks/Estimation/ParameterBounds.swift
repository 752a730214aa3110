internal import Probability

/// How far estimation lets parameters go: beyond, an effect decides every choice it touches, so that the statistics
/// hardly change any more, and more opportunities than these leave no trace of the wave before.
struct ParameterBounds: Sendable {
  /// The largest magnitude of each parameter.
  let limits: [Double]
  /// What one unit of log odds of a typical choice is in each parameter; of a rate, one opportunity.
  let units: [Double]
  /// Simulated networks with more ties than this have nothing to do with the observed ones; one for each relation.
  let mostTies: [Int]

  init(_ model: PanelModel, _ panel: Panel) {
    let layout = ParameterLayout(model, periods: panel.periods)
    let count = panel.actorCount
    var limits = [Double](repeating: .infinity, count: layout.count)
    var units = [Double](repeating: 1, count: layout.count)
    let reach = 10 + PortableMath.log(Double(max(1, count)))
    func set(_ parameter: Int, typical change: Double) {
      units[parameter] = change > 0 ? 1 / change : 1
      limits[parameter] = reach * units[parameter]
    }
    for period in 0..<panel.periods {
      let (before, after) = (panel.waves[period], panel.waves[period + 1])
      for (r, relation) in model.relations.enumerated() {
        let distance = Double(after[r].distance(to: before[r]))
        limits[layout.rate(r, period: period)] =
          relation.meets
          ? max(10, 20 * (distance / Double(max(1, count * (count - 1)))).squareRoot())
          : max(30, 20 * distance / Double(max(1, count)))
      }
      for b in model.behaviours.indices {
        limits[layout.rate(layout.behaviour(b), period: period)] = 60
      }
    }
    // Some egos are enough to know what is typical.
    let egos = stride(from: 0, to: count, by: max(1, count / 100))
    let state = panel.waves[0]
    for (r, relation) in model.relations.enumerated() {
      for (k, term) in relation.terms.enumerated() {
        var (sum, found) = (0.0, 0)
        for ego in egos {
          for change in term.changes(state, of: r, ego: ego) where change != 0 {
            sum += abs(change)
            found += 1
          }
        }
        set(layout.term(k, of: r), typical: found > 0 ? sum / Double(found) : 1)
      }
      for (k, term) in relation.rateTerms.enumerated() {
        let values = egos.map { abs(term.effect.value(state[r], actor: $0)) }
        let mean = values.reduce(0, +) / Double(max(1, values.count))
        set(layout.rateTerm(k, of: r), typical: mean)
      }
    }
    for (b, behaviour) in model.behaviours.enumerated() {
      for (k, term) in behaviour.terms.enumerated() {
        let values = state.behaviours[b]
        let changes = egos.map { ego in
          abs(
            term.effect.statistic(state.network, values, ego: ego, own: values[ego] + 1)
              - term.effect.statistic(state.network, values, ego: ego, own: values[ego]))
        }.filter { $0 > 0 }
        let mean = changes.reduce(0, +) / Double(max(1, changes.count))
        set(layout.term(k, of: layout.behaviour(b)), typical: mean)
      }
    }
    self.limits = limits
    self.units = units
    mostTies = model.relations.indices.map { r in
      let most = panel.waves.map { $0[r].tieCount }.max() ?? 0
      return 4 * most + (model.relations[r].isDirected ? 2 : 1) * count
    }
  }

  func clamped(_ value: Double, of parameter: Int) -> Double {
    max(-limits[parameter], min(limits[parameter], value))
  }

  /// How much of its way to the limit a parameter has gone.
  func share(_ value: Double, of parameter: Int) -> Double { abs(value) / limits[parameter] }
}

extension PanelModel.NetworkTerm {
  /// Change statistics of all ties of an ego.
  fileprivate func changes(_ state: PanelState, of relation: Int, ego: Int) -> [Double] {
    let network = state[relation]
    let alters = (0..<network.actorCount).filter { $0 != ego }.map(Int32.init)
    var changes = [Double](repeating: 0, count: alters.count)
    var span = changes.mutableSpan
    switch source {
    case .effect(let effects):
      effects[0].addChanges(network, ego: ego, candidates: alters.span, weight: 1, to: &span)
    case .selection(let behaviour, let function):
      function.addChanges(
        state.behaviours[behaviour], ego: ego, candidates: alters.span, weight: 1, to: &span)
    case .relation(let other, let function):
      let company = state[other]
      return alters.map { function.value(company, ego: ego, alter: Int($0)) }
    }
    return changes
  }
}
