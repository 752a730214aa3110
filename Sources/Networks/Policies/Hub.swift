public import Tables

/// Hubs that serve the schools around them: a number of leading schools chosen so that as many eligible schools as
/// possible lie within a radius, each serving the nearest up to its capacity.
///
/// Leads are chosen one by one, each time the one that adds most schools not yet within reach of a hub: at least
/// 1 − 1/*e* of what any choice could reach (Nemhauser, Wolsey & Fisher 1978, doi:10.1007/BF01588971). The
/// choice is made before the simulation and is the same in all replicates. Schools join in the order of their
/// distance, so many a year; hubs end after their last year.
public struct Hub: PolicyAction {
  public let name = "hub"
  public let terms: PolicyTerms
  private let hubs: [(lead: Int32, members: [Int32])]
  /// How many schools each hub takes in a year.
  private let perYear: Int
  /// Eligible schools that no hub reaches, and hubs that could not be placed.
  private let unreached: (schools: Int, hubs: Int)

  /// - Parameters:
  ///   - leads: schools that may lead.
  ///   - radius: kilometres.
  ///   - capacity: most schools served by a hub.
  public init(
    _ terms: PolicyTerms, count: Int, leads: [Bool], eligible: [Bool], locations: Locations,
    radius: Double, capacity: Int, perYear: Int
  ) {
    self.terms = terms
    self.perYear = perYear
    let grid = PlaceGrid(locations)
    let chosen = Self.choose(count, leads, eligible, grid, radius: radius, capacity: capacity)
    hubs = Self.assign(chosen, eligible, grid, locations, radius: radius, capacity: capacity)
    let reached = hubs.reduce(0) { $0 + $1.members.count }
    unreached = (eligible.count { $0 } - reached, count - chosen.count)
  }

  private static func choose(
    _ count: Int, _ leads: [Bool], _ eligible: [Bool], _ grid: PlaceGrid, radius: Double,
    capacity: Int
  ) -> [Int] {
    var covered = [Bool](repeating: false, count: eligible.count)
    func near(_ lead: Int) -> [Int] {
      (grid.schools(near: lead, within: radius) + [lead]).filter { eligible[$0] && !covered[$0] }
    }
    // Gains only fall as hubs are added, so an old gain is a bound: only the largest is looked at again.
    var queue = leads.indices.filter { leads[$0] }.map { (gain: min(capacity, near($0).count), $0) }
    var chosen: [Int] = []
    while chosen.count < count, !queue.isEmpty {
      var best: (gain: Int, place: Int)?
      let order = queue.indices.sorted {
        (-queue[$0].gain, queue[$0].1) < (-queue[$1].gain, queue[$1].1)
      }
      for place in order {
        if let best, queue[place].gain <= best.gain { break }
        let gain = min(capacity, near(queue[place].1).count)
        queue[place].gain = gain
        if gain > best?.gain ?? 0 { best = (gain, place) }
      }
      guard let best else { break }
      let lead = queue.remove(at: best.place).1
      chosen.append(lead)
      for school in near(lead) { covered[school] = true }
    }
    return chosen.sorted()
  }

  private static func assign(
    _ leads: [Int], _ eligible: [Bool], _ grid: PlaceGrid, _ locations: Locations, radius: Double,
    capacity: Int
  ) -> [(lead: Int32, members: [Int32])] {
    var offers: [(distance: Double, school: Int, hub: Int)] = []
    for (hub, lead) in leads.enumerated() {
      for school in grid.schools(near: lead, within: radius) + [lead] where eligible[school] {
        offers.append((locations.distance(lead, school), school, hub))
      }
    }
    offers.sort { ($0.distance, $0.school, $0.hub) < ($1.distance, $1.school, $1.hub) }
    var taken = [Bool](repeating: false, count: eligible.count)
    var members = [[Int32]](repeating: [], count: leads.count)
    for offer in offers where !taken[offer.school] && members[offer.hub].count < capacity {
      taken[offer.school] = true
      members[offer.hub].append(Int32(offer.school))
    }
    return zip(leads, members).map { (Int32($0), $1) }
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
      let able =
        terms.basis == .groupYear || terms.basis == .group
        ? terms.possible(hubs.count, world, id: id) : hubs.count
      for hub in hubs.prefix(able) {
        let first = Array(hub.members.prefix(perYear))
        if let group = world.found(.hub, first, lead: hub.lead) {
          world.notes[id].groups.append(group)
          new += 1
        }
      }
    } else {
      let joiners = (world.year - terms.years.lowerBound) * perYear
      for group in world.notes[id].groups {
        guard let hub = hubs.first(where: { $0.lead == world.groups[group].lead }) else { continue }
        for school in hub.members.dropFirst(joiners).prefix(perYear)
        where world.isFree(Int(school), for: .hub) {
          world.join(group, Int(school))
        }
      }
    }
    let members = world.notes[id].groups.flatMap { world.groups[$0].members.map(Int.init) }
    world.charge(
      terms, schools: members, groups: (world.notes[id].groups.count, new), by: id)
    world.didSomething(members.count, by: id)
  }

  public func diagnostics(policy: String, horizon: Int) -> [Diagnostic] {
    var found = terms.diagnostics(of: name, policy: policy, horizon: horizon)
    if unreached.hubs > 0 {
      found.append(
        Diagnostic(
          .warning, code: "hubs-not-placed",
          "policy `\(policy)`: \(unreached.hubs) hubs could not be placed: too few schools may lead, or "
            + "no eligible school is left within reach of one"))
    }
    if unreached.schools > 0 {
      found.append(
        Diagnostic(
          .note, code: "hubs-do-not-reach",
          "policy `\(policy)`: \(unreached.schools) eligible schools lie beyond the radius or the capacity "
            + "of every hub"))
    }
    return found
  }
}
