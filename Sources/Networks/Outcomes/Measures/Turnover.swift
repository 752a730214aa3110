/// How much of the ties changes within a year: of those at its start or its end, the share that is not there at both;
/// one less Jaccard's index, 0 at the start and without ties.
public struct Turnover: Measure {
  public init() {}

  public var name: String { "turnover" }
  public var groups: [String] { ["all"] }
  public var looksBack: Bool { true }

  public func values(_ state: ScenarioState) -> [Double] {
    guard let before = state.world.yearBefore else { return [0] }
    let now = state.world.network
    let changed = now.distance(to: before)
    let union = (now.tieCount + before.tieCount + changed) / 2
    return [union > 0 ? Double(changed) / Double(union) : 0]
  }
}
