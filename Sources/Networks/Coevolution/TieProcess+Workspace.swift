extension TieProcess {
  /// Room for the changes of one relation, used again and again.
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
    var tabulated: TabulatedWork
    /// Tables whose classes follow behaviours, where there are such.
    var levelTables: ChoiceTables?
    /// Absent for now.
    var absent: [Int32] = []
    var single = [Int32](repeating: 0, count: 1)
    /// Statistics of one pair, of its first and its second actor: one number a term.
    var first: [Double]
    var second: [Double]
    var one = [0.0]
    /// One for each parameter of the model.
    var scores: [Double]
    /// Where they differ.
    var actorRates: ActorRates?
    let isMeeting: Bool

    /// - Parameters:
    ///   - isDense: whether runs take ``DenseWeights``.
    ///   - parameters: how many the model has.
    init(_ process: borrowing TieProcess, isDense: Bool, parameters: Int) {
      tabulated = TabulatedWork(
        actors: process.tables == nil || isDense ? 0 : process.actorCount)
      levelTables = process.tables?.levels == nil ? nil : process.tables
      let count = process.tables == nil ? process.actorCount : 0
      neighbourhood = Neighbourhood(actors: count)
      changes = [[Double]](
        repeating: [Double](repeating: 0, count: count), count: process.terms.count)
      weights = [Double](repeating: 0, count: count)
      pairUtilities = weights
      otherUtilities = weights
      fieldWeights = weights
      first = [Double](repeating: 0, count: process.terms.count)
      second = first
      scores = [Double](repeating: 0, count: parameters)
      isMeeting = process.isMeeting
    }

    /// Makes ready for a run.
    mutating func start(
      _ process: borrowing TieProcess, rate: Double, _ network: borrowing Network,
      _ presence: borrowing Presence
    ) {
      for k in scores.indices { scores[k] = 0 }
      absent = presence.passing
      actorRates =
        process.rateTerms.isEmpty
        ? nil
        : ActorRates(process.rateTerms, base: rate, network, present: presence.actors)
    }

    /// An actor comes, or goes and takes its ties with it.
    mutating func apply(
      _ change: PresenceChange, _ presence: borrowing Presence, to network: inout Network
    ) {
      absent = presence.passing
      let touched = change.arrives ? [] : network.removeTies(of: change.actor)
      if change.arrives {
        actorRates?.update(change.actor, network)
      } else {
        actorRates?.remove(change.actor)
      }
      for other in touched { actorRates?.update(other, network) }
    }

    /// Rates after a tie of a pair was toggled.
    mutating func update(_ pair: (ego: Int, alter: Int), _ network: borrowing Network) {
      actorRates?.update(pair.ego, network)
      actorRates?.update(pair.alter, network)
    }
  }
}

extension Network {
  /// Ends all ties of an actor; gives the others.
  fileprivate mutating func removeTies(of actor: Int) -> [Int] {
    var touched: [Int] = []
    while degree(actor) > 0 {
      let other = Int(partner(0, of: actor))
      toggle(actor, other)
      touched.append(other)
    }
    while inDegree(actor) > 0 {
      let other = Int(sender(0, to: actor))
      toggle(other, actor)
      touched.append(other)
    }
    return touched
  }
}
