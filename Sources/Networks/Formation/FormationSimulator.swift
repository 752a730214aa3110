public import Probability

/// Runs a network forward in continuous time under a ``FormationModel``.
///
/// Everything that does not depend on ties is computed once, when the simulator is made; it can then be used
/// by any number of replicates, policies and threads at the same time.
public struct FormationSimulator: Sendable {
  public let model: FormationModel
  public let actorCount: Int
  public let isDirected: Bool
  private let chooser: TieChooser
  private let feedback: OutcomeFeedback?
  private let draws: ChoiceDraws

  /// - Parameters:
  ///   - lists: each actor's candidates besides its partners; `nil` for all others.
  ///   - blockSize: how many actors the far field takes together; of influence on speed alone.
  ///   - nearBlocks: how many blocks are enumerated; of influence on speed alone.
  ///   - draws: how a choice is drawn; with ``ChoiceDraws/gumbel`` everyone is a candidate and `lists` do not count.
  public init(
    _ model: FormationModel, actors count: Int, directed: Bool, lists: [[Int32]]? = nil,
    blockSize: Int? = nil, nearBlocks: Int = 8, draws: ChoiceDraws = .inversion
  ) {
    self.init(
      model, actors: count, directed: directed, lists: lists, blockSize: blockSize,
      nearBlocks: nearBlocks, feedback: nil, draws: draws)
  }

  /// - Parameters:
  ///   - feedback: effects of the model that follow the outcome.
  ///   - around: effects of other relations and of groups.
  package init(
    _ model: FormationModel, actors count: Int, directed: Bool, lists: [[Int32]]? = nil,
    blockSize: Int? = nil, nearBlocks: Int = 8, feedback: OutcomeFeedback?,
    around: [SurroundingEffect] = [], draws: ChoiceDraws = .inversion
  ) {
    self.model = model
    self.draws = draws
    self.feedback = feedback
    actorCount = count
    isDirected = directed
    let lists = Self.lists(lists, within: model.limits.within)
    let field = ChoiceField(
      actors: count, network: Network(actors: count, directed: directed), effects: model.effects,
      lists: lists, blockSize: blockSize ?? max(8, (count + 1023) / 1024), nearBlocks: nearBlocks)
    chooser = TieChooser(
      effects: model.effects, around: around, limits: model.limits, field: field,
      actorCount: count)
  }

  /// The candidates that are left of a list, or of everyone, within a relation.
  private static func lists(_ lists: [[Int32]]?, within: [[Int32]]?) -> [[Int32]]? {
    guard let lists, let within else { return lists ?? within }
    return zip(lists, within).map { list, allowed in
      let allowed = Set(allowed)
      return list.filter { allowed.contains($0) }
    }
  }

  /// The occasions of `years` years for every actor, where all have the same rate; else there is a ``clock``.
  private func opportunities(years: Double, seed: Seed, replicate: UInt32) -> Opportunities {
    var rate = model.rateTerms.isEmpty ? model.rate : 0
    // Where pairs meet: Σ_j≠i ρ_i ρ_j with equal rates.
    if !isDirected, case .meeting = model.consent { rate *= rate * Double(actorCount - 1) }
    let rates = [Double](repeating: rate, count: actorCount)
    return Opportunities(
      rates: rates, years: years, seed: seed["opportunities"], replicate: replicate)
  }

  /// Whose opportunity comes when in `years` years from a network.
  func agenda(
    _ start: borrowing Network, years: Double, seed: Seed, replicate: UInt32
  ) -> Agenda {
    Agenda(
      opportunities(years: years, seed: seed, replicate: replicate).events,
      clock(start, seed: seed, replicate: replicate))
  }

  /// What says whose opportunity comes next, where rates differ between actors.
  private func clock(
    _ network: borrowing Network, seed: Seed, replicate: UInt32
  ) -> OpportunityClock? {
    guard !model.rateTerms.isEmpty else { return nil }
    return OpportunityClock(
      model.rateTerms, base: model.rate, network, pairs: isMeeting, seed: seed["opportunities"],
      replicate: replicate)
  }

  private var isMeeting: Bool {
    if !isDirected, case .meeting = model.consent { return true }
    return false
  }

  /// Simulates from time zero.
  ///
  /// - Parameters:
  ///   - years: how long; fractions are allowed.
  ///   - lift: for each actor, what is added to the utility of each of its ties.
  ///   - seed: of the purpose; streams are keyed by replicate, actor and opportunity.
  /// - Returns: the network at the end.
  public func run(
    from start: Network, years: Double, lift: [Double]? = nil, seed: Seed, replicate: UInt32
  ) -> Network {
    var network = start
    var work = TieChooser.Workspace()
    let lift = YearConditions(lift: lift ?? [Double](repeating: 0, count: actorCount))
    var agenda = agenda(network, years: years, seed: seed, replicate: replicate)
    advance(
      &network, &agenda, until: years, lift: lift, around: .none, seeds: DecisionSeeds(seed),
      replicate: replicate, &work)
    return network
  }

  /// What an actor would toggle at one opportunity; `nil` for nothing. For tests of the draw itself.
  package func draw(
    _ network: Network, ego: Int, lift: Double, seed: Seed, replicate: UInt32,
    outcome: [Double]? = nil, closed: [Bool] = [], around: Surroundings = .none
  ) -> Int? {
    var random = RandomStream(seed, replicate: replicate, entity: UInt32(ego))
    var work = TieChooser.Workspace()
    let conditions = YearConditions(
      lift: [Double](repeating: lift, count: actorCount),
      drift: outcome.flatMap { drift(to: $0) }, closed: closed)
    return choose(network, ego, conditions, around, using: &random, &work)?.alter
  }

  /// What having a tie, over not having it, is worth to `ego`.
  ///
  /// - Parameter drift: see ``drift(to:)``.
  func worth(
    _ network: borrowing Network, ego: Int, alter: Int, lift: Double, drift: OutcomeDrift?,
    around: borrowing Surroundings, _ work: inout TieChooser.Workspace
  ) -> Double {
    chooser.utility(network, ego: ego, alter: alter, lift: lift, around, &work)
      + (drift?.gain(ego, alter, tied: network.hasTie(ego, alter)) ?? 0)
  }

  /// How choices differ by what outcomes have become; `nil` where they do not.
  func drift(to outcome: [Double]) -> OutcomeDrift? { feedback?.drift(to: outcome) }

  /// Lets the opportunities up to a time happen, until there are more than `most` ties.
  func advance(
    _ network: inout Network, _ agenda: inout Agenda, until end: Double, atMost most: Int = .max,
    lift: YearConditions, around: borrowing Surroundings, seeds: DecisionSeeds, replicate: UInt32,
    _ work: inout TieChooser.Workspace
  ) {
    while network.tieCount <= most,
      step(
        &network, &agenda, until: end, lift: lift, around: around, seeds: seeds,
        replicate: replicate, &work)
    {}
  }

  /// Lets the next opportunity happen; gives whether there was one before `end`.
  @inline(__always)
  func step(
    _ network: inout Network, _ agenda: inout Agenda, until end: Double, lift: YearConditions,
    around: borrowing Surroundings, seeds: DecisionSeeds, replicate: UInt32,
    _ work: inout TieChooser.Workspace
  ) -> Bool {
    guard let event = agenda.next(until: end) else { return false }
    let ego = Int(event.actor)
    if lift.isClosed(ego) { return true }
    if let alter = happen(
      &network, event, agenda.clock, lift: lift, around, seeds: seeds, replicate: replicate, &work)
    {
      agenda.follow(network, ego, alter)
    }
    return true
  }

  /// One opportunity; gives the alter whose tie was toggled.
  @inline(__always)
  private func happen(
    _ network: inout Network, _ event: Opportunities.Event, _ clock: OpportunityClock?,
    lift: YearConditions, _ around: borrowing Surroundings, seeds: DecisionSeeds,
    replicate: UInt32,
    _ work: inout TieChooser.Workspace
  ) -> Int? {
    let ego = Int(event.actor)
    var random = RandomStream(
      seeds.choice, replicate: replicate, entity: UInt32(ego), event: event.number)
    switch model.consent {
    case .meeting(let rule) where !isDirected:
      let alter: Int
      if let clock {
        // In proportion to the other's rate; meeting oneself is no meeting.
        alter = clock.actor(at: random.uniform())
        if alter == ego { return nil }
      } else {
        let other = random.index(below: actorCount - 1)
        alter = other >= ego ? other + 1 : other
      }
      return meet(&network, ego, alter, rule, lift: lift, around, using: &random, &work)
        ? alter : nil
    case .initiative(let rule) where !isDirected:
      guard let choice = choose(network, ego, lift, around, using: &random, &work)
      else { return nil }
      let worth = worth(network, choice.alter, ego, lift, around, &work)
      let probability = rule.confirmation(
        creating: choice.creating, alter: choice.creating ? worth : -worth)
      var answer = RandomStream(
        seeds.consent, replicate: replicate, entity: UInt32(ego), event: event.number)
      guard answer.uniform() < probability else { return nil }
      network.toggle(ego, choice.alter)
      return choice.alter
    default:
      guard let choice = choose(network, ego, lift, around, using: &random, &work)
      else { return nil }
      network.toggle(ego, choice.alter)
      return choice.alter
    }
  }

  @inline(__always)
  private func choose(
    _ network: borrowing Network, _ ego: Int, _ lift: YearConditions,
    _ around: borrowing Surroundings, using random: inout RandomStream,
    _ work: inout TieChooser.Workspace
  ) -> TieChooser.Choice? {
    switch draws {
    case .inversion: chooser.choose(network, ego: ego, lift, around, using: &random, &work)
    case .gumbel: chooser.chooseByGumbel(network, ego: ego, lift, around, using: &random, &work)
    }
  }

  @inline(__always)
  private func worth(
    _ network: borrowing Network, _ ego: Int, _ alter: Int, _ lift: YearConditions,
    _ around: borrowing Surroundings, _ work: inout TieChooser.Workspace
  ) -> Double {
    let worth = chooser.utility(
      network, ego: ego, alter: alter, lift: lift.utility[ego], around, &work)
    guard let drift = lift.drift else { return worth }
    return worth + drift.gain(ego, alter, tied: network.hasTie(ego, alter))
  }

  /// A meeting of the ego with another actor: the pair decides by the rule. Gives whether its tie was toggled.
  private func meet(
    _ network: inout Network, _ ego: Int, _ alter: Int, _ rule: any MeetingRule,
    lift: YearConditions, _ around: borrowing Surroundings, using random: inout RandomStream,
    _ work: inout TieChooser.Workspace
  ) -> Bool {
    if lift.isClosed(alter) { return false }
    if !model.limits.isNone, !model.limits.admits(network, ego, alter) { return false }
    let creating = !network.hasTie(ego, alter)
    let sign: Double = creating ? 1 : -1
    let own = worth(network, ego, alter, lift, around, &work)
    let other = worth(network, alter, ego, lift, around, &work)
    let probability = rule.probability(
      creating: creating, ego: sign * own, alter: sign * other)
    guard random.uniform() < probability else { return false }
    network.toggle(ego, alter)
    return true
  }
}

/// What choices of a year go by besides the network: what policies add to the utility of an actor's ties, the factor
/// that it multiplies their weights by, what outcomes have become, and who is not there.
struct YearConditions: Sendable {
  let utility: [Double]
  let factor: [Double]
  let drift: OutcomeDrift?
  /// Schools that are not there; empty where all are.
  let closed: [Bool]

  /// - Parameter lift: of each actor; beyond ±100 it counts as that.
  init(lift: [Double], drift: OutcomeDrift? = nil, closed: [Bool] = []) {
    let utility = lift.map { max(-100, min(100, $0)) }
    self.utility = utility
    factor = utility.map { $0 == 0 ? 1 : PortableMath.exp($0) }
    self.drift = drift
    self.closed = closed
  }

  @inline(__always)
  func isClosed(_ actor: Int) -> Bool { !closed.isEmpty && closed[actor] }
}

/// Streams of decisions, keyed by actor and opportunity. Consent has its own, so that it does not depend on how many
/// numbers the choice before it took.
struct DecisionSeeds: Sendable {
  let choice: Seed
  let consent: Seed

  init(_ seed: Seed) {
    choice = seed["choice"]
    consent = seed["consent"]
  }
}
