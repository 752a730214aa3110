internal import StudyFiles

extension MatchingError {
  /// Every comparator may be used once although it stands at several base years, which this method cannot keep.
  static func ownersNotKept(_ method: String) -> MatchingError {
    .unresolvedNames(
      "method `\(method)` would use a comparator at several base years: match with `optimal` or `nearest`, "
        + "without members")
  }
}

extension OptimalPairs {
  /// Pairs where candidates share owners.
  func owned(
    _ problem: MatchingProblem, owners: [Int32], treatedAreFocal: Bool
  ) throws(MatchingError) -> MatchedSample {
    guard problem.joint == nil else { throw .ownersNotKept(Self.name) }
    guard case .fixed(let ratio) = matches, fine.isEmpty, nearExact.isEmpty else {
      return try balanced(problem, treatedAreFocal: treatedAreFocal)
    }
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
        objective: found.objective, dual: found.dual, pairs: pairs.count,
        isUnique: found.isUnique))
  }
}

extension MatchingProblem {
  /// Notes which of `units` have the same owner, so that taking one takes all.
  mutating func gatherStandIns(among units: [Int]) {
    guard let owners else { return }
    for unit in units { standIns[owners[unit], default: []].append(unit) }
  }

  /// The units that go when `unit` is taken, itself among them.
  func standIns(of unit: Int) -> [Int] {
    owners.flatMap { standIns[$0[unit]] } ?? [unit]
  }

  /// The units that are asked, those of one owner together, in row order; every unit by itself where nobody owns
  /// several.
  func shared(_ asked: [Int]) -> [[Int]] {
    guard let owners else { return asked.map { [$0] } }
    var place: [Int32: Int] = [:]
    var groups: [[Int]] = []
    for unit in asked {
      if let known = place[owners[unit]] {
        groups[known].append(unit)
      } else {
        place[owners[unit]] = groups.count
        groups.append([unit])
      }
    }
    return groups
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
