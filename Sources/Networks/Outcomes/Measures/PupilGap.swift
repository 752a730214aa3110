/// How far pupils of a group are behind the others: the mean outcome of pupils of the other groups less that of the
/// group, over the pupils of the start.
public struct PupilGap: Measure {
  public let name: String
  private let group: Int
  private let schools: [WeightedGroups]
  /// Pupils of each group.
  private let counts: [Double]

  /// - Parameter group: the position of the group among `pupils`.
  public init(_ name: String, of group: Int, among pupils: [PupilGroup]) {
    self.name = name
    self.group = group
    schools = pupils.map { WeightedGroups(weights: $0.count, fifthsOf: nil) }
    counts = pupils.map { $0.count.reduce(0, +) }
  }

  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    func mean(_ g: Int) -> Double {
      schools[g].means(state, ofPupils: { state.pupils[g][$0] })[0]
    }
    var (sum, total) = (0.0, 0.0)
    for other in counts.indices where other != group {
      sum += counts[other] * mean(other)
      total += counts[other]
    }
    return [total > 0 ? sum / total - mean(group) : 0]
  }
}
