/// The share of schools that have a partner: of all, and of each fifth by poverty where a column of it is known
/// (`fifth-1` the least poor). Every school counts once.
public struct Coverage: Measure {
  private let schools: WeightedGroups

  public init(schools count: Int, poverty: [Double]?) {
    schools = WeightedGroups(weights: [Double](repeating: 1, count: count), fifthsOf: poverty)
  }

  public var name: String { "coverage" }
  public var groups: [String] { schools.names }

  public func values(_ state: ScenarioState) -> [Double] {
    schools.means(state, ofSchools: { state.partnered[$0] ? 1 : 0 })
  }
}
