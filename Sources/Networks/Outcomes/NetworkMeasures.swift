/// A number of each school, averaged over all and over fifths by poverty, every school counting once.
public struct SchoolMean: Measure {
  /// What is averaged.
  public enum Quantity: Sendable {
    /// 1 without a partner.
    case isolation
    /// Ties.
    case degree
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
        case .isolation: state.partnered[school] ? 0 : 1
        case .degree: Double(world.degree(school))
        case .membership(let kind): world.group(kind, of: school) == nil ? 0 : 1
        case .workload: state.excess.isEmpty ? 0 : state.excess[school]
        }
      })
  }
}

/// The share of pairs of a school's partners that are partners themselves, over all schools together
/// (transitivity): 3 · triangles / paths of two ties.
public struct Clustering: Measure {
  public init() {}

  public var name: String { "clustering" }
  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    let network = state.world.network
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

/// The mean trust of ties.
public struct MeanTrust: Measure {
  public init() {}

  public var name: String { "trust" }
  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    [state.meanTrust.isNaN ? 0 : state.meanTrust]
  }
}
