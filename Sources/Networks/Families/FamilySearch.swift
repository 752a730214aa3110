/// Divides schools into families: halved again and again along the axis in which they differ most until each part
/// is a family, then improved by moving one school or exchanging two between families as long as that reduces
/// conflicts or, with no more of them, the sum of squares.
///
/// The objective is Σ_f Σ_{i in f} |*x_i* − *x̄_f*|², the squared distance to the family's mean in standardised
/// covariates. Moves are looked for among the families whose means are nearest; the result does not depend on threads
/// or chance.
///
/// - Complexity: O(*n* · families) a pass for the nearest families, O(*n* · nearest · size) for moves.
struct FamilySearch {
  private let problem: FamilyProblem
  private let p: Int
  private(set) var familyOf: [Int32]
  private(set) var members: [[Int32]]
  /// Σ *x* of each family.
  private var sums: [Double]
  private var sizes: [Int]
  private(set) var passes = 0

  /// Halves schools again and again until each part is a family.
  init(_ problem: FamilyProblem) { self.init(problem, beginning: []) }

  /// - Parameter families: with no school in two; the rest is halved until each part is a family.
  init(_ problem: FamilyProblem, beginning families: [[Int32]]) {
    self.problem = problem
    p = problem.dimensions
    familyOf = []
    members = []
    sums = []
    self.sizes = []
    // No more of them than leave schools enough, and not too many, for the others.
    let (count, sizes) = (problem.familyCount, problem.sizes)
    let spare = sizes.upperBound - sizes.lowerBound
    let most =
      spare == 0 ? count : max(0, (count * sizes.upperBound - problem.count) / spare)
    let chosen = families.prefix(min(count - 1, most))
    var isTaken = [Bool](repeating: false, count: problem.count)
    for family in chosen { for school in family { isTaken[Int(school)] = true } }
    split(
      (0..<Int32(problem.count)).filter { !isTaken[Int($0)] },
      into: count - chosen.count)
    members += chosen
    familyOf = [Int32](repeating: 0, count: problem.count)
    for (family, schools) in members.enumerated() {
      for school in schools { familyOf[Int(school)] = Int32(family) }
    }
    finish()
  }

  /// Goes on from a division.
  init(_ problem: FamilyProblem, _ familyOf: [Int32], passes: Int) {
    self.problem = problem
    p = problem.dimensions
    self.familyOf = familyOf
    members = [[Int32]](repeating: [], count: Int(familyOf.max() ?? 0) + 1)
    for (school, family) in familyOf.enumerated() { members[Int(family)].append(Int32(school)) }
    sums = []
    sizes = []
    self.passes = passes
    finish()
  }

  private mutating func finish() {
    members = members.map { $0.sorted() }
    sums = [Double](repeating: 0, count: members.count * p)
    sizes = members.map(\.count)
    for school in 0..<problem.count { add(school, to: Int(familyOf[school]), 1) }
  }

  /// Halves schools along the axis of largest variance, in proportion to the families either side becomes.
  private mutating func split(_ schools: [Int32], into families: Int) {
    guard families > 1 else {
      members.append(schools)
      return
    }
    var widest = (axis: 0, variance: -1.0)
    for axis in 0..<p {
      let values = schools.map { problem.features[Int($0) * p + axis] }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      if variance > widest.variance { widest = (axis, variance) }
    }
    let sorted = schools.sorted {
      let (a, b) = (
        problem.features[Int($0) * p + widest.axis], problem.features[Int($1) * p + widest.axis]
      )
      return a == b ? $0 < $1 : a < b
    }
    let first = families / 2
    let cut = min(
      max(
        Int((Double(sorted.count * first) / Double(families)).rounded()),
        first * problem.sizes.lowerBound),
      sorted.count - (families - first) * problem.sizes.lowerBound)
    split(Array(sorted[..<cut]), into: first)
    split(Array(sorted[cut...]), into: families - first)
  }

  private mutating func add(_ school: Int, to family: Int, _ sign: Double) {
    for k in 0..<p { sums[family * p + k] += sign * problem.features[school * p + k] }
  }

  /// The sum of squares of a family: computed afresh.
  func squares(_ family: Int) -> Double {
    var sum = 0.0
    for school in members[family] {
      for k in 0..<p {
        let x = problem.features[Int(school) * p + k]
        let mean = sums[family * p + k] / Double(sizes[family])
        sum += (x - mean) * (x - mean)
      }
    }
    return sum
  }

  var objective: Double { members.indices.reduce(0) { $0 + squares($1) } }

  /// How many pairs and quotas a school would break in a family, not counting `but`.
  private func conflicts(_ school: Int, in family: Int, but: Int = -1) -> Int {
    var found = 0
    if problem.apart != nil {
      for other in members[family] where Int(other) != school && Int(other) != but {
        if problem.separates(school, Int(other)) { found += 1 }
      }
    }
    if let quota = problem.quota, quota.codes[school] >= 0 {
      var same = 0
      for other in members[family] where Int(other) != school && Int(other) != but {
        if quota.codes[Int(other)] == quota.codes[school] { same += 1 }
      }
      if same >= quota.most { found += 1 }
    }
    return found
  }

  /// Schools with how many conflicts each has.
  var conflicting: [(school: Int, count: Int)] {
    (0..<problem.count).compactMap { school in
      let count = conflicts(school, in: Int(familyOf[school]))
      return count > 0 ? (school, count) : nil
    }
  }

  /// Improves until nothing more is found, or so many passes are done.
  mutating func improve(passes most: Int, nearest: Int = 12) {
    for _ in 0..<most {
      passes += 1
      var changed = 0
      for school in 0..<problem.count {
        let own = Int(familyOf[school])
        let isStuck = conflicts(school, in: own) > 0
        // A school in conflict looks further, and everywhere after some passes.
        let reach = isStuck ? (passes > 4 ? members.count : nearest * 6) : nearest
        if move(school, among: nearestFamilies(to: school, reach)) { changed += 1 }
      }
      if changed == 0 { return }
    }
  }

  private func nearestFamilies(to school: Int, _ count: Int) -> [Int] {
    var best: [(distance: Double, family: Int)] = []
    best.reserveCapacity(count + 1)
    let own = Int(familyOf[school])
    for family in members.indices where family != own {
      var distance = 0.0
      for k in 0..<p {
        let d =
          problem.features[school * p + k] - sums[family * p + k] / Double(sizes[family])
        distance += d * d
      }
      if best.count == count, let last = best.last, distance >= last.distance { continue }
      var place = best.count
      while place > 0, best[place - 1].distance > distance { place -= 1 }
      best.insert((distance, family), at: place)
      if best.count > count { best.removeLast() }
    }
    return best.map(\.family)
  }

  /// |*x* − mean of a family|², by its size and sum.
  @inline(__always)
  private func distance(_ school: Int, _ family: Int) -> Double {
    var sum = 0.0
    let size = Double(sizes[family])
    for k in 0..<p {
      let d = problem.features[school * p + k] - sums[family * p + k] / size
      sum += d * d
    }
    return sum
  }

  /// Makes the best move or exchange of a school with one of the given families, if one helps.
  private mutating func move(_ school: Int, among families: [Int]) -> Bool {
    let own = Int(familyOf[school])
    let ownConflicts = conflicts(school, in: own)
    let ownSize = Double(sizes[own])
    let ownDistance = distance(school, own)
    var best: (conflicts: Int, squares: Double, family: Int, partner: Int)?
    func offer(_ conflicts: Int, _ squares: Double, _ family: Int, _ partner: Int) {
      guard conflicts < 0 || (conflicts == 0 && squares < -1e-10) else { return }
      if let known = best, (known.conflicts, known.squares) <= (conflicts, squares) { return }
      best = (conflicts, squares, family, partner)
    }
    for family in families {
      let size = Double(sizes[family])
      let theirDistance = distance(school, family)
      if sizes[own] > problem.sizes.lowerBound, sizes[family] < problem.sizes.upperBound {
        let change = size / (size + 1) * theirDistance - ownSize / (ownSize - 1) * ownDistance
        offer(conflicts(school, in: family) - ownConflicts, change, family, -1)
      }
      for other in members[family] {
        let partner = Int(other)
        // Exchange: leaving and joining either family; by sums of squares around means of unchanged size.
        var (cross, shift) = (0.0, 0.0)
        for k in 0..<p {
          let d = problem.features[partner * p + k] - problem.features[school * p + k]
          shift += d * d
          cross +=
            d * (sums[family * p + k] / size - sums[own * p + k] / ownSize)
        }
        // Σ|x|² does not change; −|S + d|²/a + |S|²/a − |T − d|²/b + |T|²/b
        let change = 2 * cross - shift / ownSize - shift / size
        // With no conflict of its own a school looks for likeness alone; those in conflict have their own turn.
        if ownConflicts == 0 {
          if change >= -1e-10 { continue }
          if let best, change >= best.squares { continue }
        }
        let before = ownConflicts + conflicts(partner, in: family)
        let after =
          conflicts(school, in: family, but: partner) + conflicts(partner, in: own, but: school)
        offer(after - before, change, family, partner)
      }
    }
    guard let best else { return false }
    place(school, from: own, to: best.family)
    if best.partner >= 0 { place(best.partner, from: best.family, to: own) }
    return true
  }

  private mutating func place(_ school: Int, from own: Int, to family: Int) {
    members[own].removeAll { $0 == school }
    let position = members[family].firstIndex { $0 > school } ?? members[family].count
    members[family].insert(Int32(school), at: position)
    add(school, to: own, -1)
    add(school, to: family, 1)
    sizes[own] -= 1
    sizes[family] += 1
    familyOf[school] = Int32(family)
  }
}
