/// The mean distance between the members of a kind of group, in kilometres: over groups, each with the mean over its
/// pairs; 0 where there are none.
public struct GroupSpan: Measure {
  public let name: String
  private let kind: PartnershipKind
  private let locations: Locations

  public init(_ name: String, kind: PartnershipKind, locations: Locations) {
    self.name = name
    self.kind = kind
    self.locations = locations
  }

  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    var (sum, count) = (0.0, 0.0)
    for group in state.world.groups where group.isOpen && group.kind == kind && group.count > 1 {
      var (distance, pairs) = (0.0, 0.0)
      for (k, a) in group.members.enumerated() {
        for b in group.members[(k + 1)...] {
          distance += locations.distance(Int(a), Int(b))
          pairs += 1
        }
      }
      sum += distance / pairs
      count += 1
    }
    return [count > 0 ? sum / count : 0]
  }
}
