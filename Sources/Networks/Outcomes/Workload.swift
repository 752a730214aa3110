/// What partners beyond those a school can sustain cost it: perTie · max(0, partners − capacity) in the year, where
/// partners are ties and groups, less what it was at the start, which outcomes of the start hold already. Support for partnership takes a share of it off.
public struct Workload: Sendable {
  public let capacity: Double
  /// In the outcome's unit; the value is taken to be 0 or more.
  public let perTie: ParameterValue
  /// The position of the relation whose ties are work.
  public let relation: Int

  public init(capacity: Double, perTie: ParameterValue, relation: Int = 0) {
    self.relation = relation
    self.capacity = capacity
    self.perTie = perTie
  }

  /// How many partners each school has beyond its capacity, after relief.
  func excess(_ world: World) -> [Double] {
    (0..<world.count).map { school in
      let groups = PartnershipKind.ofGroups.count { world.group($0, of: school) != nil }
      let over = Double(world.degree(school, in: relation) + groups) - capacity
      return max(0, over) * (1 - min(1, world.relief[school]))
    }
  }
}
