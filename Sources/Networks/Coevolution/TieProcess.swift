internal import Probability

/// How the ties of one relation of a ``PanelModel`` change within a period: by what choices are weighed, and what keeps
/// them from changing.
///
/// It acts on the first relation of a state, so that its own must stand there: ``PanelState/exchange(_:)``.
struct TieProcess: Sendable {
  let relation: Int
  let isDirected: Bool
  let consent: Consent
  /// Whether pairs meet.
  let isMeeting: Bool
  let maximumDegree: Int?
  let actorCount: Int
  let extent: Neighbourhood.Extent
  let field: PairField
  /// What choices are weighed by, where every term fits.
  let tables: ChoiceTables?
  /// What makes rates differ, with its parameters.
  let rateTerms: [(effect: any RateEffect, weight: Double)]
  let constraints: PeriodConstraints
  let terms: [Term]
  let withScores: Bool
  /// With more ties a run is stopped.
  let mostTies: Int
  /// Whether some term is of the ego's own position.
  let hasOwnTerms: Bool
  /// Of each term, whether the field knows it.
  let isPairTerm: [Bool]
  /// Where else candidates are found: by the ties of other relations.
  let beside: [Beside]
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
      /// By another relation, which stands at a place among the others of the state while this one acts.
      case relation(Int, any RelationFunction)
      /// The same, one number for all alters.
      case ownRelation(Int, any RelationFunction)
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

  /// Another relation whose ties bring candidates.
  struct Beside: Sendable, Hashable {
    /// Its place among the others of the state.
    let place: Int
    /// Whether partners of partners are candidates too.
    let isFar: Bool
  }

  /// - Parameter parameters: of the whole model.
  init(
    _ relation: Int, of model: PanelModel, _ layout: ParameterLayout, parameters: [Double],
    period: Int, actors count: Int, constraints: PeriodConstraints, withScores: Bool,
    mostTies: Int?
  ) {
    let own = model.relations[relation]
    self.relation = relation
    isDirected = own.isDirected
    consent = own.consent
    isMeeting = own.meets
    maximumDegree = own.maximumDegree
    actorCount = count
    self.constraints = constraints
    self.withScores = withScores
    // More ties than this are no network of partnerships any more.
    self.mostTies = mostTies ?? (own.isDirected ? 100 : 50) * count
    var extent = Neighbourhood.Extent()
    var pairs: [(effect: any NetworkEffect, weight: Double)] = []
    var terms: [Term] = []
    var beside: [Beside] = []
    var selects = false
    for (k, term) in own.terms.enumerated() {
      let parameter = layout.term(k, of: relation)
      let weight = parameters[parameter]
      let (makes, ends) = (term.part != .endowment, term.part != .creation)
      let kind: Term.Kind
      switch term.source {
      case .selection(let behaviour, let function):
        selects = true
        kind = .selection(behaviour, function)
      case .relation(let other, let function):
        // The first relation stands where this one does otherwise.
        let place = (other == 0 ? relation : other) - 1
        switch function.reach {
        case .own: kind = .ownRelation(place, function)
        case .neighbours, .partnersOfPartners:
          kind = .relation(place, function)
          beside.append(Beside(place: place, isFar: function.reach == .partnersOfPartners))
        case .pair, .sendersOfSenders, .everywhere:
          kind = .relation(place, function)
          extent.everyone = true
        }
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
    if own.maximumDegree != nil, !own.isDirected { extent.everyone = true }
    if own.meets { extent = Neighbourhood.Extent() }
    self.terms = terms
    isPairTerm = terms.map {
      if case .pair(_, .some) = $0.kind { true } else { false }
    }
    hasOwnTerms = terms.contains {
      switch $0.kind {
      case .own, .ownRelation: true
      default: false
      }
    }
    rateTerms = own.rateTerms.enumerated().map { k, term in
      (term.effect, parameters[layout.rateTerm(k, of: relation)])
    }
    var isUsed = !own.meets && !extent.everyone
    tables =
      isUsed
      ? ChoiceTables(
        terms, behaviours: model.behaviours.map(\.range), actors: count,
        directed: own.isDirected, withMoments: withScores) : nil
    // Without tables everyone is looked at where values change that alters are chosen by.
    if isUsed, selects, tables == nil { extent.everyone = true }
    if tables != nil || extent.everyone { isUsed = false }
    self.extent = extent
    self.beside = extent.everyone ? [] : beside
    field = PairField(
      pairs, actors: isUsed ? count : 0, directed: own.isDirected, withMoments: withScores)
  }

  /// Opportunities a unit of time among those present.
  func total(rate: Double, present count: Int, _ actorRates: ActorRates?) -> Double {
    if let actorRates { return isMeeting ? actorRates.pairs : actorRates.total }
    let present = Double(count)
    return isMeeting ? rate * rate * present * (present - 1) : rate * present
  }

  /// Whose opportunity it is.
  @inline(__always)
  private func actor(
    _ presence: borrowing Presence, _ actorRates: ActorRates?, using random: inout RandomStream
  ) -> Int {
    if let actorRates { return actorRates.actor(at: random.uniform() * actorRates.total) }
    return presence.actor(random.index(below: presence.count))
  }

  /// One opportunity; gives the pair whose tie was toggled.
  @inline(__always)
  func act(
    _ state: inout PanelState, _ presence: borrowing Presence, using random: inout RandomStream,
    _ exposure: inout Exposure, _ work: inout Workspace
  ) -> (ego: Int, alter: Int)? {
    var ego = actor(presence, work.actorRates, using: &random)
    let toggled: Int?
    if isMeeting {
      var alter = ego
      if work.actorRates == nil {
        let place = random.index(below: presence.count - 1)
        alter = presence.actor(place)
        if alter >= ego { alter = presence.actor(place + 1) }
      }
      if let actorRates = work.actorRates {
        // Both are drawn anew, so that pairs come in proportion to the product of their rates.
        for _ in 0..<10_000 {
          alter = actor(presence, actorRates, using: &random)
          if alter != ego { break }
          ego = actor(presence, actorRates, using: &random)
          alter = ego
        }
        if alter == ego { return nil }
      }
      if withScores, let actorRates = work.actorRates {
        exposure.meet(ego, alter, actorRates, of: relation)
      }
      toggled = meet(&state, ego: ego, alter: alter, using: &random, &work)
    } else {
      if withScores, let actorRates = work.actorRates {
        exposure.step(ego, actorRates, of: relation)
      }
      toggled =
        tables == nil
        ? networkStep(&state, ego: ego, using: &random, &work)
        : tabulatedStep(&state, ego: ego, using: &random, &work)
    }
    return toggled.map { (ego, $0) }
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
