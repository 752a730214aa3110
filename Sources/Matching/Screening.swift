/// Takes out, rule by rule, the units that no method may use, and remembers which rule it was.
struct Screening {
  private let candidates: Candidates
  let strata: [Int32]
  /// `nil` for units that are still in.
  private(set) var reasons: [DropReason?]

  /// Takes out units with a missing value.
  init(_ candidates: Candidates, design: MatchDesign) throws(MatchingError) {
    self.candidates = candidates
    strata = candidates.strata
    let needed =
      candidates.covariates + candidates.exact + candidates.measured
      + (design.distance.scoreColumn.flatMap { _ in candidates.score }.map { [$0] } ?? [])
      + (candidates.scoreGroups.map { [$0] } ?? [])
    reasons = (0..<candidates.count).map { unit in
      needed.first { $0.isMissing(unit) }.map { .missing(column: $0.name) }
    }
    if design.apart != nil || design.farthest != nil, let places = candidates.places {
      for unit in 0..<candidates.count
      where reasons[unit] == nil && places[unit] == nil
        && (design.farthest != nil || !candidates.treated[unit])
      {
        reasons[unit] = .missing(column: "location")
      }
    }
  }

  /// Units that are still in, ascending.
  var remaining: [Int] { reasons.indices.filter { reasons[$0] == nil } }

  private func remaining(_ arm: Arm) -> [Int] {
    remaining.filter { Arm(treated: candidates.treated[$0]) == arm }
  }

  func requireBothArms() throws(MatchingError) {
    for arm in Arm.allCases {
      let all = candidates.treated.indices.filter { Arm(treated: candidates.treated[$0]) == arm }
      guard !all.isEmpty else {
        throw arm == .treated
          ? .noTreatedUnit(candidates: candidates.count)
          : .noComparator(candidates: candidates.count)
      }
      guard remaining(arm).isEmpty else { continue }
      if case .missing(let column)? = reasons[all[0]] {
        throw .allMissing(arm: arm, column: column, units: all.count)
      }
    }
  }

  /// Takes out units whose score lies outside the other arm's range.
  mutating func keepCommonSupport(
    _ score: [Double], rule: CommonSupport
  ) throws(MatchingError) {
    guard rule != .none else { return }
    let ranges = SupportRanges(score: score, treated: candidates.treated)
    for unit in remaining
    where ranges.leavesOut(score: score[unit], isTreated: candidates.treated[unit], by: rule) {
      reasons[unit] = .outsideSupport
    }
    guard !remaining(.treated).isEmpty, !remaining(.control).isEmpty else {
      throw .noCommonSupport(treated: ranges.treated, comparators: ranges.control)
    }
  }

  /// Takes out units whose propensity lies beyond the bounds.
  mutating func keepPropensities(
    _ probabilities: [Double], within bounds: ClosedRange<Double>
  ) throws(MatchingError) {
    for unit in remaining where !bounds.contains(probabilities[unit]) { reasons[unit] = .trimmed }
    for arm in Arm.allCases where remaining(arm).isEmpty {
      throw .trimmedAway(arm: arm, bounds: bounds)
    }
  }

  /// Takes out comparators that are nearer than `kilometres` to some treated unit.
  mutating func keepApart(_ kilometres: Double?) throws(MatchingError) {
    guard let kilometres, let places = candidates.places else { return }
    let comparators = remaining(.control).count
    let tooNear = Apart(kilometres: kilometres).tooNear(candidates, places: places)
    for unit in remaining where tooNear[unit] { reasons[unit] = .tooNear }
    guard !remaining(.control).isEmpty else {
      throw .noneFarEnough(kilometres: kilometres, comparators: comparators)
    }
  }

  /// Takes out units whose exact stratum holds nobody of the other arm.
  mutating func keepTwoSidedStrata() throws(MatchingError) {
    let count = Int(strata.max() ?? -1) + 1
    var arms = [(treated: Bool, control: Bool)](repeating: (false, false), count: count)
    for unit in remaining {
      if candidates.treated[unit] {
        arms[Int(strata[unit])].treated = true
      } else {
        arms[Int(strata[unit])].control = true
      }
    }
    for unit in remaining {
      let (treated, control) = arms[Int(strata[unit])]
      if !treated || !control { reasons[unit] = .emptyStratum }
    }
    guard !remaining.isEmpty else {
      throw .oneSidedStrata(strata: arms.count { $0.treated || $0.control })
    }
  }
}
