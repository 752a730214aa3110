/// The mean outcome of schools, weighted by their pupils: of all, and of each fifth by poverty where a column of
/// it is known (`fifth-1` the least poor), and of each group of pupils.
public struct MeanOutcome: Measure {
  public let name: String
  /// The position of a behaviour whose mean it is instead.
  private let behaviour: Int?
  private let schools: WeightedGroups
  private let pupils: [(name: String, schools: WeightedGroups)]

  public init(
    _ name: String, ofBehaviour behaviour: Int? = nil, weights: [Double], poverty: [Double]?,
    pupils: [PupilGroup] = []
  ) {
    self.name = name
    self.behaviour = behaviour
    schools = WeightedGroups(weights: weights, fifthsOf: poverty)
    self.pupils =
      behaviour == nil
      ? pupils.map { ($0.name, WeightedGroups(weights: $0.count, fifthsOf: nil)) } : []
  }

  public var groups: [String] { schools.names + pupils.map(\.name) }

  public func values(_ state: ScenarioState) -> [Double] {
    let values = behaviour.map { state.world.behaviours[$0] } ?? state.outcome
    return schools.means(state, ofPupils: { values[$0] })
      + pupils.indices.map { group in
        pupils[group].schools.means(state, ofPupils: { state.pupils[group][$0] })[0]
      }
  }
}
