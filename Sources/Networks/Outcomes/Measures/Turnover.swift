/// How much of the ties changes within a year: of those at its start or its end, the share that is not there at both;
/// one less Jaccard's index, 0 at the start and without ties.
public struct Turnover: Measure {
  public let name: String
  /// The position of the relation.
  private let relation: Int

  public init(_ name: String = "turnover", of relation: Int = 0) {
    self.name = name
    self.relation = relation
  }

  public var groups: [String] { ["all"] }
  public var looksBack: Bool { true }

  public func values(_ state: ScenarioState) -> [Double] {
    guard !state.world.yearBefore.isEmpty else { return [0] }
    let (before, now) = (state.world.yearBefore[relation], state.world.ties(relation))
    let changed = now.distance(to: before)
    let union = (now.tieCount + before.tieCount + changed) / 2
    return [union > 0 ? Double(changed) / Double(union) : 0]
  }
}
