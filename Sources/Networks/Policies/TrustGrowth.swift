internal import Probability

/// How trusts grow: each year schools outside join the nearest trust that has room, or found one with the nearest
/// school that is free too, and weak schools of trusts are moved to another one.
///
/// An eligible school that is not governed with others joins with probability `joins`; where no trust with room
/// lies within reach, it founds one. A school of a trust for which `weak` holds is rebrokered with probability
/// `rebroker` to the nearest other trust with room; its years in partnership start again there as far as the effect's
/// decay has taken them. That the effect of a sponsor wears off is part of the effect, not of the policy.
public struct TrustGrowth: PolicyAction {
  public let name = "trust"
  public let terms: PolicyTerms
  private let joins: ParameterValue
  private let rebroker: ParameterValue
  private let weak: SchoolRule
  /// Most members of a trust.
  private let size: Int
  /// Kilometres.
  private let within: Double

  public init(
    _ terms: PolicyTerms, joins: ParameterValue, rebroker: ParameterValue, weak: SchoolRule,
    size: Int, within: Double = .infinity
  ) {
    self.terms = terms
    self.joins = joins
    self.rebroker = rebroker
    self.weak = weak
    self.size = size
    self.within = within
  }

  public var limit: (kind: PartnershipKind, size: Int)? { (.trust, size) }

  public func begin(_ world: inout World, id: Int) {
    guard terms.isActive(world) else { return }
    let eligible = terms.eligible.schools(world)
    let (joins, rebroker) = (world.value(joins), world.value(rebroker))
    var moved: [Int] = []
    var new = 0
    var left = terms.possible(world.count, world, id: id)
    if rebroker > 0 {
      let weak = weak.schools(world)
      for school in weak.indices where weak[school] && left > 0 {
        guard let group = world.group(.trust, of: school), world.groups[group].lead != school else {
          continue
        }
        var random = world.stream("rebroker", school: school)
        guard random.uniform() < rebroker else { continue }
        guard let other = trust(near: school, but: group, world) else { continue }
        world.leave(.trust, school)
        world.join(other, school)
        moved.append(school)
        left -= 1
      }
    }
    for school in eligible.indices where eligible[school] && left > 0 {
      var random = world.stream("trust", school: school)
      guard random.uniform() < joins, !world.isGoverned(school) else { continue }
      if let group = trust(near: school, but: nil, world) {
        world.join(group, school)
      } else {
        let partner = world.nearest(to: school, within: within) {
          eligible[$0] && !world.isGoverned($0)
        }
        guard let partner else { continue }
        let lead = world.outcome[partner] > world.outcome[school] ? partner : school
        world.found(.trust, [Int32(partner), Int32(school)], lead: Int32(lead))
        new += 1
      }
      moved.append(school)
      left -= 1
    }
    let open = world.groups.count { $0.isOpen && $0.kind == .trust }
    world.charge(terms, schools: moved, groups: (open, new), by: id)
    world.didSomething(moved.count, by: id)
  }

  /// The trust of the nearest school whose trust has room.
  private func trust(near school: Int, but own: Int?, _ world: World) -> Int? {
    let member = world.nearest(to: school, within: within) { other in
      guard let group = world.group(.trust, of: other), group != own else { return false }
      return world.groups[group].count < size
    }
    return member.flatMap { world.group(.trust, of: $0) }
  }
}
