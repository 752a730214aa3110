/// Schools no two of which may share a family, taken together: each school is in one such set, and a family has at most one
/// school of each. That is weaker than keeping all apart who must, but a search for the cheapest family can keep to it
/// at no more cost.
///
/// Where areas keep schools apart they are the sets, and nothing is lost. Where a distance *d* does, the sets are made one after
/// the other: the school with the most others within *d*/2, who all are nearer than *d* to each other, then every
/// other school, the nearest first, that is nearer than *d* to all of the set so far.
struct FamilyCliques: Sendable {
  /// Of each school the number of its set, or −1 where it is alone in one.
  let cliqueOf: [Int32]

  /// `nil` where no two schools must keep apart.
  init?(_ problem: FamilyProblem) {
    let cliqueOf: [Int32]
    switch problem.apart {
    case nil: return nil
    case .area(let codes): cliqueOf = codes
    case .distance(let locations, let least): cliqueOf = Self.near(locations, least)
    }
    var sizes: [Int32: Int] = [:]
    for clique in cliqueOf where clique >= 0 { sizes[clique, default: 0] += 1 }
    self.cliqueOf = cliqueOf.map { (sizes[$0] ?? 0) > 1 ? $0 : -1 }
    guard self.cliqueOf.contains(where: { $0 >= 0 }) else { return nil }
  }

  private static func near(_ locations: Locations, _ least: Double) -> [Int32] {
    let grid = PlaceGrid(locations)
    // Rounding may not make a pair of a set that is just far enough apart.
    let near = (0..<locations.count).map { school in
      grid.schools(near: school, within: least).filter { locations.distance(school, $0) < least }
    }
    let crowds = near.enumerated().map { school, others in
      others.count { locations.distance(school, $0) < least / 2 }
    }
    let order = near.indices.sorted { (crowds[$1], $0) < (crowds[$0], $1) }
    var cliqueOf = [Int32](repeating: -1, count: near.count)
    var next: Int32 = 0
    for seed in order where cliqueOf[seed] < 0 {
      cliqueOf[seed] = next
      var members = [seed]
      let others = near[seed].filter { cliqueOf[$0] < 0 }
        .map { (distance: locations.distance(seed, $0), school: $0) }
        .sorted { ($0.distance, $0.school) < ($1.distance, $1.school) }
      for (_, school) in others
      where members.allSatisfy({ locations.distance($0, school) < least }) {
        cliqueOf[school] = next
        members.append(school)
      }
      next += 1
    }
    return cliqueOf
  }
}
