internal import LinearAlgebra

/// Looks for other full matches of the same total, from an optimal one, by moves that cost nothing.
///
/// A unit that shares its partner with others goes to another set whose single unit is as near, or two such units
/// change places; each move that takes the estimate, or the spread between sets, in the wanted direction is made, until
/// none is left or everybody was looked at a few times. Four searches: the least and largest estimate, and the least
/// and largest spread. What is found bounds the range from inside.
struct SetSearch {
  private let problem: MatchingProblem
  private let outcome: [Double]
  private let estimand: Estimand
  private let base: [Int32]
  private let setCount: Int
  private let total: Double
  private let longest: Double

  /// Sets beyond which each is compared with its neighbours alone.
  static let neighbours = 120
  static let sweeps = 3

  init?(_ match: MatchOutcome, outcome: [Double]) {
    guard let problem = match.problem, match.sample.optimum?.isUnique == false,
      match.sample.pairs.isEmpty, problem.coordinates.rows > 0,
      outcome.indices.allSatisfy({ outcome[$0].isFinite || match.sample.sets[$0] < 0 })
    else { return nil }
    self.problem = problem
    self.outcome = outcome
    estimand = match.estimand
    base = match.sample.sets
    setCount = Int((match.sample.sets.max() ?? -1) + 1)
    (total, longest) = Self.distances(match.sample.sets, in: problem)
  }

  private enum Aim { case estimate, spread }

  /// The sets of each unit as reported, and the extremes found, each once.
  func sets() -> [[Int32]] {
    var found = [base]
    for aim in [Aim.spread, .estimate] {
      for sign in [1.0, -1] {
        let sets = search(aim, sign: sign)
        let distances = Self.distances(sets, in: problem)
        guard abs(distances.total - total) <= 1e-9 * max(total, 1e-300) else { continue }
        if !found.contains(sets) { found.append(sets) }
      }
    }
    return found
  }

  /// The members of a set by arm.
  private struct Members {
    var treated: [Int] = []
    var controls: [Int] = []

    func arm(_ treated: Bool) -> [Int] { treated ? self.treated : controls }

    mutating func replace(_ old: Int?, with new: Int?, treated isTreated: Bool) {
      var list = arm(isTreated)
      if let old { list.removeAll { $0 == old } }
      if let new { list.append(new) }
      if isTreated { treated = list } else { controls = list }
    }
  }

  /// What a set adds to the estimate, up to a factor that is the same for all matches of the same units.
  private func share(_ set: Members) -> Double {
    func mean(_ units: [Int]) -> Double {
      units.reduce(0) { $0 + outcome[$1] } / Double(units.count)
    }
    let difference = mean(set.treated) - mean(set.controls)
    return switch estimand {
    case .att: Double(set.treated.count) * difference
    case .atc: Double(set.controls.count) * difference
    case .ate, .ato: Double(set.treated.count + set.controls.count) * difference
    }
  }

  /// Whether distances are the same, as far as coordinates of ten digits can tell.
  private func isSame(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-9 * longest }

  /// The distances of all to the single unit of their set: together, and the longest.
  private static func distances(
    _ sets: [Int32], in problem: MatchingProblem
  ) -> (total: Double, longest: Double) {
    var members = [Members](repeating: Members(), count: Int((sets.max() ?? -1) + 1))
    for (unit, set) in sets.enumerated() where set >= 0 {
      members[Int(set)].replace(nil, with: unit, treated: problem.treated[unit])
    }
    var (total, longest) = (0.0, 0.0)
    for set in members {
      for one in set.treated {
        for other in set.controls {
          total += problem.distance(one, other)
          longest = max(longest, problem.distance(one, other))
        }
      }
    }
    return (total, longest)
  }

  private func search(_ aim: Aim, sign: Double) -> [Int32] {
    var sets = [Members](repeating: Members(), count: setCount)
    for (unit, set) in base.enumerated() where set >= 0 {
      sets[Int(set)].replace(nil, with: unit, treated: problem.treated[unit])
    }
    var shares = sets.map(share)
    var total = shares.reduce(0, +)
    var squares = shares.reduce(0) { $0 + $1 * $1 }
    let count = Double(setCount)
    /// Puts two changed sets in their places if that brings the aim nearer.
    func improve(_ p: Int, _ one: Members, _ q: Int, _ two: Members) -> Bool {
      let (a, b) = (share(one), share(two))
      let newTotal = total + a + b - shares[p] - shares[q]
      let newSquares = squares + a * a + b * b - shares[p] * shares[p] - shares[q] * shares[q]
      let gain: Double
      let scale: Double
      switch aim {
      case .estimate:
        gain = sign * (newTotal - total)
        scale = abs(total)
      case .spread:
        gain =
          sign * ((newSquares - newTotal * newTotal / count) - (squares - total * total / count))
        scale = squares
      }
      guard gain > 1e-10 * (scale + 1e-12) else { return false }
      (sets[p], sets[q], shares[p], shares[q]) = (one, two, a, b)
      (total, squares) = (newTotal, newSquares)
      return true
    }
    let order = sets.indices.sorted { a, b in
      let places = [a, b].map { problem.coordinates[0, sets[$0].treated[0]] }
      return (places[0], a) < (places[1], b)
    }
    for _ in 0..<Self.sweeps {
      var isChanged = false
      for (position, p) in order.enumerated() {
        for q in order[(position + 1)...].prefix(Self.neighbours) {
          for arm in [true, false]
          where sets[p].arm(!arm).count == 1 && sets[q].arm(!arm).count == 1 {
            isChanged =
              exchange(p, q, arm: arm, sets: sets, improve) || move(p, q, arm, sets, improve)
              || move(q, p, arm, sets, improve) || isChanged
          }
        }
      }
      if !isChanged { break }
    }
    var result = [Int32](repeating: -1, count: problem.count)
    for (number, set) in sets.enumerated() {
      for unit in set.treated + set.controls { result[unit] = Int32(number) }
    }
    return result
  }

  /// A unit of set `p` that is not alone there joins the single unit of the other arm in `q`, if that is as near.
  private func move(
    _ p: Int, _ q: Int, _ arm: Bool, _ sets: [Members],
    _ improve: (Int, Members, Int, Members) -> Bool
  ) -> Bool {
    guard sets[p].arm(arm).count > 1 else { return false }
    let (here, there) = (sets[p].arm(!arm)[0], sets[q].arm(!arm)[0])
    for unit in sets[p].arm(arm) {
      guard problem.admits(unit, there),
        isSame(problem.distance(unit, here), problem.distance(unit, there))
      else { continue }
      var (one, two) = (sets[p], sets[q])
      one.replace(unit, with: nil, treated: arm)
      two.replace(nil, with: unit, treated: arm)
      if improve(p, one, q, two) { return true }
    }
    return false
  }

  /// A unit of each of two sets change places.
  private func exchange(
    _ p: Int, _ q: Int, arm: Bool, sets: [Members],
    _ improve: (Int, Members, Int, Members) -> Bool
  ) -> Bool {
    let (here, there) = (sets[p].arm(!arm)[0], sets[q].arm(!arm)[0])
    for a in sets[p].arm(arm) {
      for b in sets[q].arm(arm) {
        guard problem.admits(a, there), problem.admits(b, here),
          isSame(
            problem.distance(a, here) + problem.distance(b, there),
            problem.distance(a, there) + problem.distance(b, here))
        else { continue }
        var (one, two) = (sets[p], sets[q])
        one.replace(a, with: b, treated: arm)
        two.replace(b, with: a, treated: arm)
        if improve(p, one, q, two) { return true }
      }
    }
    return false
  }
}
