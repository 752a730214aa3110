/// How far the members of a kind of group are concentrated in few groups: Σ of squared shares of all members
/// (Herfindahl–Hirschman), from 1 over the number of groups, where all are equal, to 1; 0 without groups.
public struct Concentration: Measure {
  public let name: String
  private let kind: PartnershipKind

  public init(_ name: String, kind: PartnershipKind) {
    self.name = name
    self.kind = kind
  }

  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    let sizes = state.world.groups.filter { $0.isOpen && $0.kind == kind }.map { Double($0.count) }
    let all = sizes.reduce(0, +)
    return [all > 0 ? sizes.reduce(0) { $0 + ($1 / all) * ($1 / all) } : 0]
  }
}
