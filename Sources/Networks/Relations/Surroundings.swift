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

  /// Adds `weight` times the value of each candidate.
  func addValues(
    _ around: borrowing Surroundings, ego: Int, candidates: Span<Int32>, weight: Double,
    to sums: inout MutableSpan<Double>)

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
  /// Adds Σ β *c_ij* of each candidate.
  func add(
    _ around: borrowing Surroundings, ego: Int, _ candidates: [Int32], to sums: inout [Double]
  ) {
    var sums = sums.mutableSpan
    for effect in self {
      effect.function.addValues(
        around, ego: ego, candidates: candidates.span, weight: effect.weight, to: &sums)
    }
  }
}

extension RelationFunction {
  /// Adds `weight` times the value of each candidate.
  func addValues(
    _ other: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to sums: inout MutableSpan<Double>
  ) {
    for k in candidates.indices {
      sums[k] += weight * value(other, ego: ego, alter: Int(candidates[k]))
    }
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

  func addValues(
    _ around: borrowing Surroundings, ego: Int, candidates: Span<Int32>, weight: Double,
    to sums: inout MutableSpan<Double>
  ) {
    let networks = around.networks.span
    function.addValues(
      networks[relation], ego: ego, candidates: candidates, weight: weight, to: &sums)
  }

  func addReached(_ around: borrowing Surroundings, ego: Int, to zone: inout [Int32]) {
    let networks = around.networks.span
    networkReach.add(networks[relation], ego: ego, to: &zone)
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

  func addValues(
    _ around: borrowing Surroundings, ego: Int, candidates: Span<Int32>, weight: Double,
    to sums: inout MutableSpan<Double>
  ) {
    let own = group(around, ego)
    guard own >= 0 else { return }
    let groups = around.memberships[kind.index].group
    for k in candidates.indices where groups[Int(candidates[k])] == own { sums[k] += weight }
  }

  func addReached(_ around: borrowing Surroundings, ego: Int, to zone: inout [Int32]) {
    let own = group(around, ego)
    if own >= 0 { zone.append(contentsOf: around.groups[Int(own)].members) }
  }
}
