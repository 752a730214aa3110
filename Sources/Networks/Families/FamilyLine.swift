/// The best division of schools that differ in one covariate alone, whoever must keep apart: families are runs of schools
/// in its order, and the best runs are found one after the other.
///
/// Fisher (1958), doi:10.1080/01621459.1958.10501479.
///
/// - Complexity: O(*n* · (hi − lo + 1)).
enum FamilyLine {
  /// - Returns: the family of each school; `nil` where sizes do not divide their number.
  static func division(_ problem: FamilyProblem) -> [Int32]? {
    let count = problem.count
    let order = (0..<count).sorted { (problem.features[$0], $0) < (problem.features[$1], $1) }
    var (sums, squares) = ([0.0], [0.0])
    for (k, school) in order.enumerated() {
      let x = problem.features[school]
      sums.append(sums[k] + x)
      squares.append(squares[k] + x * x)
    }
    var best = [Double](repeating: .infinity, count: count + 1)
    var start = [Int](repeating: 0, count: count + 1)
    best[0] = 0
    for end in 1...count {
      for size in problem.sizes where size <= end && best[end - size] < .infinity {
        let first = end - size
        let sum = sums[end] - sums[first]
        let total = best[first] + squares[end] - squares[first] - sum * sum / Double(size)
        if total < best[end] { (best[end], start[end]) = (total, first) }
      }
    }
    guard best[count] < .infinity else { return nil }
    var familyOf = [Int32](repeating: 0, count: count)
    var (end, family) = (count, Int32(0))
    while end > 0 {
      for k in start[end]..<end { familyOf[order[k]] = family }
      end = start[end]
      family += 1
    }
    return familyOf
  }
}
