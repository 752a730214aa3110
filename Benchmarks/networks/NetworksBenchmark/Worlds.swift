import Networks
import Probability

/// Made-up networks whose makers are known.
enum Worlds {
  /// So many actors of two kinds, four ties each, drawn at random.
  static func sparse(_ count: Int) -> (start: PanelState, kinds: [Double]) {
    var random = RandomStream(Seed(1))
    let kinds = (0..<count).map { _ in Double(random.index(below: 2)) }
    var network = Network(actors: count, directed: true)
    while network.tieCount < 4 * count {
      let (i, j) = (random.index(below: count), random.index(below: count))
      if i != j, !network.hasTie(i, j) { network.toggle(i, j) }
    }
    return (PanelState(network), kinds)
  }

  /// Density, reciprocity, transitive triplets and same covariate.
  static func model(_ kinds: [Double]) -> PanelModel {
    PanelModel(
      directed: true,
      terms: [
        PanelModel.NetworkTerm("density", Density()),
        PanelModel.NetworkTerm("reciprocity", Reciprocity()),
        PanelModel.NetworkTerm("transitivity", Transitivity()),
        PanelModel.NetworkTerm("same(kind)", CovariateEffect(SameValue(), kinds)),
      ])
  }

  static func simulator(
    _ kinds: [Double], _ parameters: [Double], withScores: Bool = false
  ) -> PeriodSimulator {
    PeriodSimulator(
      model(kinds), parameters: parameters, period: 0, periods: 1, actors: kinds.count,
      withScores: withScores)
  }

  /// The density at which ties neither gather nor thin out: four an actor after a period as before.
  static func steadyDensity(_ count: Int) -> Double {
    let (start, kinds) = sparse(count)
    var (low, high) = (-8.0, 0.0)
    for step in 0..<14 {
      let middle = (low + high) / 2
      let simulator = simulator(kinds, [6, middle, 1.5, 0.2, 0.2])
      var ties = 0.0
      for run in 0..<4 {
        var random = RandomStream(Seed(2), replicate: UInt32(step), entity: UInt32(run))
        ties += Double(simulator.run(from: start, using: &random).state.network.tieCount) / 4
      }
      if ties > 4 * Double(count) { high = middle } else { low = middle }
    }
    return (low + high) / 2
  }

  /// A panel of waves that were simulated from known parameters, after ties have settled.
  static func panel(
    _ model: PanelModel, actors count: Int, waves: Int, _ parameters: [Double], replicate: Int
  ) throws -> Panel {
    func simulator(_ period: Int) -> PeriodSimulator {
      PeriodSimulator(
        model, parameters: parameters, period: period, periods: waves - 1, actors: count)
    }
    var random = RandomStream(Seed(3), replicate: UInt32(replicate))
    var state = PanelState(
      Network(actors: count, directed: model.isDirected),
      beside: model.relations.dropFirst().map { Network(actors: count, directed: $0.isDirected) },
      behaviours: model.behaviours.map { behaviour in
        let (low, high) = (behaviour.range.lowerBound, behaviour.range.upperBound)
        return (0..<count).map { _ in low + Double(random.index(below: Int(high - low) + 1)) }
      })
    state = simulator(0).run(from: state, until: .time(10), using: &random).state
    var states = [state]
    while states.count < waves {
      state = simulator(states.count - 1).run(from: state, using: &random).state
      states.append(state)
    }
    return try Panel(waves: states)
  }

  /// The same of ``model(_:)``, with equal rates.
  static func panel(
    actors count: Int, waves: Int, _ parameters: [Double], replicate: Int
  ) throws -> (panel: Panel, kinds: [Double]) {
    let kinds = (0..<count).map { Double($0 % 2) }
    let rates = [Double](repeating: parameters[0], count: waves - 1)
    let panel = try panel(
      model(kinds), actors: count, waves: waves, rates + parameters.dropFirst(),
      replicate: replicate)
    return (panel, kinds)
  }
}
