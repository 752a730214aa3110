/// The variance of the outcome between schools, weighted by pupils: Σ *w* (*y* − *ȳ*)² / Σ *w*.
public struct VarianceBetweenSchools: Measure {
  public let name: String
  private let schools: WeightedGroups

  public init(_ name: String, weights: [Double]) {
    self.name = name
    schools = WeightedGroups(weights: weights, fifthsOf: nil)
  }

  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    let mean = schools.means(state, ofPupils: { state.outcome[$0] })[0]
    return schools.means(
      state, ofPupils: { (state.outcome[$0] - mean) * (state.outcome[$0] - mean) })
  }
}
