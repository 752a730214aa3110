internal import Probability

/// A broker brings the schools of given groups together, such as families of similar schools that do not share a
/// neighbourhood: the groups exist from the first to the last of its years, and each year every member meets some
/// others of its group, each time tying with them where both want it.
///
/// A meeting makes the tie with probability *l*(*h_ij* + raise + offset) · *l*(*h_ji* + raise + offset), with the
/// offset of the consent rule: both sides weigh one offer.
public struct Broker: PolicyAction {
  public let name = "broker"
  public let terms: PolicyTerms
  private let kind: PartnershipKind
  private let groups: [[Int32]]
  /// How many meetings each school starts a year.
  private let meetings: Int
  /// Log odds.
  private let raise: ParameterValue

  public init(
    _ terms: PolicyTerms, kind: PartnershipKind, groups: [[Int32]], meetings: Int,
    raise: ParameterValue
  ) {
    self.terms = terms
    self.kind = kind
    self.groups = groups
    self.meetings = meetings
    self.raise = raise
  }

  public func begin(_ world: inout World, id: Int) {
    guard terms.isActive(world) else {
      if world.year > terms.years.lowerBound {
        for group in world.notes[id].groups where world.groups[group].isOpen { world.close(group) }
        world.notes[id].groups = []
      }
      return
    }
    var new = 0
    if !world.notes[id].isPrepared {
      world.notes[id].isPrepared = true
      let eligible = terms.eligible.schools(world)
      let able = terms.possible(groups.count, world, id: id)
      for members in groups.map({ $0.filter { eligible[Int($0)] } }).filter({ $0.count > 1 })
        .prefix(able)
      {
        if let group = world.found(kind, members) { world.notes[id].groups.append(group) }
      }
      new = world.notes[id].groups.count
    }
    let raise = world.value(raise)
    var members: [Int] = []
    for group in world.notes[id].groups {
      let schools = world.groups[group].members
      members += schools.map(Int.init)
      for school in schools where schools.count > 1 {
        var random = world.stream("broker", school: Int(school))
        for _ in 0..<meetings {
          let other = schools[random.index(below: schools.count)]
          _ = world.introduce(Int(school), Int(other), raise: raise, using: &random)
        }
      }
    }
    world.charge(
      terms, schools: members, groups: (world.notes[id].groups.count, new), by: id)
    world.didSomething(members.count, by: id)
  }
}
