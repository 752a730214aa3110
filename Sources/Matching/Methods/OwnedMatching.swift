internal import Probability
internal import StudyFiles

extension MatchingError {
  /// Every comparator may be used once although it stands at several base years, which this method cannot keep.
  static func ownersNotKept(_ method: String) -> MatchingError {
    .unresolvedNames(
      "method `\(method)` would use a comparator at several base years: match with `optimal` or `nearest`, "
        + "without `fine`, `near-exact`, a ratio that varies or members")
  }
}

extension OptimalPairs {
  /// Pairs where candidates share owners.
  func owned(
    _ problem: MatchingProblem, owners: [Int32], treatedAreFocal: Bool
  ) throws(MatchingError) -> MatchedSample {
    guard case .fixed(let ratio) = matches, fine.isEmpty, nearExact.isEmpty, problem.joint == nil
    else { throw .ownersNotKept(Self.name) }
    let eligible = (0..<problem.count).filter { problem.eligible[$0] }
    let found = try OwnedPairs.solve(
      focal: eligible.filter { problem.treated[$0] == treatedAreFocal },
      candidates: eligible.filter { problem.treated[$0] != treatedAreFocal }, owners: owners,
      ratio: ratio
    ) { problem.admits($0, $1) ? problem.distance($0, $1) : nil }
    var pairs: [MatchedSample.Pair] = []
    var number: [Int: Int] = [:]
    let ordered = found.pairs.map { ($0, problem.distance($0.focal, $0.candidate)) }.sorted {
      ($0.0.focal, $0.1, $0.0.candidate) < ($1.0.focal, $1.1, $1.0.candidate)
    }
    for (pair, distance) in ordered {
      number[pair.focal, default: 0] += 1
      pairs.append(
        MatchedSample.Pair(
          treated: treatedAreFocal ? pair.focal : pair.candidate,
          control: treatedAreFocal ? pair.candidate : pair.focal, k: number[pair.focal] ?? 1,
          distance: distance))
    }
    return MatchedSample.disjoint(
      pairs, in: problem,
      optimum: MatchedSample.Optimum(
        objective: found.objective, dual: found.dual, pairs: pairs.count, isUnique: nil))
  }
}

extension NearestNeighbour {
  /// Greedy pairs where candidates share owners: who is taken at one base year is taken at all.
  func owned(
    _ problem: MatchingProblem, owners: [Int32], treatedAreFocal: Bool,
    using stream: inout RandomStream
  ) throws(MatchingError) -> MatchedSample {
    guard case .fixed(let ratio) = matches, order != .closest, order != .farthest else {
      throw .ownersNotKept(Self.name)
    }
    let eligible = (0..<problem.count).filter { problem.eligible[$0] }
    let others = eligible.filter { problem.treated[$0] != treatedAreFocal }
    let queue = arranged(
      eligible.filter { problem.treated[$0] == treatedAreFocal }, in: problem, using: &stream)
    var taken: Set<Int32> = []
    var pairs: [MatchedSample.Pair] = []
    for k in 1...ratio {
      for unit in queue {
        var best: (distance: Double, other: Int)?
        for other in others where !taken.contains(owners[other]) && problem.admits(unit, other) {
          let distance = problem.distance(unit, other)
          if best.map({ distance < $0.distance }) ?? true { best = (distance, other) }
        }
        guard let best else { continue }
        taken.insert(owners[best.other])
        pairs.append(
          MatchedSample.Pair(
            treated: treatedAreFocal ? unit : best.other,
            control: treatedAreFocal ? best.other : unit, k: k, distance: best.distance))
      }
    }
    return MatchedSample.disjoint(pairs, in: problem)
  }
}

extension MatchDesign {
  /// Refuses methods that would use an owner twice, before anything is computed.
  func requireOwnersKept(_ candidates: Candidates) throws(MatchingError) {
    guard candidates.owners != nil, !method.reusesComparators else { return }
    guard method is OptimalPairs || method is NearestNeighbour else {
      throw .ownersNotKept(type(of: method).name)
    }
  }

  /// Proves that no owner is used twice.
  func requireOwnersOnce(_ sample: MatchedSample, _ candidates: Candidates) throws(MatchingError) {
    guard let owners = candidates.owners, !sample.reusesComparators else { return }
    var used: Set<Int32> = []
    for unit in owners.indices where sample.isUsed(unit) && !used.insert(owners[unit]).inserted {
      throw .brokenConstraint(name: "once", declared: "each unit once", found: "unit \(unit) twice")
    }
  }
}
