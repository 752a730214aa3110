internal import Tables

extension OptimalPairs {
  /// All possible pairs are looked at: so many are taken.
  static let mostPairs = 20_000_000

  /// The match under fine balance, near-exact wishes or a ratio that varies.
  func balanced(
    _ problem: MatchingProblem, treatedAreFocal: Bool
  ) throws(MatchingError) -> MatchedSample {
    let eligible = (0..<problem.count).filter { problem.eligible[$0] }
    let asking = eligible.filter { problem.treated[$0] == treatedAreFocal }
    let asked = eligible.filter { problem.treated[$0] != treatedAreFocal }
    // Of the units that one owner stands behind at most one is taken, so they are asked as one.
    let groups = problem.shared(asked)
    guard asking.count * groups.count <= Self.mostPairs else {
      throw .tooManyPairs(count: asking.count * groups.count, limit: Self.mostPairs)
    }
    if problem.joint != nil {
      let admitted = asking.reduce(0) { sum, a in sum + asked.count { problem.admits(a, $0) } }
      guard admitted <= JointDistance.mostPairs else {
        throw .tooManyPairs(count: admitted, limit: JointDistance.mostPairs)
      }
    }
    let wishes = try nearExact.map { name throws(MatchingError) in
      try problem.codes(of: name, key: "near-exact")
    }
    let pairs = min(groups.count, matches.most * asking.count)
    // A wish costs one; each level of balance more than all that come after it.
    var worth = nearExact.count * pairs + 1
    var levels: [BalancedPairs.Level] = []
    for depth in stride(from: fine.count, to: 0, by: -1) {
      let columns = try fine.prefix(depth).map { name throws(MatchingError) in
        try problem.codes(of: name, key: "fine")
      }
      var numbers: [[Int]: Int] = [:]
      func category(_ unit: Int) -> Int {
        let key = columns.map { $0[unit] }
        if let known = numbers[key] { return known }
        numbers[key] = numbers.count
        return numbers.count - 1
      }
      let ofAsked = try groups.map { units throws(MatchingError) in
        let first = category(units[0])
        guard units.allSatisfy({ category($0) == first }) else {
          throw .fineBalanceOverYears(names: Array(fine.prefix(depth)), unit: units[0])
        }
        return first
      }
      let ofAsking = asking.map(category)
      var capacity = [Int](repeating: 0, count: numbers.count)
      for number in ofAsking { capacity[number] += matches.least }
      levels.append(
        BalancedPairs.Level(category: ofAsked, capacity: capacity, penalty: worth))
      worth *= pairs + 1
    }
    // The coarsest level comes first and costs most.
    levels.reverse()
    let copies = (0..<matches.most).map { copy in
      switch matches {
      case .fixed: copy * worth
      case .variable(let least, _, _): copy < least ? copy * worth : matches.most * worth
      }
    }
    var most = pairs
    if case .variable(_, _, let mean?) = matches {
      most = min(pairs, Int((mean * Double(asking.count)).rounded()))
    }
    func cost(_ a: Int, _ b: Int) -> RankedCost? {
      guard problem.admits(a, b), let distance = problem.jointDistance(a, b) else { return nil }
      return RankedCost(penalty: wishes.count { $0[a] != $0[b] }, distance: distance)
    }
    /// The unit of a group that suits best, the earliest of several.
    func best(_ i: Int, _ j: Int) -> (unit: Int, cost: RankedCost)? {
      var best: (unit: Int, cost: RankedCost)?
      for b in groups[j] {
        guard let cost = cost(asking[i], b) else { continue }
        if best.map({ cost < $0.cost }) ?? true { best = (b, cost) }
      }
      return best
    }
    let found = BalancedPairs(
      asking: asking.count, asked: groups.count, copies: copies, most: most, levels: levels
    ) { best($0, $1)?.cost }.solve()
    guard found.total.penalty == found.bound.penalty,
      abs(found.total.distance - found.bound.distance)
        <= 1e-9 * max(1, abs(found.total.distance))
    else {
      throw .brokenConstraint(
        name: "optimum", declared: "\(found.bound)", found: "\(found.total)")
    }
    var chosen: [MatchedSample.Pair] = []
    var numbers = [Int](repeating: 0, count: asking.count)
    var isSettled = true
    let byDistance = found.pairs.map { pair in
      let focal = asking[pair.asking]
      let chosen = best(pair.asking, pair.asked)
      isSettled =
        isSettled && groups[pair.asked].count { cost(focal, $0) == chosen?.cost } == 1
      return (focal, chosen?.unit ?? groups[pair.asked][0], pair.asking)
    }.sorted {
      ($0.0, problem.distance($0.0, $0.1), $0.1) < ($1.0, problem.distance($1.0, $1.1), $1.1)
    }
    for (focal, other, position) in byDistance {
      numbers[position] += 1
      chosen.append(
        MatchedSample.Pair(
          treated: treatedAreFocal ? focal : other, control: treatedAreFocal ? other : focal,
          k: numbers[position],
          distance: problem.jointDistance(focal, other) ?? problem.distance(focal, other)))
    }
    let sample = MatchedSample.disjoint(
      chosen, in: problem,
      optimum: MatchedSample.Optimum(
        objective: found.total.distance, dual: found.bound.distance, pairs: chosen.count,
        isUnique: found.isUnique && isSettled))
    return sample.adding(
      notes(chosen, wishes: wishes, levels: levels, asked: groups, problem: problem))
  }

  /// How far the wishes came true.
  private func notes(
    _ pairs: [MatchedSample.Pair], wishes: [[Int]], levels: [BalancedPairs.Level], asked: [[Int]],
    problem: MatchingProblem
  ) -> [Diagnostic] {
    var notes: [Diagnostic] = []
    var isUsed = [Bool](repeating: false, count: problem.count)
    for pair in pairs {
      isUsed[pair.treated] = true
      isUsed[pair.control] = true
    }
    for (position, level) in levels.enumerated() {
      var flow = [Int](repeating: 0, count: level.capacity.count)
      for (units, category) in zip(asked, level.category)
      where units.contains(where: { isUsed[$0] }) {
        flow[category] += 1
      }
      let excess = zip(flow, level.capacity).reduce(0) { $0 + max(0, $1.0 - $1.1) }
      let names = fine.prefix(position + 1).map { "`\($0)`" }.joined(separator: " × ")
      notes.append(
        Diagnostic(
          .note, code: "fine-balance",
          "\(excess) of \(pairs.count) comparators are in excess of the treated's shares of \(names)"
        ))
    }
    for (name, codes) in zip(nearExact, wishes) {
      let unlike = pairs.count { codes[$0.treated] != codes[$0.control] }
      notes.append(
        Diagnostic(
          .note, code: "near-exact", "\(unlike) of \(pairs.count) pairs differ in `\(name)`"))
    }
    return notes
  }
}

extension MatchedSample {
  /// The same sample with more doubts.
  func adding(_ more: [Diagnostic]) -> MatchedSample {
    MatchedSample(
      weights: weights, sets: sets, pairs: pairs, reusesComparators: reusesComparators,
      optimum: optimum, grouping: grouping, diagnostics: diagnostics + more, equations: equations)
  }
}
