internal import LinearAlgebra

/// Optimal full matching by the difference of a score, without a caliper.
///
/// In order of the score the arms alternate in blocks. An optimum links only neighbouring blocks: the last k
/// units of one with the first i of the next, one by one and the rest with the unit at the edge, so a
/// dynamic programme over the blocks finds it in linear time after sorting (Colannino and others 2007,
/// DOI 10.1016/j.ipl.2007.03.014, for the many-to-many matching of points on a line).
public struct LineFull: Sendable {
  let treated: [Double]
  let controls: [Double]
  let rules: PairRules

  /// - Parameters:
  ///   - treated, controls: the scores, finite.
  ///   - rules: with a caliper or forbidden pairs, ``SpatialFull`` takes over.
  public init(
    treated: [Double], controls: [Double], rules: PairRules
  ) throws(AssignmentError) {
    for (arm, scores) in [(Arm.treated, treated), (Arm.control, controls)] {
      for (unit, score) in scores.enumerated() where !score.isFinite {
        throw .notFinite(arm: arm, unit: unit, value: score)
      }
    }
    try rules.check(treated: treated.count, controls: controls.count)
    self.treated = treated
    self.controls = controls
    self.rules = rules
  }

  public func solve() throws(AssignmentError) -> FullAssignment {
    guard rules.permits == nil, rules.caliper == .infinity else { return try solveInSpace() }
    var links: [AssignedPair] = []
    var proof = CertificateSum()
    var isUnique = true
    for stratum in rules.strata(treated: treated.count, controls: controls.count) {
      let cover = LineCover(
        treated: stratum.treated.map { treated[$0] },
        controls: stratum.controls.map { controls[$0] })
      for link in cover.links {
        let unit = stratum.treated[Int(link.row)]
        let other = stratum.controls[Int(link.column)]
        links.append(
          AssignedPair(
            treated: unit, control: other, distance: abs(treated[unit] - controls[other])))
      }
      proof.add(prices: cover.prices)
      proof.add(violation: cover.largestViolation)
      isUnique = isUnique && cover.isUnique
    }
    let found = FullAssignment(
      links: links, treated: treated.count, controls: controls.count, proof: proof,
      isUnique: isUnique)
    return found.certificate.proves(within: 1e-9) ? found : try solveInSpace()
  }

  private func solveInSpace() throws(AssignmentError) -> FullAssignment {
    try SpatialFull(
      treated: Matrix(rows: 1, columns: treated.count, elements: treated),
      controls: Matrix(rows: 1, columns: controls.count, elements: controls), rules: rules
    ).solve()
  }
}
