/// A number of each school, averaged over all and over fifths by poverty, every school counting once.
public struct SchoolMean: Measure {
  /// What is averaged.
  public enum Quantity: Sendable {
    /// 1 without a partner; of a relation, by its position, 1 without a tie.
    case isolation(Int? = nil)
    /// Ties of the relation at a position.
    case degree(Int = 0)
    /// 1 in a group of the kind.
    case membership(PartnershipKind)
    /// Partners beyond what the school can sustain.
    case workload
  }

  public let name: String
  private let quantity: Quantity
  private let schools: WeightedGroups

  public init(_ name: String, _ quantity: Quantity, schools count: Int, poverty: [Double]?) {
    self.name = name
    self.quantity = quantity
    schools = WeightedGroups(weights: [Double](repeating: 1, count: count), fifthsOf: poverty)
  }

  public var groups: [String] { schools.names }

  public func values(_ state: ScenarioState) -> [Double] {
    let world = state.world
    return schools.means(
      state,
      ofSchools: { school in
        switch quantity {
        case .isolation(nil): state.partnered[school] ? 0 : 1
        case .isolation(let relation?): world.degree(school, in: relation) > 0 ? 0 : 1
        case .degree(let relation): Double(world.degree(school, in: relation))
        case .membership(let kind): world.group(kind, of: school) == nil ? 0 : 1
        case .workload: state.excess.isEmpty ? 0 : state.excess[school]
        }
      })
  }
}
