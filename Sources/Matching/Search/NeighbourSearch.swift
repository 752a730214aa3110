/// Finds the nearest unit that is still available.
///
/// Both conformers answer the same question with the same distances to ten significant digits; they differ
/// in what they can sort by, and in how they break ties (see each).
protocol NeighbourSearch {
  /// Takes a unit out of all later answers.
  mutating func remove(_ unit: Int)

  /// The nearest available unit of the focal unit's stratum for which `admits` holds.
  mutating func nearest(to focal: Int, where admits: (Int) -> Bool) -> Neighbour?
}

extension NeighbourSearch {
  /// The nearest admitted unit of those that differ from the focal one in the fewest wishes.
  mutating func best(
    for focal: Int, in problem: MatchingProblem, except chosen: [Int] = []
  ) -> Neighbour? {
    for unlike in 0...problem.wishes.count {
      let found = nearest(to: focal) { unit in
        problem.keepsCalipers(focal, unit) && !chosen.contains(unit)
          && (problem.wishes.isEmpty || problem.unlike(focal, unit) == unlike)
      }
      if let found { return found }
    }
    return nil
  }
}

/// A unit and its distance from the one it was looked up for.
struct Neighbour: Equatable {
  let unit: Int
  let distance: Double
}
