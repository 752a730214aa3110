/// The best division of a few schools into families, by trying all: for every set of schools the best division of it, by
/// the family of its first school.
///
/// - Complexity: O(3^*n*) time at most, O(2^*n*) memory; for up to ``most`` schools.
enum FamilyOptimum {
  static let most = 12

  /// - Returns: the family of each school; `nil` where there is no division.
  static func division(_ problem: FamilyProblem) -> [Int32]? {
    let count = problem.count
    let all = 1 << count
    let families = (0..<all).map { set in squares(problem, set) }
    var best = [Double](repeating: .infinity, count: all)
    var choice = [Int](repeating: 0, count: all)
    best[0] = 0
    for set in 1..<all {
      let first = set & -set
      let rest = set ^ first
      // All subsets of the rest, with the first.
      var part = rest
      while true {
        let family = part | first
        if families[family] < .infinity, best[set ^ family] + families[family] < best[set] {
          best[set] = best[set ^ family] + families[family]
          choice[set] = family
        }
        if part == 0 { break }
        part = (part - 1) & rest
      }
    }
    guard best[all - 1] < .infinity else { return nil }
    var familyOf = [Int32](repeating: 0, count: count)
    var (set, family) = (all - 1, Int32(0))
    while set != 0 {
      for school in 0..<count where choice[set] >> school & 1 == 1 { familyOf[school] = family }
      set ^= choice[set]
      family += 1
    }
    return familyOf
  }

  /// The sum of squares of a set of schools; infinite where it may be no family.
  private static func squares(_ problem: FamilyProblem, _ set: Int) -> Double {
    guard problem.sizes.contains(set.nonzeroBitCount) else { return .infinity }
    let schools = (0..<Int32(problem.count)).filter { set >> Int($0) & 1 == 1 }
    return problem.isAllowed(schools) ? problem.squares(schools) : .infinity
  }
}

extension FamilyProblem {
  /// Whether no two schools must keep apart and no quota is broken.
  func isAllowed(_ family: [Int32]) -> Bool {
    var counts: [Int32: Int] = [:]
    for (k, a) in family.enumerated() {
      for b in family[(k + 1)...] where separates(Int(a), Int(b)) { return false }
      if let quota, quota.codes[Int(a)] >= 0 {
        counts[quota.codes[Int(a)], default: 0] += 1
        if let count = counts[quota.codes[Int(a)]], count > quota.most { return false }
      }
    }
    return true
  }
}
