public import Probability

/// Runs a ``PanelModel`` through one period, mini-step by mini-step, with given parameters.
///
/// What does not depend on ties is computed once, when it is made; it can then be used by any number of runs
/// at the same time. Besides the state at the end a run can give the score, the derivative of the logarithm
/// of the probability of all that happened in it: Schweinberger & Snijders (2007),
/// doi:10.1111/j.1467-9531.2007.00186.x.
///
/// - Complexity: O(*n*²) once; a mini-step costs O(ties around the ego), or O(*n*) where some effect looks at everyone.
public struct PeriodSimulator: Sendable {
  let model: PanelModel
  let layout: ParameterLayout
  let period: Int
  let actorCount: Int
  /// One for each variable, the network first.
  let rates: [Double]
  let extent: Neighbourhood.Extent
  let field: PairField
  let constraints: PeriodConstraints
  let terms: [Term]
  /// Parameters of each behaviour's terms.
  let behaviourWeights: [[Double]]
  let withScores: Bool
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
  public init(
    _ model: PanelModel, parameters: [Double], period: Int, periods: Int, actors count: Int,
    constraints: PeriodConstraints = PeriodConstraints(), withScores: Bool = false
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
    actorCount = count
    rates = (0..<layout.variables).map { parameters[layout.rate($0, period: period)] }
    behaviourWeights = model.behaviours.indices.map { b in
      layout.terms(of: b + 1).map { parameters[$0] }
    }
    var extent = Neighbourhood.Extent()
    var pairs: [(effect: any NetworkEffect, weight: Double)] = []
    var terms: [Term] = []
    for (k, term) in model.terms.enumerated() {
      let parameter = layout.term(k, of: 0)
      let weight = parameters[parameter]
      let (makes, ends) = (term.part != .endowment, term.part != .creation)
      let kind: Term.Kind
      switch term.source {
      case .selection(let behaviour, let function):
        extent.everyone = true
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
    self.extent = extent
    self.terms = terms
    isPairTerm = terms.map {
      if case .pair(_, .some) = $0.kind { true } else { false }
    }
    hasOwnTerms = terms.contains {
      if case .own = $0.kind { true } else { false }
    }
    let isUsed: Bool
    if case .meeting = model.consent, !model.isDirected {
      isUsed = false
    } else {
      isUsed = !extent.everyone
    }
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

  /// Room for runs, used again and again.
  struct Workspace: Sendable {
    var neighbourhood: Neighbourhood
    /// Change statistics: one list a term, one number a candidate.
    var changes: [[Double]]
    var weights: [Double]
    /// Of each candidate: its utility and weight by the pair alone, and its utility by all else; of a partner the
    /// whole utility of ending.
    var pairUtilities: [Double]
    var otherUtilities: [Double]
    var fieldWeights: [Double]
    var field = PairField.Work()
    var single = [Int32](repeating: 0, count: 1)
    /// Statistics of one pair, of its first and its second actor: one number a term.
    var first: [Double]
    var second: [Double]
    var one = [0.0]
    var scores: [Double]

    init(_ simulator: borrowing PeriodSimulator) {
      let count = simulator.actorCount
      neighbourhood = Neighbourhood(actors: count)
      changes = [[Double]](
        repeating: [Double](repeating: 0, count: count), count: simulator.terms.count)
      weights = [Double](repeating: 0, count: count)
      pairUtilities = weights
      otherUtilities = weights
      fieldWeights = weights
      first = [Double](repeating: 0, count: simulator.terms.count)
      second = first
      scores = [Double](repeating: 0, count: simulator.layout.count)
    }
  }

  /// Steps after which a run that aims at a distance is given up.
  private var mostSteps: Int { 1_000_000 + 200 * actorCount }

  /// More ties than this are no network of partnerships any more.
  private var mostTies: Int { (model.isDirected ? 100 : 50) * actorCount }

  /// Simulates the period.
  public func run(
    from start: PanelState, until end: End = .time(1), using random: inout RandomStream
  ) -> Run {
    var work = Workspace(self)
    return run(from: start, until: end, using: &random, &work)
  }

  func run(
    from start: PanelState, until end: End, using random: inout RandomStream,
    _ work: inout Workspace
  ) -> Run {
    var state = start
    for k in work.scores.indices { work.scores[k] = 0 }
    let actors = constraints.present ?? []
    let present = constraints.present == nil ? actorCount : actors.count
    var isMeeting = false
    if !model.isDirected, case .meeting = model.consent { isMeeting = true }
    var totals = rates.map { $0 * Double(present) }
    if isMeeting { totals[0] = rates[0] * rates[0] * Double(present * (present - 1)) }
    let total = totals.reduce(0, +)
    var (time, limit, target) = (0.0, 1.0, -1)
    switch end {
    case .time(let years): limit = years
    case .distance(let distance):
      limit = .infinity
      target = distance
    }
    var steps = [Int](repeating: 0, count: rates.count)
    var (distance, allSteps, ranAway) = (0, 0, false)
    while total > 0, distance != target {
      let wait = random.exponential(rate: total)
      if time + wait > limit {
        time = limit
        break
      }
      time += wait
      var variable = 0
      if rates.count > 1 {
        var place = random.uniform() * total
        while variable < rates.count - 1, place >= totals[variable] {
          place -= totals[variable]
          variable += 1
        }
      }
      let chosen = random.index(below: present)
      let ego = constraints.present == nil ? chosen : actors[chosen]
      steps[variable] += 1
      allSteps += 1
      if variable > 0 {
        behaviourStep(variable - 1, &state, ego: ego, using: &random, &work)
        continue
      }
      let toggled =
        isMeeting
        ? meet(&state, ego: ego, using: &random, &work)
        : networkStep(&state, ego: ego, using: &random, &work)
      if let alter = toggled, target >= 0 {
        let differs = state.network.hasTie(ego, alter) != start.network.hasTie(ego, alter)
        distance += differs ? 1 : -1
      }
      if state.network.tieCount > mostTies || allSteps > mostSteps {
        ranAway = true
        break
      }
    }
    if withScores {
      for variable in rates.indices {
        let (rate, count) = (rates[variable], Double(steps[variable]))
        let score =
          variable == 0 && isMeeting
          ? 2 * count / rate - 2 * rate * Double(present * (present - 1)) * time
          : count / rate - Double(present) * time
        work.scores[layout.rate(variable, period: period)] = score
      }
    }
    return Run(
      state: state, time: time, miniSteps: steps, scores: withScores ? work.scores : [],
      ranAway: ranAway)
  }

  // MARK: One mini-step of behaviour

  private func behaviourStep(
    _ behaviour: Int, _ state: inout PanelState, ego: Int, using random: inout RandomStream,
    _ work: inout Workspace
  ) {
    let range = model.behaviours[behaviour].range
    let terms = model.behaviours[behaviour].terms
    let now = state.behaviours[behaviour][ego]
    let (canFall, canRise) = (now - 1 >= range.lowerBound, now + 1 <= range.upperBound)
    // Change statistics of going down and of going up.
    var (down, up) = (0.0, 0.0)
    var changes: [(down: Double, up: Double)] = []
    changes.reserveCapacity(terms.count)
    for (k, term) in terms.enumerated() {
      let here = term.effect.statistic(
        state.network, state.behaviours[behaviour], ego: ego, own: now)
      let below =
        canFall
        ? term.effect.statistic(
          state.network, state.behaviours[behaviour], ego: ego, own: now - 1) - here : 0
      let above =
        canRise
        ? term.effect.statistic(
          state.network, state.behaviours[behaviour], ego: ego, own: now + 1) - here : 0
      changes.append((below, above))
      down += behaviourWeights[behaviour][k] * below
      up += behaviourWeights[behaviour][k] * above
    }
    let falling = canFall ? choiceWeight(down) : 0
    let rising = canRise ? choiceWeight(up) : 0
    let total = falling + 1 + rising
    let place = random.uniform() * total
    let step: Double = place < falling ? -1 : place < falling + 1 ? 0 : 1
    if withScores {
      let first = layout.terms(of: behaviour + 1).lowerBound
      for (k, change) in changes.enumerated() {
        let expected = (falling * change.down + rising * change.up) / total
        let taken = step < 0 ? change.down : step > 0 ? change.up : 0
        work.scores[first + k] += taken - expected
      }
    }
    state.behaviours[behaviour][ego] = now + step
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

/// What cannot change within a period.
public struct PeriodConstraints: Sendable {
  /// For each actor the alters to which its tie stays as it is; empty where none does.
  let fixed: [[Int32]]
  /// Those who take part, ascending; `nil` for everyone.
  let present: [Int]?

  /// - Parameters:
  ///   - actors: how many.
  ///   - fixed: ties, or their absence, that stay: ordered pairs where directed.
  ///   - absent: actors that make no choice and that no one can choose.
  public init(
    actors count: Int, directed: Bool, fixed pairs: [(from: Int, to: Int)] = [],
    absent: [Int] = []
  ) {
    var fixed = [Set<Int32>](repeating: [], count: pairs.isEmpty && absent.isEmpty ? 0 : count)
    for pair in pairs where pair.from != pair.to {
      fixed[pair.from].insert(Int32(pair.to))
      if !directed { fixed[pair.to].insert(Int32(pair.from)) }
    }
    for actor in 0..<fixed.count {
      for other in absent where other != actor { fixed[actor].insert(Int32(other)) }
    }
    self.fixed = fixed.map { $0.sorted() }
    let gone = Set(absent)
    present = absent.isEmpty ? nil : (0..<count).filter { !gone.contains($0) }
  }

  /// Everything can change.
  public init() {
    fixed = []
    present = nil
  }

  @inline(__always)
  func fixed(_ ego: Int) -> [Int32] { fixed.isEmpty ? [] : fixed[ego] }

  /// Whether the tie of a pair stays as it is.
  func isFixed(_ ego: Int, _ alter: Int) -> Bool {
    !fixed.isEmpty && fixed[ego].contains(Int32(alter))
  }
}
