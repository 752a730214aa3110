/// The mean outcome of schools, weighted by their pupils: of all, and of each fifth by poverty where a column of
/// it is known (`fifth-1` the least poor).
public struct MeanOutcome: Measure {
  public let name: String
  private let schools: WeightedGroups

  public init(_ name: String, weights: [Double], poverty: [Double]?) {
    self.name = name
    schools = WeightedGroups(weights: weights, fifthsOf: poverty)
  }

  public var groups: [String] { schools.names }

  public func values(_ state: ScenarioState) -> [Double] {
    schools.means(state, ofPupils: { state.outcome[$0] })
  }
}
