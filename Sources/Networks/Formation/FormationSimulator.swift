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

  /// - Parameters:
  ///   - lists: each actor's candidates besides its partners; `nil` for all others.
  ///   - blockSize: how many actors the far field takes together; of influence on speed alone.
  ///   - nearBlocks: how many blocks are enumerated; of influence on speed alone.
  public init(
    _ model: FormationModel, actors count: Int, directed: Bool, lists: [[Int32]]? = nil,
    blockSize: Int? = nil, nearBlocks: Int = 8
  ) {
    self.init(
      model, actors: count, directed: directed, lists: lists, blockSize: blockSize,
      nearBlocks: nearBlocks, feedback: nil)
  }

  /// - Parameter feedback: effects of the model that follow the outcome.
  package init(
    _ model: FormationModel, actors count: Int, directed: Bool, lists: [[Int32]]? = nil,
    blockSize: Int? = nil, nearBlocks: Int = 8, feedback: OutcomeFeedback?
  ) {
    self.model = model
    self.feedback = feedback
    actorCount = count
    isDirected = directed
    let field = ChoiceField(
      actors: count, network: Network(actors: count, directed: directed), effects: model.effects,
      lists: lists, blockSize: blockSize ?? max(8, (count + 1023) / 1024), nearBlocks: nearBlocks)
    chooser = TieChooser(effects: model.effects, field: field, actorCount: count)
  }

  /// The occasions of `years` years for every actor.
  func opportunities(years: Double, seed: Seed, replicate: UInt32) -> Opportunities {
    var rate = model.rate
    // Where pairs meet: Σ_j≠i ρ_i ρ_j with equal rates.
    if !isDirected, case .meeting = model.consent { rate *= rate * Double(actorCount - 1) }
    let rates = [Double](repeating: rate, count: actorCount)
    return Opportunities(
      rates: rates, years: years, seed: seed["opportunities"], replicate: replicate)
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
    let events = opportunities(years: years, seed: seed, replicate: replicate).events
    let lift = YearConditions(lift: lift ?? [Double](repeating: 0, count: actorCount))
    advance(
      &network, events[...], lift: lift, seeds: DecisionSeeds(seed), replicate: replicate, &work)
    return network
  }

  /// What an actor would toggle at one opportunity; `nil` for nothing. For tests of the draw itself.
  package func draw(
    _ network: Network, ego: Int, lift: Double, seed: Seed, replicate: UInt32,
    outcome: [Double]? = nil, closed: [Bool] = []
  ) -> Int? {
    var random = RandomStream(seed, replicate: replicate, entity: UInt32(ego))
    var work = TieChooser.Workspace()
    let conditions = YearConditions(
      lift: [Double](repeating: lift, count: actorCount),
      drift: outcome.flatMap { drift(to: $0) }, closed: closed)
    return chooser.choose(network, ego: ego, conditions, using: &random, &work)?.alter
  }

  /// What having a tie, over not having it, is worth to `ego`.
  ///
  /// - Parameter drift: see ``drift(to:)``.
  func worth(
    _ network: borrowing Network, ego: Int, alter: Int, lift: Double, drift: OutcomeDrift?,
    _ work: inout TieChooser.Workspace
  ) -> Double {
    chooser.utility(network, ego: ego, alter: alter, lift: lift, &work)
      + (drift?.gain(ego, alter) ?? 0)
  }

  /// How choices differ by what outcomes have become; `nil` where they do not.
  func drift(to outcome: [Double]) -> OutcomeDrift? { feedback?.drift(to: outcome) }

  /// More ties than this are no partnership any more, and a simulation that never ends: 100 partners a school.
  var mostTies: Int { (isDirected ? 100 : 50) * actorCount }

  /// Lets the given opportunities happen, up to ``mostTies``.
  func advance(
    _ network: inout Network, _ events: ArraySlice<Opportunities.Event>, lift: YearConditions,
    seeds: DecisionSeeds, replicate: UInt32, _ work: inout TieChooser.Workspace
  ) {
    for event in events where network.tieCount <= mostTies {
      let ego = Int(event.actor)
      if lift.isClosed(ego) { continue }
      var random = RandomStream(
        seeds.choice, replicate: replicate, entity: UInt32(ego), event: event.number)
      switch model.consent {
      case .meeting(let rule) where !isDirected:
        meet(&network, ego, rule, lift: lift, using: &random, &work)
      case .initiative(let rule) where !isDirected:
        guard let choice = choose(network, ego, lift, using: &random, &work) else { continue }
        let worth = worth(network, choice.alter, ego, lift, &work)
        let probability = rule.confirmation(
          creating: choice.creating, alter: choice.creating ? worth : -worth)
        var answer = RandomStream(
          seeds.consent, replicate: replicate, entity: UInt32(ego), event: event.number)
        if answer.uniform() < probability { network.toggle(ego, choice.alter) }
      default:
        guard let choice = choose(network, ego, lift, using: &random, &work) else { continue }
        network.toggle(ego, choice.alter)
      }
    }
  }

  @inline(__always)
  private func choose(
    _ network: borrowing Network, _ ego: Int, _ lift: YearConditions,
    using random: inout RandomStream, _ work: inout TieChooser.Workspace
  ) -> TieChooser.Choice? {
    chooser.choose(network, ego: ego, lift, using: &random, &work)
  }

  @inline(__always)
  private func worth(
    _ network: borrowing Network, _ ego: Int, _ alter: Int, _ lift: YearConditions,
    _ work: inout TieChooser.Workspace
  ) -> Double {
    let worth = chooser.utility(network, ego: ego, alter: alter, lift: lift.utility[ego], &work)
    guard let drift = lift.drift else { return worth }
    return worth + drift.gain(ego, alter)
  }

  /// A meeting of the ego with any other actor: the pair decides by the rule.
  private func meet(
    _ network: inout Network, _ ego: Int, _ rule: any MeetingRule, lift: YearConditions,
    using random: inout RandomStream, _ work: inout TieChooser.Workspace
  ) {
    var alter = random.index(below: actorCount - 1)
    if alter >= ego { alter += 1 }
    if lift.isClosed(alter) { return }
    let creating = !network.hasTie(ego, alter)
    let sign: Double = creating ? 1 : -1
    let own = worth(network, ego, alter, lift, &work)
    let other = worth(network, alter, ego, lift, &work)
    let probability = rule.probability(
      creating: creating, ego: sign * own, alter: sign * other)
    if random.uniform() < probability { network.toggle(ego, alter) }
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
