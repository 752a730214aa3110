public import Tables

/// Everything that happened in one replicate of one policy: ties and memberships by the year in which they began
/// and ended, and the values of behaviours.
package struct ReplicateRecord: Sendable {
  let policy: String
  private(set) var ties: [TieEvent] = []
  private(set) var memberships: [MembershipEvent] = []
  /// The last year's ties of each relation.
  private var networks: [Network]
  private var groups: [[Int32]]
  private(set) var values: [ValueEvent] = []
  /// The last year's values of each behaviour.
  private var behaviours: [[Double]]

  struct TieEvent: Sendable {
    /// The position of the relation.
    let relation: Int
    let year: Int
    let from: Int
    let to: Int
    let begins: Bool
  }

  struct MembershipEvent: Sendable {
    let year: Int
    let group: Int
    let kind: PartnershipKind
    let school: Int
    let begins: Bool
  }

  /// What a school's behaviour is by the end of a year, or at the start.
  struct ValueEvent: Sendable {
    /// The position of the behaviour.
    let behaviour: Int
    let year: Int
    let school: Int
    let value: Double
  }

  init(policy: String, _ world: World) {
    self.policy = policy
    networks = world.others.indices.map { relation in
      Network(actors: world.count, directed: world.ties(relation).isDirected)
    }
    groups = []
    behaviours = []
    compare(world, year: 0)
  }

  /// Notes what a year has changed.
  mutating func note(_ world: World) { compare(world, year: world.year) }

  private mutating func compare(_ world: World, year: Int) {
    for relation in networks.indices {
      let (before, after) = (networks[relation], world.ties(relation))
      note(from: before, to: after, begins: true, relation, year: year)
      note(from: after, to: before, begins: false, relation, year: year)
      networks[relation] = after
    }
    let isWhole = year == 0 || year == world.setting.horizon
    for (position, now) in world.behaviours.enumerated() {
      for (school, value) in now.enumerated()
      where isWhole || value != behaviours[position][school] {
        values.append(
          ValueEvent(behaviour: position, year: year, school: school, value: value))
      }
    }
    behaviours = world.behaviours
    for (position, group) in world.groups.enumerated() {
      let old = position < groups.count ? Set(groups[position]) : []
      for school in group.members where !old.contains(school) {
        memberships.append(
          MembershipEvent(
            year: year, group: position, kind: group.kind, school: Int(school), begins: true))
      }
      for school in old.subtracting(group.members).sorted() {
        memberships.append(
          MembershipEvent(
            year: year, group: position, kind: group.kind, school: Int(school), begins: false))
      }
    }
    groups = world.groups.map(\.members)
  }

  /// Notes the ties of one network that another has not.
  private mutating func note(
    from old: Network, to new: Network, begins: Bool, _ relation: Int, year: Int
  ) {
    for school in 0..<new.actorCount {
      for k in 0..<new.degree(school) {
        let partner = Int(new.partner(k, of: school))
        guard new.isDirected || school < partner, !old.hasTie(school, partner) else { continue }
        ties.append(
          TieEvent(
            relation: relation, year: year, from: school, to: partner, begins: begins))
      }
    }
  }
}

/// A row of `replay-ties`.
public struct ReplayTieRow: TidyRow {
  let policy: String
  let event: ReplicateRecord.TieEvent

  public static let schema = [
    Field("policy", "The policy's name in the study."),
    Field("time", unit: "year", "The model year; 0 is the start."),
    Field("from", "The row of the school among the actors, from 1."),
    Field("to", "The row of the other school."),
    Field("event", "begins or ends."),
  ]

  public var cells: [Cell] {
    [
      .text(policy), .count(event.year), .count(event.from + 1), .count(event.to + 1),
      .text(event.begins ? "begins" : "ends"),
    ]
  }
}

/// A row of `replay-relations`.
public struct ReplayRelationRow: TidyRow {
  let policy: String
  let relation: String
  let event: ReplicateRecord.TieEvent

  public static let schema = [
    Field("policy", "The policy's name in the study."),
    Field("relation", "The relation's name in the study, one beside the scenario's own ties."),
    Field("time", unit: "year", "The model year; 0 is the start."),
    Field("from", "The row of the school among the actors, from 1."),
    Field("to", "The row of the other school."),
    Field("event", "begins or ends."),
  ]

  public var cells: [Cell] {
    [
      .text(policy), .text(relation), .count(event.year), .count(event.from + 1),
      .count(event.to + 1), .text(event.begins ? "begins" : "ends"),
    ]
  }
}

/// A row of `replay-groups`.
public struct ReplayGroupRow: TidyRow {
  let policy: String
  let event: ReplicateRecord.MembershipEvent

  public static let schema = [
    Field("policy", "The policy's name in the study."),
    Field("time", unit: "year", "The model year; 0 is the start."),
    Field("group", "The group's number in the replicate, from 1."),
    Field("kind", "What kind of group."),
    Field("school", "The row of the school among the actors, from 1."),
    Field("event", "joins or leaves."),
  ]

  public var cells: [Cell] {
    [
      .text(policy), .count(event.year), .count(event.group + 1), .text(event.kind.rawValue),
      .count(event.school + 1), .text(event.begins ? "joins" : "leaves"),
    ]
  }
}

/// A row of `replay-behaviours`.
public struct ReplayBehaviourRow: TidyRow {
  let policy: String
  let behaviour: String
  let event: ReplicateRecord.ValueEvent

  public static let schema = [
    Field("policy", "The policy's name in the study."),
    Field("behaviour", "The behaviour's name in the study."),
    Field(
      "time", unit: "year",
      "The model year: 0, the start, and the last one for every school, others where the value has changed."
    ),
    Field("school", "The row of the school among the actors, from 1."),
    Field("value", "At the start or by the end of the year."),
  ]

  public var cells: [Cell] {
    [
      .text(policy), .text(behaviour), .count(event.year), .count(event.school + 1),
      .number(event.value),
    ]
  }
}
