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
  /// One for each variable, the network first.
  let rates: [Double]
  let extent: Neighbourhood.Extent
  let field: PairField
  /// What choices are weighed by, where every term fits.
  let tables: ChoiceTables?
  /// What makes rates of the network differ, with its parameters.
  let rateTerms: [(effect: any RateEffect, weight: Double)]
  let constraints: PeriodConstraints
  let terms: [Term]
  /// Each behaviour's terms.
  let behaviourEffects: [[any BehaviourEffect]]
  /// Parameters of each behaviour's terms.
  let behaviourWeights: [[Double]]
  let withScores: Bool
  /// With more ties a run is stopped.
  let mostTies: Int
  /// Whether some term is of the ego's own position.
  let hasOwnTerms: Bool
  /// Of each term, whether the field knows it.
  let isPairTerm: [Bool]
  /// Whether the field offers anything: everyone is enumerated where not.
  var usesField: Bool { !extent.everyone }

  /// A term with its parameter, in the form in which its changes are found.
  struct Term: Sendable {
    enum Kind: Sendable {
      /// By the pair alone; its number in the field where it acts on new ties.
      case pair(any NetworkEffect, field: Int?)
      case own(any OwnEffect)
      case configuration(any ConfigurationEffect)
      case other(any NetworkEffect)
      case selection(Int, any PairFunction)
    }
    let kind: Kind
    let parameter: Int
    /// The parameter where the term acts on making ties, else 0.
    let making: Double
    /// The parameter where it acts on ending ties, else 0.
    let ending: Double
    let actsOnMaking: Bool
    let actsOnEnding: Bool
  }

  /// - Parameters:
  ///   - parameters: in the order that ``PanelModel`` states.
  ///   - withScores: whether runs give scores.
  ///   - mostTies: with more ties a run is stopped as run away; 100 an actor, 50 where undirected, unless given.
  public init(
    _ model: PanelModel, parameters: [Double], period: Int, periods: Int, actors count: Int,
    constraints: PeriodConstraints = PeriodConstraints(), withScores: Bool = false,
    mostTies: Int? = nil
  ) {
    let layout = ParameterLayout(model, periods: periods)
    precondition(
      parameters.count == layout.count,
      "expected \(layout.count) parameters, found \(parameters.count)")
    self.model = model
    self.layout = layout
    self.period = period
    self.constraints = constraints
    self.withScores = withScores
    // More ties than this are no network of partnerships any more.
    self.mostTies = mostTies ?? (model.isDirected ? 100 : 50) * count
    actorCount = count
    rates = (0..<layout.variables).map { parameters[layout.rate($0, period: period)] }
    behaviourEffects = model.behaviours.map { $0.terms.map(\.effect) }
    behaviourWeights = model.behaviours.indices.map { b in
      layout.terms(of: b + 1).map { parameters[$0] }
    }
    var extent = Neighbourhood.Extent()
    var pairs: [(effect: any NetworkEffect, weight: Double)] = []
    var terms: [Term] = []
    var selects = false
    for (k, term) in model.terms.enumerated() {
      let parameter = layout.term(k, of: 0)
      let weight = parameters[parameter]
      let (makes, ends) = (term.part != .endowment, term.part != .creation)
      let kind: Term.Kind
      switch term.source {
      case .selection(let behaviour, let function):
        selects = true
        kind = .selection(behaviour, function)
      case .effect(let effects):
        let effect = effects[min(period, effects.count - 1)]
        extent.include(effect.reach)
        if effect.reach == .pair {
          kind = .pair(effect, field: makes ? pairs.count : nil)
          if makes { pairs.append((effect, weight)) }
        } else if let own = effect as? any OwnEffect {
          kind = .own(own)
        } else if let configuration = effect as? any ConfigurationEffect {
          kind = .configuration(configuration)
        } else {
          kind = .other(effect)
        }
      }
      terms.append(
        Term(
          kind: kind, parameter: parameter, making: makes ? weight : 0,
          ending: ends ? weight : 0, actsOnMaking: makes, actsOnEnding: ends))
    }
    if model.maximumDegree != nil, !model.isDirected { extent.everyone = true }
    if case .meeting = model.consent, !model.isDirected { extent = Neighbourhood.Extent() }
    self.terms = terms
    isPairTerm = terms.map {
      if case .pair(_, .some) = $0.kind { true } else { false }
    }
    hasOwnTerms = terms.contains {
      if case .own = $0.kind { true } else { false }
    }
    rateTerms = model.rateTerms.enumerated().map { k, term in
      (term.effect, parameters[layout.rateTerm(k)])
    }
    var isUsed: Bool
    if case .meeting = model.consent, !model.isDirected {
      isUsed = false
    } else {
      isUsed = !extent.everyone
    }
    tables =
      isUsed
      ? ChoiceTables(
        terms, behaviours: model.behaviours.map(\.range), actors: count,
        directed: model.isDirected, withMoments: withScores)
      : nil
    // Without tables everyone is looked at where values change that alters are chosen by.
    if isUsed, selects, tables == nil { extent.everyone = true }
    if tables != nil || extent.everyone { isUsed = false }
    self.extent = extent
    field = PairField(
      pairs, actors: isUsed ? count : 0, directed: model.isDirected, withMoments: withScores)
  }

  /// When a run ends.
  public enum End: Sendable {
    /// After so much time; the period between two waves is one unit.
    case time(Double)
    /// When the network differs from the start in so many places: ordered pairs where directed, unordered
    /// where not.
    case distance(Int)
  }

  /// What a run leaves.
  public struct Run: Sendable {
    public let state: PanelState
    /// How long it took.
    public let time: Double
    /// Mini-steps of each variable, the network first.
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
    if let tables, work.isDense {
      return denseRun(tables, from: start, until: end, using: &random, &work)
    }
    var state = start
    for k in work.scores.indices { work.scores[k] = 0 }
    work.levelTables?.begin(with: start.behaviours)
    var presence = Presence(constraints, actors: actorCount)
    work.absent = presence.passing
    var actorRates =
      rateTerms.isEmpty
      ? nil : ActorRates(rateTerms, base: rates[0], state.network, present: presence.actors)
    var totals = self.totals(presence, actorRates)
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
    while distance != target {
      let wait = total > 0 ? random.exponential(rate: total) : .infinity
      if nextChange < constraints.changes.count,
        constraints.changes[nextChange].time <= min(time + wait, limit)
      {
        let change = constraints.changes[nextChange]
        nextChange += 1
        exposure.add(until: change.time, totals, actorRates)
        time = change.time
        presence.apply(change)
        work.absent = presence.passing
        let touched = change.arrives ? [] : Self.removeTies(of: change.actor, &state.network)
        if change.arrives {
          actorRates?.update(change.actor, state.network)
        } else {
          actorRates?.remove(change.actor)
        }
        for other in touched { actorRates?.update(other, state.network) }
        totals = self.totals(presence, actorRates)
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
      if variable > 0 {
        let ego = presence.actor(random.index(below: presence.count))
        behaviourStep(variable - 1, &state, ego: ego, using: &random, &work)
        if allSteps > mostSteps {
          ranAway = true
          break
        }
        continue
      }
      var ego = self.actor(presence, actorRates, using: &random)
      let toggled: Int?
      if isMeeting {
        var alter = ego
        if actorRates == nil {
          let place = random.index(below: presence.count - 1)
          alter = presence.actor(place)
          if alter >= ego { alter = presence.actor(place + 1) }
        }
        if let actorRates {
          // Both are drawn anew, so that pairs come in proportion to the product of their rates.
          for _ in 0..<10_000 {
            alter = self.actor(presence, actorRates, using: &random)
            if alter != ego { break }
            ego = self.actor(presence, actorRates, using: &random)
            alter = ego
          }
          if alter == ego { continue }
        }
        if withScores, let actorRates { exposure.meet(ego, alter, actorRates) }
        toggled = meet(&state, ego: ego, alter: alter, using: &random, &work)
      } else {
        if withScores, let actorRates { exposure.step(ego, actorRates) }
        toggled =
          tables == nil
          ? networkStep(&state, ego: ego, using: &random, &work)
          : tabulatedStep(&state, ego: ego, using: &random, &work)
      }
      if let alter = toggled {
        if target >= 0 {
          let differs = state.network.hasTie(ego, alter) != start.network.hasTie(ego, alter)
          distance += differs ? 1 : -1
        }
        if actorRates?.followsTies ?? false {
          exposure.add(until: time, totals, actorRates)
          actorRates?.update(ego, state.network)
          actorRates?.update(alter, state.network)
          totals = self.totals(presence, actorRates)
          total = totals.reduce(0, +)
        }
      }
      if state.network.tieCount > mostTies || allSteps > mostSteps {
        ranAway = true
        break
      }
    }
    if withScores {
      exposure.add(until: time, totals, actorRates)
      exposure.score(steps, self, to: &work.scores)
    }
    return Run(
      state: state, time: time, miniSteps: steps, scores: withScores ? work.scores : [],
      ranAway: ranAway)
  }

  /// Whether pairs meet.
  var isMeeting: Bool {
    if !model.isDirected, case .meeting = model.consent { return true }
    return false
  }

  /// Opportunities a unit of time of each variable.
  private func totals(
    _ presence: borrowing Presence, _ actorRates: ActorRates?
  ) -> [Double] {
    let present = Double(presence.count)
    var totals = rates.map { $0 * present }
    if isMeeting { totals[0] = rates[0] * rates[0] * present * (present - 1) }
    if let actorRates { totals[0] = isMeeting ? actorRates.pairs : actorRates.total }
    return totals
  }

  /// Whose opportunity it is.
  @inline(__always)
  private func actor(
    _ presence: borrowing Presence, _ actorRates: ActorRates?, using random: inout RandomStream
  ) -> Int {
    if let actorRates { return actorRates.actor(at: random.uniform() * actorRates.total) }
    return presence.actor(random.index(below: presence.count))
  }

  /// Ends all ties of an actor; gives the others.
  private static func removeTies(of actor: Int, _ network: inout Network) -> [Int] {
    var touched: [Int] = []
    while network.degree(actor) > 0 {
      let other = Int(network.partner(0, of: actor))
      network.toggle(actor, other)
      touched.append(other)
    }
    while network.inDegree(actor) > 0 {
      let other = Int(network.sender(0, to: actor))
      network.toggle(other, actor)
      touched.append(other)
    }
    return touched
  }
}

extension Neighbourhood.Extent {
  mutating func include(_ reach: Reach) {
    switch reach {
    case .pair, .own: break
    case .neighbours: senders = true
    case .partnersOfPartners:
      senders = true
      partnersOfPartners = true
    case .sendersOfSenders:
      senders = true
      sendersOfSenders = true
    case .everywhere: everyone = true
    }
  }
}
