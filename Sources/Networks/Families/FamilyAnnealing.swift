internal import Probability

/// Improves a division into families by chance moves at a falling temperature: a school goes to the family of a school
/// like it, or the two change places; what makes the sum of squares larger by δ is done with probability exp(−δ/*T*).
/// Nothing is done that would put two schools together that must keep apart or break a quota.
///
/// Kirkpatrick, Gelatt & Vecchi (1983), doi:10.1126/science.220.4598.671. The moves are keyed by a seed of their own, so
/// that a division is always the same.
struct FamilyAnnealing {
  private let problem: FamilyProblem
  private let p: Int
  private(set) var familyOf: [Int32]
  /// Of each school the schools that are most like it.
  private let alike: [Int32]
  private let alikeCount: Int
  private var sums: [Double]
  private var sizes: [Int]
  /// Room for the largest family each, where conflicts are possible.
  private var members: [Int32] = []
  private let room: Int

  /// - Parameters:
  ///   - familyOf: a division without conflicts.
  ///   - alike: see ``neighbours(_:)``.
  init(_ problem: FamilyProblem, _ familyOf: [Int32], families: Int, alike: [Int32]) {
    self.problem = problem
    p = problem.dimensions
    self.familyOf = familyOf
    self.alike = alike
    alikeCount = alike.count / problem.count
    sums = [Double](repeating: 0, count: families * problem.dimensions)
    sizes = [Int](repeating: 0, count: families)
    room = problem.sizes.upperBound
    let isBound = problem.apart != nil || problem.quota != nil
    if isBound { members = [Int32](repeating: -1, count: families * room) }
    for school in 0..<problem.count {
      let family = Int(familyOf[school])
      if isBound { members[family * room + sizes[family]] = Int32(school) }
      sizes[family] += 1
      for k in 0..<p { sums[family * p + k] += problem.features[school * p + k] }
    }
  }

  /// Of each school the schools that are most like it, 24 or all others.
  static func neighbours(_ problem: FamilyProblem) -> [Int32] {
    let count = min(24, problem.count - 1)
    let tree = FamilyTree(problem.features, dimensions: problem.dimensions)
    var search = FamilyTree.Search(count: count + 1)
    var found: [Int32] = []
    for school in 0..<problem.count {
      _ = tree.smallest(
        (0..<problem.dimensions).map { problem.features[school * problem.dimensions + $0] },
        &search)
      let others = search.found.map { tree.order[Int($0)] }.filter { $0 != Int32(school) }
      found += others.prefix(count)
    }
    return found
  }

  /// - Parameters:
  ///   - moves: tried for each school.
  ///   - temperature: the first; the last is a fiftieth of `last`.
  mutating func run(moves: Int, from first: Double, to last: Double, seed: Seed) {
    guard first > 0, last > 0, sizes.count > 1 else { return }
    var random = RandomStream(seed)
    let steps = 100
    let each = max(1, moves * problem.count / steps)
    let cooling = PortableMath.exp(PortableMath.log(last / first) / Double(steps - 1))
    var temperature = first
    for _ in 0..<steps {
      for _ in 0..<each {
        let draw = random.next()
        let school = Int((draw >> 32) % UInt64(problem.count))
        let like = Int(alike[school * alikeCount + Int((draw & 0xffff_ffff) % UInt64(alikeCount))])
        let (own, other) = (Int(familyOf[school]), Int(familyOf[like]))
        if own == other { continue }
        if sizes[own] > problem.sizes.lowerBound, sizes[other] < problem.sizes.upperBound,
          draw >> 31 & 1 == 0
        {
          move(school, own, other, temperature, &random)
        } else {
          exchange(school, like, own, other, temperature, &random)
        }
      }
      temperature *= cooling
    }
  }

  private func isAccepted(
    _ change: Double, _ temperature: Double, _ random: inout RandomStream
  ) -> Bool {
    change <= 0 || -PortableMath.log(random.uniform()) * temperature > change
  }

  private mutating func move(
    _ school: Int, _ own: Int, _ other: Int, _ temperature: Double, _ random: inout RandomStream
  ) {
    let (ownSize, otherSize) = (Double(sizes[own]), Double(sizes[other]))
    var (mine, theirs) = (0.0, 0.0)
    for k in 0..<p {
      let x = problem.features[school * p + k]
      let (a, b) = (x - sums[own * p + k] / ownSize, x - sums[other * p + k] / otherSize)
      mine += a * a
      theirs += b * b
    }
    let change = otherSize / (otherSize + 1) * theirs - ownSize / (ownSize - 1) * mine
    guard isAccepted(change, temperature, &random), suits(school, other) else { return }
    for k in 0..<p {
      sums[own * p + k] -= problem.features[school * p + k]
      sums[other * p + k] += problem.features[school * p + k]
    }
    if !members.isEmpty {
      replace(school, in: own, by: members[own * room + sizes[own] - 1])
      members[other * room + sizes[other]] = Int32(school)
    }
    sizes[own] -= 1
    sizes[other] += 1
    familyOf[school] = Int32(other)
  }

  private mutating func exchange(
    _ school: Int, _ like: Int, _ own: Int, _ other: Int, _ temperature: Double,
    _ random: inout RandomStream
  ) {
    let (ownSize, otherSize) = (Double(sizes[own]), Double(sizes[other]))
    var (cross, shift) = (0.0, 0.0)
    for k in 0..<p {
      let d = problem.features[like * p + k] - problem.features[school * p + k]
      shift += d * d
      cross += d * (sums[other * p + k] / otherSize - sums[own * p + k] / ownSize)
    }
    let change = 2 * cross - shift / ownSize - shift / otherSize
    guard isAccepted(change, temperature, &random), suits(school, other, but: like),
      suits(like, own, but: school)
    else { return }
    for k in 0..<p {
      let d = problem.features[like * p + k] - problem.features[school * p + k]
      sums[own * p + k] += d
      sums[other * p + k] -= d
    }
    if !members.isEmpty {
      replace(school, in: own, by: Int32(like))
      replace(like, in: other, by: Int32(school))
    }
    familyOf[school] = Int32(other)
    familyOf[like] = Int32(own)
  }

  private mutating func replace(_ school: Int, in family: Int, by other: Int32) {
    for k in (family * room)..<(family * room + sizes[family]) where members[k] == Int32(school) {
      members[k] = other
      return
    }
  }

  /// Whether the school may be in a family, not counting `but`.
  private func suits(_ school: Int, _ family: Int, but: Int = -1) -> Bool {
    guard !members.isEmpty else { return true }
    var same = 0
    let code = problem.quota.map { $0.codes[school] } ?? -1
    for k in (family * room)..<(family * room + sizes[family]) where Int(members[k]) != but {
      if problem.separates(school, Int(members[k])) { return false }
      if let quota = problem.quota, code >= 0, quota.codes[Int(members[k])] == code { same += 1 }
    }
    return problem.quota.map { code < 0 || same < $0.most } ?? true
  }
}
