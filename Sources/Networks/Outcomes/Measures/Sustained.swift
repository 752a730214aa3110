/// Of the ties at the end of the last year in which any policy of the scenario works, the share that is still there;
/// 1 until then.
public struct Sustained: Measure {
  public init() {}

  public var name: String { "sustained" }
  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    guard let reference = state.world.reference, reference.tieCount > 0 else { return [1] }
    let network = state.world.network
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
