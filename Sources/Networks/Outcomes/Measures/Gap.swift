/// The mean outcome of the fifth of schools with the lowest values of a column, less that of the fifth with the
/// highest; both weighted by pupils, both fifths of the number of schools. With a column of poverty, above zero
/// means that schools of the poor are behind.
public struct Gap: Measure {
  public let name: String
  private let schools: WeightedGroups

  public init(_ name: String, weights: [Double], ranking: [Double]) {
    self.name = name
    schools = WeightedGroups(weights: weights, fifthsOf: ranking)
  }

  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    let means = schools.means(state, ofPupils: { state.outcome[$0] })
    return [means[1] - means[5]]
  }
}
