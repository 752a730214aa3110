/// A policy told by rules: who acts, when, on whom, and what happens.
///
/// In each of its years, and there every so many, the schools for which `eligible` holds act in the order of their
/// outcome, the lowest first. Each acts on the nearest, the best or the most alike of the schools for which
/// `whom` holds, that lie within reach and with which it is not yet joined that way.
public struct RulePolicy: PolicyAction {
  /// What happens.
  public enum Deed: String, CaseIterable, Sendable {
    /// The two tie.
    case tie
    /// The two meet, and tie where both want it.
    case meet
    /// The tie with that school ends.
    case end
    /// It joins the other's group, or founds one with it.
    case join
    /// It leaves its group.
    case leave
    /// Its ties are worth more this year.
    case raise
    /// It closes; the other, if any will do, takes over its pupils, ties and places in groups.
    case close
    /// Its group goes into the other's.
    case merge
  }

  /// Which of several schools is acted on.
  public enum Preference: String, CaseIterable, Sendable {
    case nearest
    /// The highest outcome.
    case best
    /// The nearest outcome.
    case alike
  }

  public let name = "rule"
  public let terms: PolicyTerms
  private let whom: SchoolRule
  private let deed: Deed
  private let kind: PartnershipKind
  private let prefer: Preference
  private let every: Int
  private let within: Double
  private let size: Int
  private let raise: ParameterValue

  public init(
    _ terms: PolicyTerms, whom: SchoolRule, deed: Deed, kind: PartnershipKind = .federation,
    prefer: Preference = .nearest, every: Int = 1, within: Double = .infinity, size: Int = Int.max,
    raise: ParameterValue = ParameterValue(0)
  ) {
    self.terms = terms
    self.whom = whom
    self.deed = deed
    self.kind = kind
    self.prefer = prefer
    self.every = every
    self.within = within
    self.size = size
    self.raise = raise
  }

  public func begin(_ world: inout World, id: Int) {
    guard terms.isActive(world), (world.year - terms.years.lowerBound) % every == 0 else { return }
    let actors = PolicyTerms.weakestFirst(terms.served(world, id: id), world)
    let whom = deed == .leave || deed == .raise ? [] : whom.schools(world)
    let raise = world.value(raise)
    var acted: [Int] = []
    for school in actors where !world.isClosed(school) {
      if act(school, whom, raise, &world) { acted.append(school) }
    }
    world.charge(terms, schools: acted.sorted(), groups: (acted.count, acted.count), by: id)
    world.didSomething(acted.count, by: id)
  }

  private func act(_ school: Int, _ whom: [Bool], _ raise: Double, _ world: inout World) -> Bool {
    switch deed {
    case .raise:
      world.lift[school] += raise
      return true
    case .leave:
      guard world.group(kind, of: school) != nil else { return false }
      world.leave(kind, school)
      return true
    case .tie, .meet, .end:
      let wanted = deed == .end
      guard
        let other = target(
          of: school, world,
          where: {
            whom[$0] && world.network.hasTie(school, $0) == wanted
              && world.setting.formation.model.limits.admits(world.network, school, $0)
          })
      else { return false }
      if deed == .end {
        world.endTie(school, other)
      } else if deed == .tie {
        world.makeTie(school, other)
      } else {
        var random = world.stream("rule", school: school)
        return world.introduce(school, other, raise: raise, using: &random)
      }
      return true
    case .close:
      world.close(school, into: target(of: school, world) { whom[$0] })
      return true
    case .merge:
      guard let own = world.group(kind, of: school) else { return false }
      let other = target(of: school, world) { other in
        guard whom[other], let group = world.group(kind, of: other), group != own else {
          return false
        }
        return world.groups[group].count + world.groups[own].count <= size
      }
      guard let other, let group = world.group(kind, of: other) else { return false }
      world.merge(own, into: group)
      return true
    case .join:
      guard world.isFree(school, for: kind) else { return false }
      let other = target(of: school, world) { other in
        guard whom[other] else { return false }
        if let group = world.group(kind, of: other) { return world.groups[group].count < size }
        return world.isFree(other, for: kind)
      }
      guard let other else { return false }
      if let group = world.group(kind, of: other) {
        world.join(group, school)
      } else {
        world.found(kind, [Int32(school), Int32(other)], lead: Int32(other))
      }
      return true
    }
  }

  private func target(of school: Int, _ world: World, where suits: (Int) -> Bool) -> Int? {
    if prefer == .nearest {
      return world.nearest(to: school, within: within) { !world.isClosed($0) && suits($0) }
    }
    let near: [Int] =
      within.isFinite
      ? world.setting.grid?.schools(near: school, within: within) ?? []
      : Array(0..<world.count)
    let able = near.filter { $0 != school && !world.isClosed($0) && suits($0) }
    let own = world.outcome[school]
    return prefer == .best
      ? able.max { (world.outcome[$0], -$0) < (world.outcome[$1], -$1) }
      : able.min {
        (abs(world.outcome[$0] - own), $0) < (abs(world.outcome[$1] - own), $1)
      }
  }
}
