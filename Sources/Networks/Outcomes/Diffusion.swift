/// How practice spreads: each year a school closes a share of its gap to better partners,
/// Δ*y_i* = rate · mean_j max(0, *y_j* − *y_i*) over its partners, with outcomes of the year before; what it
/// has gained stays.
///
/// In a directed network a tie that is returned (joint practice development) counts `mutual` times as much as a
/// one-way demonstration; a school learns from those it names. Members of groups learn from better members at
/// rates of their own: staff moves within a trust are more than ten times as common as between unconnected schools
/// (NFER).
public struct Diffusion: Sendable {
  /// A year; the value is taken to lie between 0 and 1.
  public let rate: ParameterValue
  public let mutual: Double
  public let groups: [(kind: PartnershipKind, rate: ParameterValue)]
  /// The position of the relation along whose ties practice spreads.
  public let relation: Int

  public init(
    rate: ParameterValue, mutual: Double = 1,
    groups: [(kind: PartnershipKind, rate: ParameterValue)] = [], relation: Int = 0
  ) {
    self.relation = relation
    self.rate = rate
    self.mutual = mutual
    self.groups = groups
  }

  /// What each school gains in a year.
  func gains(_ world: World) -> [Double] {
    let y = world.outcome
    var gains = [Double](repeating: 0, count: y.count)
    let rate = min(1, max(0, world.value(rate)))
    let ties = world.ties(relation)
    for school in y.indices where rate > 0 {
      var (sum, total) = (0.0, 0.0)
      for k in 0..<ties.degree(school) {
        let partner = Int(ties.partner(k, of: school))
        let isMutual = ties.isDirected && ties.hasTie(partner, school)
        let weight = isMutual ? mutual : 1
        sum += weight * max(0, y[partner] - y[school])
        total += 1
      }
      if total > 0 { gains[school] += min(1, rate) * sum / total }
    }
    for (kind, parameter) in groups {
      let rate = min(1, max(0, world.value(parameter)))
      for group in world.groups where group.isOpen && group.kind == kind && group.count > 1 {
        for school in group.members {
          let own = y[Int(school)]
          let sum = group.members.reduce(0) { $0 + max(0, y[Int($1)] - own) }
          gains[Int(school)] += rate * sum / Double(group.count - 1)
        }
      }
    }
    return gains
  }
}
