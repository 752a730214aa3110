/// What there is around the ties of one relation: those of the other relations among the same actors, behaviours, and groups.
package struct Surroundings: Sendable {
  /// By the position of each relation. That of the relation which chooses is not looked at: its ties are elsewhere
  /// while it does.
  package var networks: [Network]
  /// Present values of each behaviour.
  package var behaviours: [[Double]]
  /// Who is in which group, by the index of the kind.
  let memberships: [KindMembership]
  let groups: [PartnershipGroup]

  init(
    networks: [Network], behaviours: [[Double]] = [], memberships: [KindMembership] = [],
    groups: [PartnershipGroup] = []
  ) {
    self.networks = networks
    self.behaviours = behaviours
    self.memberships = memberships
    self.groups = groups
  }

  /// Other relations, and groups of one kind.
  ///
  /// - Parameter members: of each group, ascending.
  package init(
    networks: [Network], _ kind: PartnershipKind, _ members: [[Int32]], actors count: Int
  ) {
    var memberships = PartnershipKind.allCases.map { _ in KindMembership() }
    memberships[kind.index].makeRoom(count)
    for (position, schools) in members.enumerated() {
      for school in schools { memberships[kind.index].group[Int(school)] = Int32(position) }
    }
    self.init(
      networks: networks, memberships: memberships,
      groups: members.map { PartnershipGroup(kind: kind, lead: -1, members: $0, founded: 0) })
  }

  /// Nothing but the relation itself.
  package static let none = Surroundings(networks: [])
}

/// What a tie is worth by what surrounds its relation: *c_ij* of other relations or of groups, the same whether there is
/// a tie or not.
protocol SurroundingFunction: Sendable {
  /// Where the value can differ from zero: ``Reach/own`` where it is the same for all alters, ``Reach/everywhere`` where
  /// all must be looked at, else where ``addReached(_:ego:to:)`` says.
  var reach: Reach { get }

  func value(_ around: borrowing Surroundings, ego: Int, alter: Int) -> Double

  /// Adds the alters whose value can differ from zero, in any order and perhaps more than once; the ego may be among them.
  func addReached(_ around: borrowing Surroundings, ego: Int, to zone: inout [Int32])
}

/// A function of what surrounds a relation, with its coefficient.
package struct SurroundingEffect: Sendable {
  let function: any SurroundingFunction
  let weight: Double
  let part: PanelModel.Part

  init(
    _ function: any SurroundingFunction, weight: Double, part: PanelModel.Part = .evaluation
  ) {
    self.function = function
    self.weight = weight
    self.part = part
  }

  /// An effect of the relation at a position.
  package init(
    _ function: any RelationFunction, of relation: Int, weight: Double,
    part: PanelModel.Part = .evaluation
  ) {
    self.init(RelationTies(function: function, relation: relation), weight: weight, part: part)
  }

  /// An effect of the present values of the behaviour at a position.
  package init(
    _ function: any PairFunction, ofBehaviour behaviour: Int, weight: Double,
    part: PanelModel.Part = .evaluation
  ) {
    self.init(
      PresentValues(function: function, behaviour: behaviour), weight: weight, part: part)
  }

  /// An effect of present groups of a kind.
  package init(
    togetherIn kind: PartnershipKind, weight: Double, part: PanelModel.Part = .evaluation
  ) {
    self.init(SharedPresentGroup(kind: kind), weight: weight, part: part)
  }
}

extension [SurroundingEffect] {
  /// Σ β *c_ij*
  func worth(_ around: borrowing Surroundings, ego: Int, alter: Int) -> Double {
    var sum = 0.0
    for effect in self {
      sum += effect.weight * effect.function.value(around, ego: ego, alter: alter)
    }
    return sum
  }
}

/// What a tie is worth by the ties of the relation at a position.
struct RelationTies: SurroundingFunction {
  private let function: any RelationFunction
  private let relation: Int
  private let networkReach: NetworkReach

  init(function: any RelationFunction, relation: Int) {
    self.function = function
    self.relation = relation
    networkReach = NetworkReach([function.reach])
  }

  var reach: Reach { function.reach }

  func value(_ around: borrowing Surroundings, ego: Int, alter: Int) -> Double {
    function.value(around.networks[relation], ego: ego, alter: alter)
  }

  func addReached(_ around: borrowing Surroundings, ego: Int, to zone: inout [Int32]) {
    networkReach.add(around.networks[relation], ego: ego, to: &zone)
  }
}

/// Whether the two are at present in the same group of a kind.
struct SharedPresentGroup: SurroundingFunction {
  let kind: PartnershipKind

  /// Not of the ties' network at all: the members are found by their group.
  var reach: Reach { .neighbours }

  private func group(_ around: borrowing Surroundings, _ school: Int) -> Int32 {
    guard kind.index < around.memberships.count else { return -1 }
    let group = around.memberships[kind.index].group
    return group.isEmpty ? -1 : group[school]
  }

  func value(_ around: borrowing Surroundings, ego: Int, alter: Int) -> Double {
    let own = group(around, ego)
    return own >= 0 && own == group(around, alter) ? 1 : 0
  }

  func addReached(_ around: borrowing Surroundings, ego: Int, to zone: inout [Int32]) {
    let own = group(around, ego)
    if own >= 0 { zone.append(contentsOf: around.groups[Int(own)].members) }
  }
}
