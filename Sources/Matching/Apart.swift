internal import Designs
internal import LinearAlgebra

/// Which comparators keep a distance from every treated unit.
struct Apart {
  let kilometres: Double

  /// For each unit whether it is a comparator nearer than allowed to some treated unit.
  ///
  /// Places are laid out as points in space, where the chord of the least distance bounds the search, so
  /// that a tree finds each comparator's nearest treated unit; the distance itself decides.
  func tooNear(_ candidates: Candidates, places: [Place?]) -> [Bool] {
    let treated =
      (0..<candidates.count).filter { candidates.treated[$0] }.compactMap { places[$0] }
      + candidates.otherTreatedPlaces
    let known = (0..<candidates.count).filter { !candidates.treated[$0] && places[$0] != nil }
    var result = [Bool](repeating: false, count: candidates.count)
    guard !treated.isEmpty else { return result }
    let points = treated + known.compactMap { places[$0] }
    let problem = MatchingProblem(
      treated: points.indices.map { $0 < treated.count },
      eligible: [Bool](repeating: true, count: points.count),
      strata: [Int32](repeating: 0, count: points.count),
      coordinates: Matrix(rows: 3, columns: points.map(\.inSpace)), score: nil,
      calipers: [], covariates: [], estimand: .atc)
    var forest = NearestForest(problem, available: Array(treated.indices))
    for (position, unit) in known.enumerated() {
      let here = treated.count + position
      guard let nearest = forest.nearest(to: here, where: { _ in true }) else { continue }
      // Places of two kinds cannot be compared: such a comparator is not known to be far enough.
      let distance = points[here].distance(to: points[nearest.unit]) ?? 0
      result[unit] = !isWithin(kilometres, distance)
    }
    return result
  }
}
