internal import LinearAlgebra

/// Optimal pairs by the difference of a score: as many as possible, then the least total distance.
///
/// Two pairs never gain by crossing, nor leave a caliper when they uncross, so some optimum keeps the order
/// of the score, and a dynamic programme finds it: over the few controls that can matter, in runs between
/// which nothing passes (``LineRuns``), within the places that each treated unit can have
/// (``LineProgramme``). Prices and uniqueness follow from the pairs in one pass each way (``LinePrices``).
///
/// - Complexity: O(n log n) to sort, plus treated units × the choice each of them has in its run.
public struct LinePairs: Sendable {
  let treated: [Double]
  let controls: [Double]
  let ratio: Int
  let rules: PairRules

  /// - Parameters:
  ///   - treated, controls: the scores, finite.
  ///   - ratio: controls per treated unit, as far as there are any; at least 1.
  public init(
    treated: [Double], controls: [Double], ratio: Int, rules: PairRules
  ) throws(AssignmentError) {
    guard ratio >= 1 else { throw .ratioBelowOne(ratio) }
    for (arm, scores) in [(Arm.treated, treated), (Arm.control, controls)] {
      for (unit, score) in scores.enumerated() where !score.isFinite {
        throw .notFinite(arm: arm, unit: unit, value: score)
      }
    }
    try rules.check(treated: treated.count, controls: controls.count)
    self.treated = treated
    self.controls = controls
    self.ratio = ratio
    self.rules = rules
  }

  public func solve() throws(AssignmentError) -> PairAssignment {
    // Where pairs are forbidden one by one, the order of the score is no longer kept.
    guard rules.permits == nil else { return try solveInSpace() }
    var pairs: [AssignedPair] = []
    var proof = CertificateSum()
    var isUnique = true
    for stratum in rules.strata(treated: treated.count, controls: controls.count) {
      let isTurned = ratio == 1 && stratum.treated.count > stratum.controls.count
      let scores = isTurned ? controls : treated
      let others = isTurned ? treated : controls
      let rows = unitsInOrder(isTurned ? stratum.controls : stratum.treated, by: scores)
      let columns = unitsInOrder(isTurned ? stratum.treated : stratum.controls, by: others)
      let line = Line(
        units: rows.map { scores[$0] }, copies: min(ratio, columns.count),
        columns: columns.map { others[$0] }, limit: rules.caliper)
      guard let columnOf = line.columnOfRows() else { return try solveInSpace() }
      let prices = LinePrices(line, columnOf: columnOf)
      for (row, column) in columnOf.enumerated() where column >= 0 {
        let one = rows[row / line.copies]
        let other = columns[Int(column)]
        pairs.append(
          AssignedPair(
            treated: isTurned ? other : one, control: isTurned ? one : other,
            distance: abs(scores[one] - others[other])))
      }
      proof.add(prices: prices.ofRow)
      proof.add(prices: prices.ofColumn)
      proof.add(violation: prices.largestViolation)
      isUnique = isUnique && prices.isUnique
    }
    return PairAssignment(
      pairs: pairs, treated: treated.count, proof: proof, isUnique: isUnique)
  }

  private func solveInSpace() throws(AssignmentError) -> PairAssignment {
    try SpatialPairs(
      treated: Matrix(rows: 1, columns: treated.count, elements: treated),
      controls: Matrix(rows: 1, columns: controls.count, elements: controls), ratio: ratio,
      rules: rules
    ).solve()
  }
}

/// The units in order of their scores, ties by position.
func unitsInOrder(_ units: [Int], by scores: [Double]) -> [Int] {
  units.sorted { scores[$0] != scores[$1] ? scores[$0] < scores[$1] : $0 < $1 }
}
