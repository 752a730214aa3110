/// The mean outcome at the start of a school's partners, over the schools that have ties: of all, and of fifths by
/// poverty.
public struct PartnerQuality: Measure {
  public let name: String
  /// The position of the relation.
  private let relation: Int
  private let schools: WeightedGroups

  public init(
    _ name: String, of relation: Int = 0, schools count: Int, poverty: [Double]?
  ) {
    self.name = name
    self.relation = relation
    schools = WeightedGroups(weights: [Double](repeating: 1, count: count), fifthsOf: poverty)
  }

  public var groups: [String] { schools.names }

  public func values(_ state: ScenarioState) -> [Double] {
    let network = state.world.ties(relation)
    let start = state.world.setting.outcome
    var quality = [Double](repeating: 0, count: start.count)
    var tied = [Double](repeating: 0, count: start.count)
    for school in start.indices where network.degree(school) > 0 {
      let sum = (0..<network.degree(school)).reduce(0.0) {
        $0 + start[Int(network.partner($1, of: school))]
      }
      quality[school] = sum / Double(network.degree(school))
      tied[school] = 1
    }
    return zip(schools.sums { quality[$0] }, schools.sums { tied[$0] }).map {
      $1 > 0 ? $0 / $1 : 0
    }
  }
}
