/// A treated unit with one of its controls, by their positions in the lists given.
public struct AssignedPair: Sendable, Hashable {
  public let treated: Int
  public let control: Int
  public let distance: Double

  public init(treated: Int, control: Int, distance: Double) {
    self.treated = treated
    self.control = control
    self.distance = distance
  }
}

/// Pairs without replacement: as many as there can be, then with the least total distance.
///
/// With ratio k the number of treated units with at least one control comes first, then that of those
/// with at least two, and so on: no treated unit goes without so that another may have a second, and the
/// number of pairs is still the largest possible (those who can be served together form a matroid).
public struct PairAssignment: Sendable, Hashable {
  /// By treated unit, then by distance and control.
  public let pairs: [AssignedPair]
  /// Treated units without any control, in order.
  public let unmatchedTreated: [Int]
  public let certificate: DualCertificate
  /// Whether every other choice of pairs has fewer of them or a larger total distance.
  public let isUnique: Bool

  public var totalDistance: Double { certificate.primal }

  /// - Parameter pairs: in any order.
  init(pairs: [AssignedPair], treated: Int, proof: CertificateSum, isUnique: Bool) {
    self.pairs = pairs.sorted {
      ($0.treated, $0.distance, $0.control) < ($1.treated, $1.distance, $1.control)
    }
    var isMatched = [Bool](repeating: false, count: treated)
    var total = 0.0
    for pair in self.pairs {
      isMatched[pair.treated] = true
      total += pair.distance
    }
    unmatchedTreated = isMatched.indices.filter { !isMatched[$0] }
    certificate = proof.certificate(primal: total)
    self.isUnique = isUnique
  }
}
