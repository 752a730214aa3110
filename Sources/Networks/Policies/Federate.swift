internal import Probability

/// Federations of a strong and a weak school: each year the weakest eligible school that is not governed with others
/// federates with the nearest strong one that is free, until the year's number is reached.
///
/// A strong school can support up to `size` − 1 weak ones. Each offer is accepted with probability `acceptance`;
/// a school that refused can be asked again in a later year.
public struct Federate: PolicyAction {
  public let name = "federate"
  public let terms: PolicyTerms
  private let strong: SchoolRule
  private let size: Int
  /// Kilometres.
  private let within: Double
  /// A probability.
  private let acceptance: ParameterValue

  public init(
    _ terms: PolicyTerms, strong: SchoolRule, size: Int = 2, within: Double = .infinity,
    acceptance: ParameterValue = ParameterValue(1)
  ) {
    self.terms = terms
    self.strong = strong
    self.size = size
    self.within = within
    self.acceptance = acceptance
  }

  public var limit: (kind: PartnershipKind, size: Int)? { (.federation, size) }

  public func begin(_ world: inout World, id: Int) {
    guard terms.isActive(world) else { return }
    let strong = strong.schools(world)
    let eligible = terms.eligible.schools(world)
    let weak = eligible.indices.filter { eligible[$0] && !strong[$0] && !world.isGoverned($0) }
    var left = terms.possible(weak.count, world, id: id)
    let acceptance = world.value(acceptance)
    var joined: [Int] = []
    var new = 0
    for school in PolicyTerms.weakestFirst(weak, world) where left > 0 {
      var random = world.stream("federate", school: school)
      guard random.uniform() < acceptance else { continue }
      let partner = world.nearest(to: school, within: within) { other in
        guard strong[other] else { return false }
        guard let group = world.group(.federation, of: other) else {
          return !world.isGoverned(other)
        }
        return world.groups[group].lead == other && world.groups[group].count < size
      }
      guard let partner else { continue }
      if let group = world.group(.federation, of: partner) {
        world.join(group, school)
      } else {
        world.found(.federation, [Int32(partner), Int32(school)], lead: Int32(partner))
        new += 1
      }
      joined.append(school)
      left -= 1
    }
    let open = world.groups.count { $0.isOpen && $0.kind == .federation }
    world.charge(terms, schools: joined, groups: (open, new), by: id)
    world.didSomething(joined.count, by: id)
  }
}

extension World {
  /// The nearest other school that will do; where no places are known, the one with the highest outcome.
  func nearest(to school: Int, within radius: Double, where suits: (Int) -> Bool) -> Int? {
    if let grid = setting.grid { return grid.nearest(to: school, within: radius, where: suits) }
    let able = (0..<count).filter { $0 != school && suits($0) }
    return able.max { (outcome[$0], -$0) < (outcome[$1], -$1) }
  }
}
