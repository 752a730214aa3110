internal import LinearAlgebra

extension OptimalPairs {
  /// Cells above which the sparse search is used instead: two bits each are a gigabyte.
  private static let cellLimit = 4_000_000_000

  /// The optimal pairs where distances lie on a line and no caliper but the score's own restricts them.
  func solveOnLine(
    _ problem: MatchingProblem, focal: [Int], others: [Int]
  ) -> (matches: [(unit: Int, matches: [Neighbour])], optimum: MatchedSample.Optimum)? {
    let scores = problem.coordinates.elements
    guard problem.isLine, problem.calipers.allSatisfy({ $0.values == scores }),
      focal.count * matches * min(2 * focal.count * matches, others.count) <= Self.cellLimit
    else { return nil }
    let reach = problem.calipers.map(\.limit).min() ?? .infinity
    func byStratum(_ units: [Int]) -> [[Int]] {
      var lists = [[Int]](repeating: [], count: Int(problem.strata.max() ?? -1) + 1)
      for unit in units.sorted(by: { (scores[$0], $0) < (scores[$1], $1) }) {
        lists[Int(problem.strata[unit])].append(unit)
      }
      return lists
    }
    var found = [[Neighbour]](repeating: [], count: problem.count)
    var objective = 0.0
    var bound = 0.0
    var pairs = 0
    for (rowUnits, columnUnits) in zip(byStratum(focal), byStratum(others)) {
      let rows = rowUnits.flatMap { Array(repeating: $0, count: matches) }
      let columns = LineAssignment.useful(
        rows: rows.map { scores[$0] }, columns: columnUnits.map { scores[$0] }
      ).map { columnUnits[$0] }
      let line = LineAssignment(
        rows: rows.map { scores[$0] }, columns: columns.map { scores[$0] }, reach: reach)
      for pair in line.pairs {
        let (unit, match) = (rows[pair.row], columns[pair.column])
        found[unit].append(Neighbour(unit: match, distance: problem.distance(unit, match)))
        objective += abs(scores[unit] - scores[match])
      }
      pairs += line.pairs.count
      bound += line.total
    }
    return (
      focal.map { unit in
        (unit, found[unit].sorted { ($0.distance, $0.unit) < ($1.distance, $1.unit) })
      },
      MatchedSample.Optimum(objective: objective, dual: bound, pairs: pairs, isUnique: nil)
    )
  }
}
