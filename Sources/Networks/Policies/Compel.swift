/// Schools that are made to join: each year eligible schools (below a threshold) that are not in a group of the kind
/// join the nearest one that has room, or found one with the nearest school that may lead.
///
/// Members are marked as compelled, so that an effect estimated on volunteers is carried over to them as an
/// assumption, and wider.
public struct Compel: PolicyAction {
  public let name = "compel"
  public let terms: PolicyTerms
  private let kind: PartnershipKind
  private let leads: SchoolRule
  /// Most members of a group.
  private let size: Int
  /// Kilometres.
  private let within: Double

  public init(
    _ terms: PolicyTerms, into kind: PartnershipKind, leads: SchoolRule, size: Int,
    within: Double = .infinity
  ) {
    self.terms = terms
    self.kind = kind
    self.leads = leads
    self.size = size
    self.within = within
  }

  public var limit: (kind: PartnershipKind, size: Int)? { (kind, size) }

  public func begin(_ world: inout World, id: Int) {
    guard terms.isActive(world) else { return }
    let leads = leads.schools(world)
    let schools = PolicyTerms.weakestFirst(
      terms.served(world, id: id) { world.isFree($0, for: kind) }, world)
    var joined: [Int] = []
    var new = 0
    for school in schools where world.isFree(school, for: kind) {
      let partner = world.nearest(to: school, within: within) { other in
        if let group = world.group(kind, of: other) { return world.groups[group].count < size }
        return leads[other] && world.isFree(other, for: kind)
      }
      guard let partner else { continue }
      if let group = world.group(kind, of: partner) {
        world.join(group, school, compelled: true)
      } else {
        world.found(
          kind, [Int32(partner), Int32(school)], lead: Int32(partner), compelled: [Int32(school)])
        new += 1
      }
      joined.append(school)
    }
    let open = world.groups.count { $0.isOpen && $0.kind == kind }
    world.charge(terms, schools: joined, groups: (open, new), by: id)
    world.didSomething(joined.count, by: id)
  }
}
