internal import Probability

/// A relation beside the first one: its name, its ties at the start, and how they form.
package struct OtherRelation: Sendable {
  let name: String
  private(set) var start: Network
  /// `nil` where ties stay as they are.
  package private(set) var formation: FormationSimulator?
  /// Where formation has coefficients to draw.
  private let uncertain: UncertainFormation?

  init(_ name: String, start: Network, _ uncertain: UncertainFormation?, at point: ParameterPoint) {
    self.name = name
    self.start = start
    self.uncertain = uncertain
    formation = uncertain?.simulator(at: point)
  }

  /// The relation begun with other ties.
  func starting(_ network: Network) -> OtherRelation {
    var relation = self
    relation.start = network
    return relation
  }

  /// The relation with the formation of a draw of the parameters.
  func drawn(_ point: ParameterPoint) -> OtherRelation {
    guard let uncertain, !uncertain.isFixed else { return self }
    var relation = self
    relation.formation = uncertain.simulator(at: point)
    return relation
  }
}

extension WorldSetting {
  /// The name of the relation at a position; empty for the first.
  func relationName(_ position: Int) -> String {
    position == 0 ? "" : relations[position - 1].name
  }

  /// Ties of all relations at the start.
  var starts: [Network] { [start] + relations.map(\.start) }

  /// How all relations and behaviours change together, at a draw of the parameters.
  func process(at point: ParameterPoint) -> RelationsSimulator {
    RelationsSimulator(
      [RelationsSimulator.Relation(name: "", formation: formation, mostTies: mostTies)]
        + relations.map {
          RelationsSimulator.Relation(
            name: $0.name, formation: $0.formation, mostTies: Self.mostTies($0.start))
        }, behaviours.map { $0.process(at: point) })
  }
}

extension World {
  /// The ties of the relation at a position; the first one's is 0.
  package func ties(_ relation: Int) -> Network { relation == 0 ? network : others[relation] }

  /// The ties of all relations.
  var allTies: [Network] { [network] + others.dropFirst() }

  /// How many ties a school has in the relation at a position, sent or received.
  package func degree(_ school: Int, in relation: Int) -> Int {
    if relation == 0 { return degree(school) }
    return others[relation].isDirected
      ? others[relation].degree(school) + others[relation].inDegree(school)
      : others[relation].degree(school)
  }

  /// Lets opportunities of all relations happen until a time.
  ///
  /// - Returns: the position of a relation that has run away.
  mutating func advance(
    _ process: RelationsSimulator, _ agendas: inout [Agenda], until end: Double,
    seeds: [DecisionSeeds], _ work: inout TieChooser.Workspace
  ) -> Int? {
    let conditions = conditions
    var around = surroundings
    // Moved, not shared: ties change where they are.
    others = []
    behaviours = []
    swap(&around.networks[0], &network)
    let stopped = process.advance(
      &around, &agendas, until: end, conditions, seeds: seeds, replicate: replicate, &work)
    swap(&around.networks[0], &network)
    others = around.networks
    behaviours = around.behaviours
    return stopped
  }

  /// Ends the ties of a school that closes in all relations but the first, or hands them to the one that takes it over.
  mutating func handOverOtherTies(of school: Int, to heir: Int?) {
    for position in others.indices.dropFirst() {
      others[position].handOver(school, to: heir)
    }
  }
}

extension Network {
  /// Ends all ties of an actor; where there is an heir it takes those over that it can have and has not.
  mutating func handOver(_ actor: Int, to heir: Int?) {
    let partners = (0..<degree(actor)).map { Int(partner($0, of: actor)) }
    let senders = isDirected ? (0..<inDegree(actor)).map { Int(sender($0, to: actor)) } : []
    for partner in partners {
      toggle(actor, partner)
      if let heir, heir != partner, !hasTie(heir, partner) { toggle(heir, partner) }
    }
    for sender in senders {
      toggle(sender, actor)
      if let heir, heir != sender, !hasTie(sender, heir) { toggle(sender, heir) }
    }
  }
}
