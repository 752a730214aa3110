internal import Tables

/// How the members of matched units are chosen, such as pupils in matched schools.
public enum MemberDesign: String, Sendable, Hashable, CaseIterable {
  /// Units are matched by themselves, and all their members stay.
  case whole
  /// Units are matched by themselves; inside every matched set members are matched one to one.
  case nested
  /// Units are matched by their own distance and by how well their members can be matched; then members are
  /// matched as in `nested`.
  case joint
}

/// A matched sample of members inside a matched sample of units.
///
/// Members are matched only inside matched sets of units, so that no pupil is compared with one of a school
/// that his own is not compared with (Pimentel, Page, Lenard & Keele 2018, DOI 10.1214/17-AOAS1118;
/// Zubizarreta & Keele 2017, DOI 10.1080/01621459.2016.1240683). In a set the members of each arm are pooled
/// and as many pairs as possible made with the least total distance. With `whole` a member weighs as the set
/// weights of its set say, so that the estimate is one per member either way.
struct MemberMatch {
  let outcome: MatchOutcome
  /// For each member the cluster of units that were assigned or matched together: what errors are clustered by.
  let clusters: [Int32]

  init(
    _ pool: MemberPool, units: MatchOutcome, design: MemberDesign, groups: [Int32]?
  ) throws(MatchingError) {
    let sample = units.sample
    guard sample.grouping == .matchedSets, !sample.reusesComparators else { throw .noMatchedSets }
    let count = pool.unit.count
    var sets = [Int32](repeating: -1, count: count)
    var pairs: [MatchedSample.Pair] = []
    let setCount = Int((sample.sets.max() ?? -1) + 1)
    var arms = [(treated: [Int], control: [Int])](repeating: ([], []), count: setCount)
    for (unit, set) in sample.sets.enumerated() where set >= 0 {
      if units.candidates.treated[unit] {
        arms[Int(set)].treated += pool.members[unit]
      } else {
        arms[Int(set)].control += pool.members[unit]
      }
    }
    for (number, arm) in arms.enumerated() {
      if design == .whole {
        for member in arm.treated + arm.control { sets[member] = Int32(number) }
        continue
      }
      for pair in pool.pairs(arm.treated, arm.control) {
        pairs.append(
          MatchedSample.Pair(treated: pair.one, control: pair.other, k: 1, distance: pair.distance))
      }
    }
    pairs.sort { ($0.treated, $0.control) < ($1.treated, $1.control) }
    for (number, pair) in pairs.enumerated() {
      sets[pair.treated] = Int32(number)
      sets[pair.control] = Int32(number)
    }
    let weights = MatchedSample.setWeights(sets, treated: pool.treated, estimand: units.estimand)
    guard weights.contains(where: { $0 > 0 }) else { throw .noMembers }
    let chosen = MatchedSample(
      weights: weights, sets: zip(sets, weights).map { $1 > 0 ? $0 : -1 }, pairs: pairs,
      reusesComparators: false)
    let reasons = (0..<count).map { member -> DropReason? in
      if weights[member] > 0 { return nil }
      if let missing = pool.covariates.first(where: { $0.isMissing(member) }) {
        return .missing(column: missing.name)
      }
      let unit = pool.unit[member]
      guard unit >= 0, sample.isUsed(Int(unit)) else { return .unitNotMatched }
      return .notChosen
    }
    let codes = AssignmentClusters(sample, groups: groups).codes
    clusters = pool.unit.map { $0 < 0 ? -1 : codes[Int($0)] }
    let outside = pairs.count { pair in
      let (a, b) = (Int(pool.unit[pair.treated]), Int(pool.unit[pair.control]))
      return sample.sets[a] != sample.sets[b] || sample.sets[a] < 0
    }
    let worst = pairs.map(\.distance).max() ?? 0
    var checks = [
      ConstraintCheck(
        constraint: "partners inside matched units", declared: .count(0), worst: Double(outside),
        holds: outside == 0)
    ]
    if pool.caliper.isFinite {
      checks.append(
        ConstraintCheck(
          constraint: "members' caliper", declared: .number(pool.caliper), worst: worst,
          holds: worst <= pool.caliper * (1 + 1e-9)))
    }
    if let broken = checks.first(where: { !$0.holds }) {
      throw .brokenConstraint(
        name: broken.constraint, declared: "\(broken.declared)", found: "\(broken.worst)")
    }
    outcome = MatchOutcome(
      candidates: Candidates(treated: pool.treated, covariates: pool.covariates),
      estimand: units.estimand, sample: chosen, score: nil, propensity: nil, reasons: reasons,
      calipers: [], checks: checks, diagnostics: pool.diagnostics)
  }
}
