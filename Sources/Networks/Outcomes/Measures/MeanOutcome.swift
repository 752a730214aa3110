/// The mean outcome of schools, weighted by their pupils: of all, and of each fifth by poverty where a column of
/// it is known (`fifth-1` the least poor).
public struct MeanOutcome: Measure {
  public let name: String
  /// The position of a behaviour whose mean it is instead.
  private let behaviour: Int?
  private let schools: WeightedGroups

  public init(
    _ name: String, ofBehaviour behaviour: Int? = nil, weights: [Double], poverty: [Double]?
  ) {
    self.name = name
    self.behaviour = behaviour
    schools = WeightedGroups(weights: weights, fifthsOf: poverty)
  }

  public var groups: [String] { schools.names }

  public func values(_ state: ScenarioState) -> [Double] {
    let values = behaviour.map { state.world.behaviours[$0] } ?? state.outcome
    return schools.means(state, ofPupils: { values[$0] })
  }
}
