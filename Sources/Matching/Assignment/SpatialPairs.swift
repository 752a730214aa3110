public import LinearAlgebra

/// Optimal pairs by the Euclidean distance of coordinates, such as Mahalanobis distance after whitening.
///
/// As many pairs as possible, then the least total distance, exactly: successive shortest augmenting
/// paths over lists of near neighbours that grow where a search needs more (``AugmentingPaths``).
/// Distances count to ten significant digits. Memory is of the order of units × neighbours that mattered;
/// where a ratio above one asks for more controls than there are, that is all of them, and slow.
public struct SpatialPairs: Sendable {
  /// Dimensions × treated units, and dimensions × controls.
  let treated: Matrix
  let controls: Matrix
  let ratio: Int
  let rules: PairRules

  /// - Parameters:
  ///   - treated: a column of coordinates for each treated unit.
  ///   - controls: a column of as many coordinates for each control.
  ///   - ratio: controls per treated unit, as far as there are any; at least 1.
  public init(
    treated: Matrix, controls: Matrix, ratio: Int, rules: PairRules
  ) throws(AssignmentError) {
    guard ratio >= 1 else { throw .ratioBelowOne(ratio) }
    guard treated.rows == controls.rows else {
      throw .dimensions(treated: treated.rows, controls: controls.rows)
    }
    try treated.checkFinite(.treated)
    try controls.checkFinite(.control)
    try rules.check(treated: treated.columns, controls: controls.columns)
    self.treated = treated
    self.controls = controls
    self.ratio = ratio
    self.rules = rules
  }

  public func solve() -> PairAssignment {
    var pairs: [AssignedPair] = []
    var proof = CertificateSum()
    var isUnique = true
    for stratum in rules.strata(treated: treated.columns, controls: controls.columns) {
      // With one control each, the problem is the same from either side; the smaller one asks.
      let isTurned = ratio == 1 && stratum.treated.count > stratum.controls.count
      let asking = isTurned ? stratum.controls : stratum.treated
      let asked = isTurned ? stratum.treated : stratum.controls
      let askingPoints = (isTurned ? controls : treated).points(of: asking)
      let askedPoints = (isTurned ? treated : controls).points(of: asked)
      let allowed: ((Int, Int) -> Bool)? = rules.permits.map { permits in
        isTurned
          ? { permits(asked[$1], asking[$0]) }
          : { permits(asking[$0], asked[$1]) }
      }
      let lists = CandidateLists(
        CandidateLists.Source(
          tree: PointTree(askedPoints), rows: askingPoints, limit: rules.caliper, allowed: allowed))
      var paths = AugmentingPaths(
        lists, columns: asked.count, copies: min(ratio, asked.count),
        unassigned: .onlyIfNeeded)
      var longest = 0.0
      for row in paths.columnOf.indices where paths.columnOf[row] >= 0 {
        let one = asking[paths.list(of: row)]
        let other = asked[Int(paths.columnOf[row])]
        let distance = paths.cost(of: row)
        longest = max(longest, distance)
        pairs.append(
          AssignedPair(
            treated: isTurned ? other : one, control: isTurned ? one : other, distance: distance))
      }
      proof.add(prices: paths.rowPrice)
      proof.add(prices: paths.columnPrice)
      proof.add(violation: paths.largestViolation)
      isUnique = paths.isUnique(tolerance: longest * 1e-9) && isUnique
    }
    return PairAssignment(
      pairs: pairs, treated: treated.columns, proof: proof, isUnique: isUnique)
  }
}

extension Matrix {
  /// The points in the chosen columns.
  func points(of chosen: [Int]) -> PointTree.Points {
    var coordinates: [Double] = []
    coordinates.reserveCapacity(chosen.count * rows)
    for column in chosen {
      coordinates.append(contentsOf: elements[column * rows..<(column + 1) * rows])
    }
    return PointTree.Points(coordinates: coordinates, dimensions: rows, count: chosen.count)
  }

  func checkFinite(_ arm: Arm) throws(AssignmentError) {
    for (place, value) in elements.enumerated() where !value.isFinite {
      throw .notFinite(arm: arm, unit: place / rows, value: value)
    }
  }
}
