package import Probability

/// The state of one replicate under one policy: ties, groups, what has been spent, and what a school's outcome
/// is. Policies change it at the start of a year and settle accounts at its end.
public struct World: Sendable {
  package let setting: WorldSetting
  /// The draw of the parameters, the same under every policy.
  package let point: ParameterPoint
  package let replicate: UInt32
  package let seed: Seed
  /// The model year, from 1.
  package internal(set) var year = 1
  /// Ties of the first relation, which policies are about.
  package internal(set) var network: Network
  /// Those of the other relations by position; at 0 stands nothing in the first one's place.
  var others: [Network]
  /// Present values of each behaviour.
  package internal(set) var behaviours: [[Double]]
  package internal(set) var groups: [PartnershipGroup] = []
  private(set) var memberships: [KindMembership]
  /// Added to the utility of each tie of each school this year.
  package var lift: [Double]
  /// The share of the workload of ties that is taken off each school this year.
  package var relief: [Double]
  /// Of each school, by its outcome at the last year's end.
  package internal(set) var outcome: [Double]
  /// Spent in each year from 1, in prices of the scenario's price year; position 0 is the start.
  package private(set) var spending: [Double]
  /// Spent by each action of the policy.
  package private(set) var spent: [Double]
  /// How often each action of the policy has changed something.
  package private(set) var deeds: [Int]
  /// Schools whose partners must build trust anew.
  package internal(set) var turnovers: [Int32] = []
  /// The first year without money for any policy.
  package var fundingEnds = Int.max
  /// What each action keeps from year to year.
  package var notes: [ActionNotes]
  /// The ties of all relations at the end of the last year in which any policy works; empty before.
  package internal(set) var reference: [Network] = []
  /// The ties at the end of the year before, where a measure looks back; empty at the start.
  package internal(set) var yearBefore: [Network] = []
  /// How choices of this year differ by what outcomes have become, in each relation.
  private var drifts: [OutcomeDrift?]
  /// Who is not there.
  package internal(set) var absence = Absence()
  private var workspace = TieChooser.Workspace()

  init(
    _ setting: WorldSetting, point: ParameterPoint, seed: Seed, replicate: UInt32, actions: Int
  ) {
    self.setting = setting
    self.point = point
    self.seed = seed
    self.replicate = replicate
    network = setting.start
    others = [Network(actors: 0, directed: false)] + setting.relations.map(\.start)
    drifts = others.map { _ in nil }
    behaviours = setting.behaviours.map(\.start)
    let none = [Double](repeating: 0, count: setting.count)
    (lift, relief, outcome) = (none, none, setting.outcome)
    spending = [Double](repeating: 0, count: setting.horizon + 1)
    spent = [Double](repeating: 0, count: actions)
    deeds = [Int](repeating: 0, count: actions)
    notes = [ActionNotes](repeating: ActionNotes(), count: actions)
    memberships = PartnershipKind.allCases.map { _ in KindMembership() }
    for group in setting.groups {
      guard found(group.kind, group.members, lead: group.lead, since: 0) != nil else { continue }
      for (member, since) in zip(group.members, group.since) {
        memberships[group.kind.index].since[Int(member)] = since
      }
    }
    beginPresence()
  }

  package var count: Int { setting.count }

  package func value(_ parameter: ParameterValue) -> Double { parameter.value(at: point) }

  /// The stream of one purpose for one school in this year, the same under every policy.
  package func stream(_ purpose: String, school: Int) -> RandomStream {
    RandomStream(
      seed[purpose], replicate: replicate, entity: UInt32(truncatingIfNeeded: school),
      event: UInt32(year))
  }
}

/// What an action keeps from one year to the next: groups it has made, schools it has paid for.
package struct ActionNotes: Sendable {
  package var groups: [Int] = []
  package var schools: [Bool] = []
  package var isPrepared = false
}

// MARK: Groups

extension World {
  /// The group of a school, if it is in one of that kind.
  package func group(_ kind: PartnershipKind, of school: Int) -> Int? {
    let membership = memberships[kind.index].group
    guard !membership.isEmpty, membership[school] >= 0 else { return nil }
    return Int(membership[school])
  }

  /// The model year in which the school joined its group of that kind.
  package func since(_ kind: PartnershipKind, of school: Int) -> Int {
    Int(memberships[kind.index].since[school])
  }

  package func isCompelled(_ kind: PartnershipKind, of school: Int) -> Bool {
    let compelled = memberships[kind.index].compelled
    return !compelled.isEmpty && compelled[school]
  }

  /// Whether there is or was any group of the kind.
  package func hasGroups(_ kind: PartnershipKind) -> Bool {
    !memberships[kind.index].group.isEmpty
  }

  /// Whether the school is governed together with others.
  package func isGoverned(_ school: Int) -> Bool {
    group(.federation, of: school) != nil || group(.trust, of: school) != nil
  }

  /// Whether the school may join a group of the kind.
  package func isFree(_ school: Int, for kind: PartnershipKind) -> Bool {
    if isClosed(school) { return false }
    return kind.isGoverning ? !isGoverned(school) : group(kind, of: school) == nil
  }

  /// Founds a group of those schools that are free to join one.
  ///
  /// - Returns: its position; `nil` where none is free.
  @discardableResult
  package mutating func found(
    _ kind: PartnershipKind, _ schools: [Int32], lead: Int32 = -1, compelled: Set<Int32> = [],
    since: Int? = nil
  ) -> Int? {
    memberships[kind.index].makeRoom(count)
    let free = schools.filter { isFree(Int($0), for: kind) }.sorted()
    guard !free.isEmpty else { return nil }
    groups.append(
      PartnershipGroup(kind: kind, lead: lead, members: [], founded: since ?? year))
    let position = groups.count - 1
    for school in free {
      join(position, Int(school), compelled: compelled.contains(school), since: since)
    }
    return position
  }

  /// Takes a school into a group; the school must be free.
  package mutating func join(
    _ position: Int, _ school: Int, compelled: Bool = false, since: Int? = nil
  ) {
    let kind = groups[position].kind.index
    memberships[kind].group[school] = Int32(position)
    memberships[kind].since[school] = Int32(since ?? year)
    memberships[kind].compelled[school] = compelled
    let place = groups[position].members.firstIndex { $0 > school } ?? groups[position].count
    groups[position].members.insert(Int32(school), at: place)
  }

  /// Takes a school out of its group; a group without two schools ends.
  package mutating func leave(_ kind: PartnershipKind, _ school: Int) {
    guard let position = group(kind, of: school) else { return }
    memberships[kind.index].group[school] = -1
    groups[position].members.removeAll { $0 == school }
    if groups[position].count < 2 { close(position) }
  }

  /// Ends a group.
  package mutating func close(_ position: Int) {
    let kind = groups[position].kind.index
    for school in groups[position].members { memberships[kind].group[Int(school)] = -1 }
    groups[position].members = []
    groups[position].isOpen = false
  }
}

// MARK: Ties

extension World {
  /// How many ties a school has, sent or received.
  package func degree(_ school: Int) -> Int {
    network.isDirected
      ? network.degree(school) + network.inDegree(school) : network.degree(school)
  }

  /// Whether the school has a tie, or is in a group with another.
  package func isPartnered(_ school: Int) -> Bool {
    if degree(school) > 0 { return true }
    return PartnershipKind.ofGroups.contains { kind in
      group(kind, of: school).map {
        groups[$0].count > 1 && since(kind, of: school) <= year
      } ?? false
    }
  }

  package mutating func makeTie(_ a: Int, _ b: Int) {
    if a != b, !network.hasTie(a, b) { network.toggle(a, b) }
  }

  package mutating func endTie(_ a: Int, _ b: Int) {
    if network.hasTie(a, b) { network.toggle(a, b) }
  }

  /// Two schools are brought together and tie where both want it: with probability
  /// *l*(*h_ij* + raise + offset) *l*(*h_ji* + raise + offset), where both weigh one offer, as the confirming side of
  /// the consent rule does; in a directed network the first alone decides.
  package mutating func introduce(
    _ a: Int, _ b: Int, raise: Double, using random: inout RandomStream
  ) -> Bool {
    guard a != b, !network.hasTie(a, b), !isClosed(a), !isClosed(b) else { return false }
    guard setting.formation.model.limits.admits(network, a, b) else { return false }
    let offset = setting.offset + raise
    let around = surroundings
    var probability = PortableMath.logistic(
      setting.formation.worth(
        network, ego: a, alter: b, lift: lift[a], drift: drifts[0], around: around, &workspace)
        + offset)
    if !network.isDirected {
      probability *= PortableMath.logistic(
        setting.formation.worth(
          network, ego: b, alter: a, lift: lift[b], drift: drifts[0], around: around, &workspace)
          + offset)
    }
    guard random.uniform() < probability else { return false }
    network.toggle(a, b)
    return true
  }
}

// MARK: Money

extension World {
  /// Pays in this year.
  package mutating func pay(_ amount: Double, by action: Int) {
    spending[year] += amount
    spent[action] += amount
  }

  /// How many units at a price an action can still pay for.
  package func affordable(_ units: Int, each price: Double, budget: Double?, by action: Int) -> Int
  {
    guard let budget, price > 0 else { return units }
    return max(0, min(units, Int((budget - spent[action]) / price + 1e-9)))
  }

  package mutating func didSomething(_ times: Int = 1, by action: Int) { deeds[action] += times }
}

// MARK: Years

extension World {
  mutating func startYear(_ year: Int) {
    self.year = year
    for school in lift.indices { lift[school] = 0 }
    for school in relief.indices { relief[school] = 0 }
    turnovers.removeAll(keepingCapacity: true)
    drifts[0] = setting.formation.drift(to: outcome)
    for (k, relation) in setting.relations.enumerated() {
      drifts[k + 1] = relation.formation?.drift(to: outcome)
    }
    updatePresence()
  }

  /// What choices of this year go by in each relation; policies lift the first.
  var conditions: [YearConditions] {
    drifts.enumerated().map { relation, drift in
      YearConditions(
        lift: relation == 0 ? lift : [Double](repeating: 0, count: count), drift: drift,
        closed: absence.closed)
    }
  }

  /// What choices of the first relation look at besides its own ties.
  var surroundings: Surroundings {
    Surroundings(
      networks: others, behaviours: behaviours, memberships: memberships, groups: groups)
  }
}
