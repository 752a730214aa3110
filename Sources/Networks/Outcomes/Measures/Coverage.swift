/// The share of schools that have a partner: of all, and of each fifth by poverty where a column of it is known
/// (`fifth-1` the least poor). Every school counts once.
public struct Coverage: Measure {
  public let name: String
  /// The position of the relation whose ties alone count; `nil` for the first one's and groups.
  private let relation: Int?
  private let schools: WeightedGroups

  public init(
    _ name: String = "coverage", of relation: Int? = nil, schools count: Int, poverty: [Double]?
  ) {
    self.name = name
    self.relation = relation
    schools = WeightedGroups(weights: [Double](repeating: 1, count: count), fifthsOf: poverty)
  }

  public var groups: [String] { schools.names }

  public func values(_ state: ScenarioState) -> [Double] {
    schools.means(
      state,
      ofSchools: { school in
        let isPartnered =
          relation.map { state.world.degree(school, in: $0) > 0 } ?? state.partnered[school]
        return isPartnered ? 1 : 0
      })
  }
}
