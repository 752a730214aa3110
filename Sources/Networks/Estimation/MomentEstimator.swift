internal import LinearAlgebra
public import Probability
internal import Tables

/// Estimates a ``PanelModel`` from observed waves by the method of moments: the parameters at which the
/// expected statistics equal the observed ones.
///
/// It goes in three parts. (1) *Approach*: Newton steps from plain starting values, on few simulations each, no longer
/// than what was learnt holds for; where simulations run away or lead off, back and half as far. (2) *Robbins–Monro*:
/// steps of decreasing gain with a fixed derivative, whose tail is averaged. (3) *Evaluation*: many simulations at the
/// result give derivative, covariance, standard errors and t-ratios for convergence; where these are not good enough,
/// one Newton step from them, and (3) again. The derivative of expected statistics is their covariance with the score,
/// and the score is also a control variate in (1) and (2).
///
/// Where an observed statistic lies at the edge of what the model can bring about, no finite estimate exists. Such a
/// parameter is held where it stops to matter, the others are estimated given that, and the result says so.
///
/// Snijders (2001), doi:10.1111/0081-1750.00099; Schweinberger & Snijders (2007),
/// doi:10.1111/j.1467-9531.2007.00186.x.
///
/// Every simulation has a stream of its own, keyed by part, replicate and period, so that the result does not
/// depend on threads.
public struct MomentEstimator: Sendable {
  public let model: PanelModel
  public let panel: Panel
  /// Whether the amount of change of the network is held at what was observed, instead of its rates being
  /// estimated with the rest.
  public let isConditional: Bool
  /// Simulations of the evaluation.
  public let replicates: Int
  let layout: ParameterLayout
  /// The parameters that are estimated by moments.
  let free: [Int]
  /// Those without a finite estimate, whose values stay.
  let held: Set<Int>
  let bounds: ParameterBounds
  let targets: [Double]
  let auxiliaries: [AuxiliaryStatistic]

  /// - Throws: ``FormationError`` where the data cannot give an estimate.
  public init(
    _ model: PanelModel, _ panel: Panel, conditional: Bool = false, replicates: Int = 1000
  ) throws(FormationError) {
    self.model = model
    self.panel = panel
    isConditional = conditional
    self.replicates = replicates
    let layout = ParameterLayout(model, periods: panel.periods)
    self.layout = layout
    if conditional, !model.behaviours.isEmpty { throw .conditionalBehaviour }
    if conditional, model.relations.count > 1 { throw .conditionalRelations }
    let fixed = conditional ? Set((0..<panel.periods).map { layout.rate(0, period: $0) }) : []
    free = (0..<layout.count).filter { !fixed.contains($0) }
    guard replicates >= 10 * free.count else {
      throw .tooFewReplicates(replicates, parameters: free.count)
    }
    var targets = [Double](repeating: 0, count: layout.count)
    for period in 0..<panel.periods {
      let observed = model.statistics(
        from: panel.waves[period], to: panel.waves[period + 1], period: period,
        periods: panel.periods)
      for k in observed.indices { targets[k] += observed[k] }
      for variable in 0..<layout.variables
      where observed[layout.rate(variable, period: period)] == 0 {
        throw .noChange(variable: model.variableNames[variable], period: period + 1)
      }
      let constraints = [panel.constraints[period]] + panel.beside.map { $0[period] }
      if !constraints.allSatisfy({ $0.admitsChoice(actors: panel.actorCount) }) {
        throw .noChoice(period: period + 1)
      }
    }
    try panel.checkEdges()
    for term in model.relations.flatMap(\.terms) where term.part != .evaluation {
      if case .effect(let effects) = term.source, !effects.allSatisfy({ $0 is any TieSum }) {
        throw .notTieSum(effect: term.name)
      }
    }
    for (b, behaviour) in model.behaviours.enumerated() {
      let lowest = behaviour.range.lowerBound
      for wave in panel.waves {
        if let value = wave.behaviours[b].first(where: { ($0 - lowest).rounded() != $0 - lowest }) {
          throw .notWhole(behaviour: behaviour.name, value: value)
        }
      }
    }
    self.targets = targets
    held = []
    bounds = ParameterBounds(model, panel)
    auxiliaries = AuxiliaryStatistic.all(model)
  }

  /// The observed statistics, in the order of the parameters.
  public var observed: [Double] { targets }

  /// Estimates.
  ///
  /// - Parameters:
  ///   - seed: of this estimation alone.
  ///   - intervals: how 95 % intervals are found; those of the score-type test take some five times as long as the
  ///     estimates.
  ///   - threads: of influence on time alone.
  ///   - progress: called with parts done and parts expected.
  public func estimate(
    intervals: FormationInterval.Method = .wald, seed: Seed, threads: Int,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(FormationError) -> FormationEstimate {
    var theta = start
    // Each end of an interval takes about as long as one of the other parts.
    let total = intervals == .wald ? 4 : 4 + 2 * free.count
    progress(0, total)
    var current = self
    // Each parameter is held once at most.
    for round in 0...free.count {
      let unbounded = try current.approach(
        &theta, seed: seed["approach"]["\(round)"], threads: threads)
      if !unbounded.isEmpty {
        current = current.holding(unbounded)
        continue
      }
      progress(1, total)
      try current.robbinsMonro(&theta, seed: seed["robbins-monro"], threads: threads)
      // Edges that two statistics make together show when both are close.
      let late = try current.edges(theta, seed: seed["edges"]["\(round)"], threads: threads)
      if late.isEmpty { break }
      current = current.holding(late)
    }
    progress(2, total)
    let result = try current.evaluation(of: theta, seed: seed["evaluation"], threads: threads)
    progress(4, total)
    switch intervals {
    case .wald: return result
    case .score:
      return current.withScoreIntervals(result, seed: seed["intervals"], threads: threads) {
        // Parameters that are held have one end instead of two.
        progress(total - $1 + $0, total)
      }
    }
  }

  private init(_ other: MomentEstimator, free: [Int], held: Set<Int>) {
    model = other.model
    panel = other.panel
    isConditional = other.isConditional
    replicates = other.replicates
    layout = other.layout
    self.free = free
    self.held = held
    bounds = other.bounds
    targets = other.targets
    auxiliaries = other.auxiliaries
  }

  /// The same with some parameters kept at the values they have.
  private func holding(_ parameters: [Int]) -> MomentEstimator {
    MomentEstimator(
      self, free: free.filter { !parameters.contains($0) }, held: held.union(parameters))
  }

  /// The same with a parameter no longer held.
  func freeing(_ parameter: Int) -> MomentEstimator {
    MomentEstimator(
      self, free: (free + [parameter]).sorted(), held: held.subtracting([parameter]))
  }

  // MARK: Simulation

  /// Simulates every period so many times.
  func simulate(
    _ theta: [Double], _ count: Int, seed: Seed, first: Int, threads: Int, auxiliary: Bool = false
  ) throws(FormationError) -> MomentSample {
    let simulators = (0..<panel.periods).map { period in
      PeriodSimulator(
        model, parameters: theta, period: period, periods: panel.periods,
        actors: panel.actorCount, constraints: panel.constraints[period], withScores: true,
        mostTies: bounds.mostTies[0],
        beside: panel.beside.indices.map {
          PeriodSimulator.Beside(
            constraints: panel.beside[$0][period], mostTies: bounds.mostTies[$0 + 1])
        })
    }
    let chunk = 4
    let blocks = replicate((count + chunk - 1) / chunk, threads: threads) { block in
      var work = simulators.map { PeriodSimulator.Workspace($0) }
      return (block * chunk..<min(count, (block + 1) * chunk)).map { index in
        simulators.indices.map { period in
          var random = RandomStream(
            seed, replicate: UInt32(first + index), entity: UInt32(period))
          return draw(simulators[period], auxiliary: auxiliary, using: &random, &work[period])
        }
      }
    }
    let draws = blocks.flatMap { $0 }
    // One run-away simulation in twenty is one too many.
    for period in 0..<panel.periods {
      let gone = draws.filter { $0[period].ranAway }
      if gone.count * 20 > count {
        throw .runaway(period: period + 1, meanDegree: gone[0][period].meanDegree)
      }
    }
    return MomentSample(draws: draws, size: free.count)
  }

  private func draw(
    _ simulator: borrowing PeriodSimulator, auxiliary: Bool, using random: inout RandomStream,
    _ work: inout PeriodSimulator.Workspace
  ) -> MomentSample.Draw {
    let period = simulator.period
    let (start, goal) = (panel.waves[period], panel.waves[period + 1])
    let end: PeriodSimulator.End =
      isConditional ? .distance(goal.network.distance(to: start.network)) : .time(1)
    let run = simulator.run(from: start, until: end, using: &random, &work)
    let all = model.statistics(
      from: start, to: run.state, period: period, periods: panel.periods)
    return MomentSample.Draw(
      statistics: free.map { all[$0] }, scores: free.map { run.scores[$0] }, time: run.time,
      auxiliary: auxiliary ? auxiliaries.flatMap { $0.values(run.state) } : [],
      meanDegree: model.meanDegree(run.state), ranAway: run.ranAway)
  }
}

extension PanelModel {
  /// What messages call each variable.
  fileprivate var variableNames: [String] { relations.map(\.name) + behaviours.map(\.name) }

  /// Of the relation that has the most ties an actor.
  fileprivate func meanDegree(_ state: PanelState) -> Double {
    relations.indices.reduce(0) { most, r in
      let network = state[r]
      let sent = Double(network.tieCount) * (relations[r].isDirected ? 1 : 2)
      return max(most, sent / Double(network.actorCount))
    }
  }
}
