/// Of the ties at the end of the last year in which any policy of the scenario works, the share that is still there;
/// 1 until then.
public struct Sustained: Measure {
  public let name: String
  /// The position of the relation.
  private let relation: Int

  public init(_ name: String = "sustained", of relation: Int = 0) {
    self.name = name
    self.relation = relation
  }

  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    guard !state.world.reference.isEmpty else { return [1] }
    let reference = state.world.reference[relation]
    guard reference.tieCount > 0 else { return [1] }
    let network = state.world.ties(relation)
    var kept = 0
    for school in 0..<reference.actorCount {
      for k in 0..<reference.degree(school) {
        let partner = Int(reference.partner(k, of: school))
        if reference.isDirected || school < partner, network.hasTie(school, partner) { kept += 1 }
      }
    }
    return [Double(kept) / Double(reference.tieCount)]
  }
}
