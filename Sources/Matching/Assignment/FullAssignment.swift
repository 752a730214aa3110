/// Treated units and controls that are compared with each other: one of either and any number of the other.
public struct AssignedSet: Sendable, Hashable {
  /// In order; one of the two lists has a single unit.
  public let treated: [Int]
  public let controls: [Int]

  public init(treated: [Int], controls: [Int]) {
    self.treated = treated
    self.controls = controls
  }
}

/// Full matching: every unit in a set with at least one of the other arm, with the least total distance
/// between the one unit of a set and its others (Rosenbaum 1991, DOI 10.1111/j.2517-6161.1991.tb01848.x;
/// Hansen 2004, DOI 10.1198/016214504000000647).
///
/// That is a minimum-cost edge cover of the graph of allowed pairs. Units without any allowed partner stay
/// out.
public struct FullAssignment: Sendable, Hashable {
  /// By their first treated unit.
  public let sets: [AssignedSet]
  public let unmatchedTreated: [Int]
  public let unmatchedControls: [Int]
  public let certificate: DualCertificate
  /// Whether every other choice of sets has a larger total distance. False also where units of both arms
  /// stand in one place and it is not known.
  public let isUnique: Bool

  public var totalDistance: Double { certificate.primal }

  /// - Parameter links: pairs that cover every unit which has a partner; those that both ends could do
  ///   without are left out, so that sets have one unit of an arm.
  init(
    links: [AssignedPair], treated: Int, controls: Int, proof: CertificateSum, isUnique: Bool
  ) {
    var ofTreated = [Int](repeating: 0, count: treated)
    var ofControl = [Int](repeating: 0, count: controls)
    for link in links {
      ofTreated[link.treated] += 1
      ofControl[link.control] += 1
    }
    var kept: [AssignedPair] = []
    var total = 0.0
    // Only a distance of 0 can be superfluous in an optimum.
    for link in links {
      if ofTreated[link.treated] > 1, ofControl[link.control] > 1 {
        ofTreated[link.treated] -= 1
        ofControl[link.control] -= 1
        continue
      }
      kept.append(link)
      total += link.distance
    }
    var members = [[Int]](repeating: [], count: treated)
    var sharers = [[Int]](repeating: [], count: controls)
    for link in kept {
      if ofControl[link.control] > 1 {
        sharers[link.control].append(link.treated)
      } else {
        members[link.treated].append(link.control)
      }
    }
    var sets: [AssignedSet] = []
    for unit in 0..<treated where !members[unit].isEmpty {
      sets.append(AssignedSet(treated: [unit], controls: members[unit].sorted()))
    }
    for unit in 0..<controls where !sharers[unit].isEmpty {
      sets.append(AssignedSet(treated: sharers[unit].sorted(), controls: [unit]))
    }
    self.sets = sets.sorted { ($0.treated.first ?? 0) < ($1.treated.first ?? 0) }
    unmatchedTreated = ofTreated.indices.filter { ofTreated[$0] == 0 }
    unmatchedControls = ofControl.indices.filter { ofControl[$0] == 0 }
    certificate = proof.certificate(primal: total)
    self.isUnique = isUnique
  }
}
