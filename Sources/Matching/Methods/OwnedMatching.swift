internal import StudyFiles
internal import Tables

extension MatchingError {
  /// Every comparator may be used once although it stands at several base years, which this method cannot keep.
  static func ownersNotKept(_ method: String) -> MatchingError {
    .unresolvedNames(
      "method `\(method)` would use a comparator at several base years: match with `optimal` or `nearest`, "
        + "without members, or with `full`, `entropy` or strata, which count it at each")
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
  /// Whether each unit is used at one base year: only methods that make pairs keep that.
  private var usesOwnersOnce: Bool { method is OptimalPairs || method is NearestNeighbour }

  /// Refuses methods that would use an owner twice and cannot say how much that counts, before anything is
  /// computed.
  func requireOwnersKept(_ candidates: Candidates) throws(MatchingError) {
    guard candidates.owners != nil, method is CardinalityMatching else { return }
    throw .ownersNotKept(type(of: method).name)
  }

  /// Proves that no owner is used twice by a method that promises it; for the others, says how many are.
  func countingOwners(
    _ sample: MatchedSample, _ candidates: Candidates
  ) throws(MatchingError) -> MatchedSample {
    guard let owners = candidates.owners, !sample.reusesComparators else { return sample }
    var places: [Int32: Int] = [:]
    for unit in owners.indices where sample.isUsed(unit) {
      guard places[owners[unit]] != nil, usesOwnersOnce else {
        places[owners[unit], default: 0] += 1
        continue
      }
      throw .brokenConstraint(name: "once", declared: "each unit once", found: "unit \(unit) twice")
    }
    let several = places.values.filter { $0 > 1 }
    guard !several.isEmpty else { return sample }
    return MatchedSample(
      weights: sample.weights, sets: sample.sets, pairs: sample.pairs,
      reusesComparators: sample.grouping == .matchedSets, optimum: sample.optimum,
      grouping: sample.grouping,
      diagnostics: sample.diagnostics + [
        Diagnostic(
          .note, code: "several-base-years",
          "\(several.count) units stand at several base years, \(several.reduce(0, +)) times in all; "
            + "errors count each as one")
      ], equations: sample.equations)
  }
}

extension MatchOutcome {
  /// The groups by which errors are clustered: those that were assigned as one, and the base years of a unit that
  /// stands at several. One code a candidate, below zero for those that are alone; `nil` where all are.
  package func errorGroups(_ groups: [Int32]?) -> [Int32]? {
    guard let owners = candidates.owners else { return groups }
    var places: [Int32: Int] = [:]
    for unit in owners.indices where sample.isUsed(unit) { places[owners[unit], default: 0] += 1 }
    guard places.values.contains(where: { $0 > 1 }) else { return groups }
    let first = (groups?.max() ?? -1) + 1
    return owners.indices.map { unit in
      if let group = groups?[unit], group >= 0 { return group }
      return places[owners[unit], default: 0] > 1 ? first + owners[unit] : -1
    }
  }
}
