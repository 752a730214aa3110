/// A proof that no other assignment is better, which anyone can check by adding up.
///
/// Prices u of the treated and v of the controls with u_i + v_j ≤ d_ij for every pair allowed bound the
/// total distance of any assignment from below by their sum; where the sum equals the total, the
/// assignment is optimal (weak duality of linear programmes; Kuhn 1955, DOI 10.1002/nav.3800020109).
///
/// Where not every unit can be matched, the number of pairs comes first. Units that compete for too few
/// partners then form closed groups, in which the bound holds separately: nobody outside could take
/// their partners without a pair being lost.
public struct DualCertificate: Sendable, Hashable {
  /// The total distance of the assignment.
  public let primal: Double
  /// The sum of the prices.
  public let dual: Double
  /// The most by which the prices of an allowed pair exceed its distance; 0 but for rounding.
  public let largestViolation: Double
  /// The sum of the prices' sizes: what rounding is relative to.
  public let size: Double

  public init(primal: Double, dual: Double, largestViolation: Double, size: Double) {
    self.primal = primal
    self.dual = dual
    self.largestViolation = largestViolation
    self.size = size
  }

  /// |primal − dual| beyond the rounding of the sums, over the larger of the two; 0 where there is none.
  public var relativeGap: Double {
    let gap = max(0, abs(primal - dual) - 1e-14 * size)
    return gap > 0 ? gap / max(abs(primal), abs(dual)) : 0
  }

  /// Whether the assignment is optimal to `tolerance`, relative to its total distance.
  public func proves(within tolerance: Double) -> Bool {
    let total = max(abs(primal), abs(dual))
    return relativeGap <= tolerance && largestViolation <= max(tolerance * total, 1e-14 * size)
  }
}

/// The certificates of problems that have no unit in common, added up.
struct CertificateSum {
  private(set) var dual = 0.0
  private(set) var largestViolation = 0.0
  private(set) var size = 0.0

  mutating func add(prices: [Double]) {
    for price in prices {
      dual += price
      size += abs(price)
    }
  }

  mutating func add(violation: Double) { largestViolation = max(largestViolation, violation) }

  func certificate(primal: Double) -> DualCertificate {
    DualCertificate(primal: primal, dual: dual, largestViolation: largestViolation, size: size)
  }
}
