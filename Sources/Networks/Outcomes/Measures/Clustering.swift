/// The share of pairs of a school's partners that are partners themselves, over all schools together
/// (transitivity): 3 · triangles / paths of two ties.
public struct Clustering: Measure {
  public let name: String
  /// The position of the relation.
  private let relation: Int

  public init(_ name: String = "clustering", of relation: Int = 0) {
    self.name = name
    self.relation = relation
  }

  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    let network = state.world.ties(relation)
    var (closed, paths) = (0.0, 0.0)
    for school in 0..<network.actorCount {
      let degree = network.degree(school)
      paths += Double(degree * (degree - 1))
      for k in 0..<degree {
        closed += Double(network.sharedPartners(school, Int(network.partner(k, of: school))))
      }
    }
    return [paths > 0 ? closed / paths : 0]
  }
}
