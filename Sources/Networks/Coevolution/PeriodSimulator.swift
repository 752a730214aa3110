public import Probability

/// Runs a ``PanelModel`` through one period, mini-step by mini-step, with given parameters.
///
/// What does not depend on ties is computed once, when it is made; it can then be used by any number of runs
/// at the same time. Besides the state at the end a run can give the score, the derivative of the logarithm
/// of the probability of all that happened in it: Schweinberger & Snijders (2007),
/// doi:10.1111/j.1467-9531.2007.00186.x.
///
/// - Complexity: O(classes of actors²) once, or O(*n*²) where each is a class of its own; a mini-step costs O(ties around
///   the ego), or O(*n*) where some effect looks at everyone.
public struct PeriodSimulator: Sendable {
  let model: PanelModel
  let layout: ParameterLayout
  let period: Int
  let actorCount: Int
  /// One for each variable, relations first.
  let rates: [Double]
  /// How the first relation changes.
  let ties: TieProcess
  /// How the others do.
  let others: [TieProcess]
  /// Each behaviour's terms.
  let behaviourEffects: [[any BehaviourEffect]]
  /// Parameters of each behaviour's terms.
  let behaviourWeights: [[Double]]
  let withScores: Bool

  /// What holds for another relation than the first.
  public struct Beside: Sendable {
    let constraints: PeriodConstraints
    let mostTies: Int?

    /// - Parameters:
    ///   - constraints: what is fixed, with the same actors absent as in the first relation.
    ///   - mostTies: with more ties a run is stopped.
    public init(constraints: PeriodConstraints = PeriodConstraints(), mostTies: Int? = nil) {
      self.constraints = constraints
      self.mostTies = mostTies
    }
  }

  /// - Parameters:
  ///   - parameters: in the order that ``PanelModel`` states.
  ///   - withScores: whether runs give scores.
  ///   - mostTies: with more ties a run is stopped as run away; 100 an actor, 50 where undirected, unless given.
  ///   - beside: of each relation after the first; nothing holds for those that are left out.
  public init(
    _ model: PanelModel, parameters: [Double], period: Int, periods: Int, actors count: Int,
    constraints: PeriodConstraints = PeriodConstraints(), withScores: Bool = false,
    mostTies: Int? = nil, beside: [Beside] = []
  ) {
    let layout = ParameterLayout(model, periods: periods)
    precondition(
      parameters.count == layout.count,
      "expected \(layout.count) parameters, found \(parameters.count)")
    self.model = model
    self.layout = layout
    self.period = period
    self.withScores = withScores
    actorCount = count
    rates = (0..<layout.variables).map { parameters[layout.rate($0, period: period)] }
    behaviourEffects = model.behaviours.map { $0.terms.map(\.effect) }
    behaviourWeights = model.behaviours.indices.map { b in
      layout.terms(of: layout.behaviour(b)).map { parameters[$0] }
    }
    ties = TieProcess(
      0, of: model, layout, parameters: parameters, period: period, actors: count,
      constraints: constraints, withScores: withScores, mostTies: mostTies)
    others = model.relations.indices.dropFirst().map { r in
      let own = r <= beside.count ? beside[r - 1] : Beside()
      return TieProcess(
        r, of: model, layout, parameters: parameters, period: period, actors: count,
        constraints: own.constraints, withScores: withScores, mostTies: own.mostTies)
    }
  }

  /// When a run ends.
  public enum End: Sendable {
    /// After so much time; the period between two waves is one unit.
    case time(Double)
    /// When the first relation differs from the start in so many places: ordered pairs where directed, unordered
    /// where not.
    case distance(Int)
  }

  /// What a run leaves.
  public struct Run: Sendable {
    public let state: PanelState
    /// How long it took.
    public let time: Double
    /// Mini-steps of each variable, relations first.
    public let miniSteps: [Int]
    /// The derivative of the log probability by each parameter; empty where scores were not asked for.
    public let scores: [Double]
    /// Whether it was stopped because ties or steps ran away.
    public let ranAway: Bool
  }

  /// Steps after which a run that aims at a distance is given up.
  var mostSteps: Int { 1_000_000 + 200 * actorCount }

  /// Simulates the period.
  public func run(
    from start: PanelState, until end: End = .time(1), using random: inout RandomStream
  ) -> Run {
    var work = Workspace(self)
    return run(from: start, until: end, using: &random, &work)
  }

  /// The same in room that is used again.
  public func run(
    from start: PanelState, until end: End, using random: inout RandomStream,
    _ work: inout Workspace
  ) -> Run {
    if let known = work.smallStart(start.network) {
      return smallRun(from: start, until: end, using: &random, known, &work)
    }
    if let tables = ties.tables, work.isDense {
      return denseRun(tables, from: start, until: end, using: &random, &work)
    }
    var state = start
    var presence = Presence(ties.constraints, actors: actorCount)
    work.ties.start(ties, rate: rates[0], state.network, presence)
    work.ties.levelTables?.begin(with: start.behaviours)
    for k in others.indices {
      work.others[k].start(others[k], rate: rates[k + 1], state.others[k], presence)
      work.others[k].levelTables?.begin(with: start.behaviours)
    }
    var totals = self.totals(presence, work)
    var total = totals.reduce(0, +)
    var exposure = Exposure(self)
    var (time, limit, target) = (0.0, 1.0, -1)
    switch end {
    case .time(let years): limit = years
    case .distance(let distance):
      limit = .infinity
      target = distance
    }
    var steps = [Int](repeating: 0, count: rates.count)
    var (distance, allSteps, ranAway, nextChange) = (0, 0, false, 0)
    let changes = ties.constraints.changes
    while distance != target {
      let wait = total > 0 ? random.exponential(rate: total) : .infinity
      if nextChange < changes.count, changes[nextChange].time <= min(time + wait, limit) {
        let change = changes[nextChange]
        nextChange += 1
        exposure.add(until: change.time, totals, work)
        time = change.time
        presence.apply(change)
        work.ties.apply(change, presence, to: &state.network)
        for k in others.indices { work.others[k].apply(change, presence, to: &state.others[k]) }
        totals = self.totals(presence, work)
        total = totals.reduce(0, +)
        continue
      }
      if time + wait > limit {
        time = limit
        break
      }
      guard wait < .infinity else { break }
      time += wait
      var variable = 0
      if rates.count > 1 {
        var place = random.uniform() * total
        while variable < rates.count - 1, place >= totals[variable] {
          place -= totals[variable]
          variable += 1
        }
      }
      steps[variable] += 1
      allSteps += 1
      if variable > others.count {
        let ego = presence.actor(random.index(below: presence.count))
        behaviourStep(variable - 1 - others.count, &state, ego: ego, using: &random, &work)
        if allSteps > mostSteps {
          ranAway = true
          break
        }
        continue
      }
      let isAway: Bool
      if variable == 0 {
        if let pair = ties.act(&state, presence, using: &random, &exposure, &work.ties) {
          if target >= 0 {
            let differs =
              state.network.hasTie(pair.ego, pair.alter)
              != start.network.hasTie(pair.ego, pair.alter)
            distance += differs ? 1 : -1
          }
          if work.ties.actorRates?.followsTies ?? false {
            exposure.add(until: time, totals, work)
            work.ties.update(pair, state.network)
            totals = self.totals(presence, work)
            total = totals.reduce(0, +)
          }
        }
        isAway = state.network.tieCount > ties.mostTies
      } else {
        let k = variable - 1
        state.exchange(variable)
        let pair = others[k].act(&state, presence, using: &random, &exposure, &work.others[k])
        isAway = state.network.tieCount > others[k].mostTies
        state.exchange(variable)
        if let pair, work.others[k].actorRates?.followsTies ?? false {
          exposure.add(until: time, totals, work)
          work.others[k].update(pair, state.others[k])
          totals = self.totals(presence, work)
          total = totals.reduce(0, +)
        }
      }
      if isAway || allSteps > mostSteps {
        ranAway = true
        break
      }
    }
    var scores: [Double] = []
    if withScores {
      exposure.add(until: time, totals, work)
      exposure.score(steps, self, to: &work.ties.scores)
      scores = work.ties.scores
      // Each relation has scores of its own parameters alone.
      for k in others.indices {
        for parameter in layout.choices(of: k + 1) {
          scores[parameter] = work.others[k].scores[parameter]
        }
      }
    }
    return Run(
      state: state, time: time, miniSteps: steps, scores: scores, ranAway: ranAway)
  }

  /// Opportunities a unit of time of each variable.
  private func totals(_ presence: borrowing Presence, _ work: borrowing Workspace) -> [Double] {
    let present = presence.count
    var totals = rates.map { $0 * Double(present) }
    totals[0] = ties.total(rate: rates[0], present: present, work.ties.actorRates)
    for k in others.indices {
      totals[k + 1] = others[k].total(
        rate: rates[k + 1], present: present, work.others[k].actorRates)
    }
    return totals
  }
}
