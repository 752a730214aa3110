public import LinearAlgebra

/// Optimal full matching by the Euclidean distance of coordinates, such as Mahalanobis distance after
/// whitening.
///
/// With a_i and b_j the distances of units to their nearest partner, a cover that links every unit to that
/// one costs Σa + Σb, and a pair (i, j) saves a_i + b_j − d_ij by serving both ends at once. The pairs that
/// save something are few, and the cover of least cost is the matching of largest saving among them (on
/// edge covers and matchings see Schrijver 2003, Combinatorial Optimization, chapter 19), found by
/// ``AugmentingPaths``.
public struct SpatialFull: Sendable {
  /// Dimensions × treated units, and dimensions × controls.
  let treated: Matrix
  let controls: Matrix
  let rules: PairRules

  /// - Parameters:
  ///   - treated: a column of coordinates for each treated unit.
  ///   - controls: a column of as many coordinates for each control.
  public init(treated: Matrix, controls: Matrix, rules: PairRules) throws(AssignmentError) {
    guard treated.rows == controls.rows else {
      throw .dimensions(treated: treated.rows, controls: controls.rows)
    }
    try treated.checkFinite(.treated)
    try controls.checkFinite(.control)
    try rules.check(treated: treated.columns, controls: controls.columns)
    self.treated = treated
    self.controls = controls
    self.rules = rules
  }

  public func solve() -> FullAssignment {
    var links: [AssignedPair] = []
    var proof = CertificateSum()
    var isUnique = true
    for stratum in rules.strata(treated: treated.columns, controls: controls.columns) {
      // The smaller arm asks.
      let isTurned = stratum.treated.count > stratum.controls.count
      let asking = isTurned ? stratum.controls : stratum.treated
      let asked = isTurned ? stratum.treated : stratum.controls
      let allowed: ((Int, Int) -> Bool)? = rules.permits.map { permits in
        isTurned
          ? { permits(asked[$1], asking[$0]) }
          : { permits(asking[$0], asked[$1]) }
      }
      let cover = EdgeCover(
        (isTurned ? controls : treated).points(of: asking),
        (isTurned ? treated : controls).points(of: asked), limit: rules.caliper, allowed: allowed)
      for link in cover.links {
        let one = asking[Int(link.row)]
        let other = asked[Int(link.column)]
        links.append(
          AssignedPair(
            treated: isTurned ? other : one, control: isTurned ? one : other,
            distance: link.distance))
      }
      proof.add(prices: cover.rowPrices)
      proof.add(prices: cover.columnPrices)
      proof.add(violation: cover.largestViolation)
      isUnique = isUnique && cover.isUnique
    }
    return FullAssignment(
      links: links, treated: treated.columns, controls: controls.columns, proof: proof,
      isUnique: isUnique)
  }
}
