public import Probability

/// Runs several relations among the same actors, and behaviours of theirs, forward together in continuous time.
///
/// Each relation has opportunities of its own, and each behaviour, which are met in the order of time; at each its actor
/// chooses by the ties and values that there are by then. A relation's chance, or a behaviour's, is keyed by its name: another relation beside it changes
/// none of its draws. Snijders, Lomi & Torló (2013), doi:10.1016/j.socnet.2012.05.005.
public struct RelationsSimulator: Sendable {
  /// A relation and how its ties form.
  struct Relation: Sendable {
    let name: String
    /// `nil` where ties stay as they are.
    let formation: FormationSimulator?
    /// More ties than this are a run-away.
    var mostTies = Int.max
  }

  let relations: [Relation]
  let behaviours: [BehaviourProcess]
  /// Positions of those that change; behaviours follow relations.
  private let moving: [Int]

  /// - Parameter relations: the first has the draws that it would have alone.
  init(_ relations: [Relation], _ behaviours: [BehaviourProcess] = []) {
    self.relations = relations
    self.behaviours = behaviours
    moving =
      relations.indices.filter { relations[$0].formation != nil }
      + behaviours.indices.map { relations.count + $0 }
  }

  /// - Parameter relations: by name; a relation without a simulator stays as it is.
  public init(_ relations: [(name: String, formation: FormationSimulator?)]) {
    self.init(relations, behaviours: [])
  }

  package init(
    _ relations: [(name: String, formation: FormationSimulator?)], behaviours: [BehaviourProcess]
  ) {
    self.init(relations.map { Relation(name: $0.name, formation: $0.formation) }, behaviours)
  }

  /// Simulates from time zero.
  ///
  /// - Parameters:
  ///   - start: one network a relation.
  ///   - years: how long; fractions are allowed.
  ///   - seed: of the purpose.
  /// - Returns: the networks at the end.
  public func run(
    from start: [Network], years: Double, seed: Seed, replicate: UInt32
  ) -> [Network] {
    run(from: start, [], years: years, seed: seed, replicate: replicate).networks
  }

  /// The same with the values of each behaviour at the start.
  package func run(
    from start: [Network], _ values: [[Double]], years: Double, seed: Seed, replicate: UInt32
  ) -> Surroundings {
    var around = Surroundings(networks: start, behaviours: values)
    var agendas = agendas(start, years: years, seed: seed, replicate: replicate)
    var work = TieChooser.Workspace()
    _ = advance(
      &around, &agendas, until: years,
      start.map { YearConditions(lift: [Double](repeating: 0, count: $0.actorCount)) },
      seeds: seeds(seed), replicate: replicate, &work)
    return around
  }

  /// What the draws of the relation at a position come from.
  private func seed(_ position: Int, _ seed: Seed) -> Seed {
    if position == 0 { return seed }
    return position < relations.count
      ? seed["relation"][relations[position].name]
      : seed["behaviour"][behaviours[position - relations.count].name]
  }

  func seeds(_ seed: Seed) -> [DecisionSeeds] {
    (0..<relations.count + behaviours.count).map { DecisionSeeds(self.seed($0, seed)) }
  }

  /// The opportunities of every relation and behaviour.
  func agendas(
    _ start: [Network], years: Double, seed: Seed, replicate: UInt32
  ) -> [Agenda] {
    let ofTies = relations.indices.map { position in
      relations[position].formation?.agenda(
        start[position], years: years, seed: self.seed(position, seed), replicate: replicate)
        ?? Agenda([], nil)
    }
    return ofTies
      + behaviours.enumerated().map { position, behaviour in
        behaviour.agenda(
          actors: start[0].actorCount, years: years,
          seed: self.seed(relations.count + position, seed), replicate: replicate)
      }
  }

  /// Lets opportunities happen up to a time.
  ///
  /// - Parameters:
  ///   - around: the networks of all relations, which it changes, and groups.
  ///   - conditions: of each relation.
  /// - Returns: the position of a relation that has run away, at which it stops.
  func advance(
    _ around: inout Surroundings, _ agendas: inout [Agenda], until end: Double,
    _ conditions: [YearConditions], seeds: [DecisionSeeds], replicate: UInt32,
    _ work: inout TieChooser.Workspace
  ) -> Int? {
    // The ties of the relation that chooses are here meanwhile.
    var own = Network(actors: 0, directed: false)
    for position in moving where position < relations.count {
      agendas[position].follow(around.networks[position])
      if around.networks[position].tieCount > relations[position].mostTies { return position }
    }
    if moving.count == 1, let only = moving.first, only < relations.count,
      let formation = relations[only].formation
    {
      swap(&own, &around.networks[only])
      formation.advance(
        &own, &agendas[only], until: end, atMost: relations[only].mostTies, lift: conditions[only],
        around: around, seeds: seeds[only], replicate: replicate, &work)
      swap(&own, &around.networks[only])
      return around.networks[only].tieCount > relations[only].mostTies ? only : nil
    }
    while let next = moving.min(by: { agendas[$0].nextTime < agendas[$1].nextTime }),
      agendas[next].nextTime < end
    {
      guard next < relations.count else {
        step(
          next - relations.count, &around, &agendas[next], until: end, conditions[0],
          seeds[next], replicate)
        continue
      }
      swap(&own, &around.networks[next])
      // In place: a simulator is large.
      _ = relations[next].formation?.step(
        &own, &agendas[next], until: end, lift: conditions[next], around: around,
        seeds: seeds[next], replicate: replicate, &work)
      swap(&own, &around.networks[next])
      if around.networks[next].tieCount > relations[next].mostTies { return next }
    }
    // Clocks, which have nothing more before it, are taken to the end too.
    for position in moving { _ = agendas[position].next(until: end) }
    return nil
  }

  /// The next opportunity of a behaviour.
  private func step(
    _ behaviour: Int, _ around: inout Surroundings, _ agenda: inout Agenda, until end: Double,
    _ conditions: YearConditions, _ seeds: DecisionSeeds, _ replicate: UInt32
  ) {
    guard let event = agenda.next(until: end) else { return }
    let (ego, process) = (Int(event.actor), behaviours[behaviour])
    if conditions.isClosed(ego) { return }
    var random = RandomStream(
      seeds.choice, replicate: replicate, entity: UInt32(ego), event: event.number)
    around.behaviours[behaviour][ego] = process.next(
      around.networks[process.relation], around.behaviours[behaviour], ego: ego, using: &random)
  }
}
