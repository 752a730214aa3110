/// Why a unit is not in the matched sample.
public enum DropReason: Sendable, Hashable, CustomStringConvertible {
  case missing(column: String)
  /// Its score lies outside the other arm's range.
  case outsideSupport
  /// A treated unit is nearer than `apart` allows.
  case tooNear
  /// Its exact stratum holds nobody of the other arm.
  case emptyStratum
  /// Its propensity lies beyond the bounds that weights are trimmed at.
  case trimmed
  /// No unit of the other arm has the same values, or values in the same bins.
  case emptyCell
  /// Nobody of the other arm is within this caliper.
  case caliper(String)
  /// Each caliper admits somebody, but all together nobody.
  case calipersTogether
  /// Fewer partners are possible than every treated unit must have.
  case tooFewPartners(minimum: Int)
  /// Comparators were near enough, but others took them.
  case lostToCompetitor
  /// A member of a unit that is not in the matched sample.
  case unitNotMatched
  /// The largest balanced sample does without it.
  case notBalanced
  /// A possible comparator that was not needed.
  case notChosen

  public var description: String {
    switch self {
    case .missing(let column): "missing \(column)"
    case .outsideSupport: "outside common support"
    case .tooNear: "too near a treated unit"
    case .emptyStratum: "nobody of the other arm in its exact stratum"
    case .trimmed: "propensity beyond the trimming bounds"
    case .emptyCell: "nobody of the other arm with the same values of the covariates"
    case .caliper(let name): "nobody within the caliper on \(name)"
    case .calipersTogether: "nobody within all calipers together"
    case .tooFewPartners(let minimum): "fewer than \(minimum) comparators admitted"
    case .lostToCompetitor: "no comparator left"
    case .unitNotMatched: "its unit is not matched"
    case .notBalanced: "left out so that the means balance"
    case .notChosen: "not chosen"
    }
  }
}

extension DropReason {
  /// The stage at which the unit left, in the order of the stages.
  public var stage: String {
    switch self {
    case .missing: "data"
    case .outsideSupport, .trimmed: "common support"
    case .tooNear: "apart"
    case .emptyStratum, .emptyCell: "exact strata"
    case .caliper, .calipersTogether, .tooFewPartners: "calipers"
    case .lostToCompetitor, .notBalanced, .notChosen: "matching"
    case .unitNotMatched: "units"
    }
  }
}

/// Finds for each unmatched unit the first rule that explains it.
struct DropExplainer {
  let problem: MatchingProblem
  /// Eligible units by arm and stratum.
  private let members: [Arm: [[Int]]]
  /// For each caliper, the values of those units in ascending order.
  private let sorted: [Arm: [[[Double]]]]

  init(_ problem: MatchingProblem) {
    self.problem = problem
    let strata = Int(problem.strata.max() ?? -1) + 1
    var members: [Arm: [[Int]]] = [:]
    for arm in Arm.allCases { members[arm] = Array(repeating: [], count: strata) }
    for unit in 0..<problem.count where problem.eligible[unit] {
      members[Arm(treated: problem.treated[unit])]?[Int(problem.strata[unit])].append(unit)
    }
    self.members = members
    sorted = members.mapValues { byStratum in
      problem.calipers.map { caliper in
        caliper.places == nil
          ? byStratum.map { units in units.map { caliper.values[$0] }.sorted() } : []
      }
    }
  }

  /// Why an eligible unit was not used.
  ///
  /// - Parameter least: comparators that every treated unit must have.
  func reason(_ unit: Int, least: Int = 1) -> DropReason {
    let arm = Arm(treated: problem.treated[unit])
    let other: Arm = arm == .treated ? .control : .treated
    let stratum = Int(problem.strata[unit])
    guard let candidates = members[other]?[stratum], !candidates.isEmpty else {
      return .emptyStratum
    }
    for (position, caliper) in problem.calipers.enumerated() {
      guard isWithin(nearestGap(unit, caliper: position), caliper.limit) else {
        return .caliper(caliper.name)
      }
    }
    if problem.calipers.count > 1, !candidates.contains(where: { problem.keepsCalipers(unit, $0) })
    {
      return .calipersTogether
    }
    if least > 1, arm == .treated,
      candidates.count(where: { problem.keepsCalipers(unit, $0) }) < least
    {
      return .tooFewPartners(minimum: least)
    }
    let isFocal = problem.treated[unit] == (problem.estimand.treatedAreFocal ?? true)
    return isFocal ? .lostToCompetitor : .notChosen
  }

  /// How near, in one caliper's variable, the nearest possible partner of a unit is.
  func nearestGap(_ unit: Int, caliper position: Int) -> Double {
    let other: Arm = problem.treated[unit] ? .control : .treated
    if problem.calipers[position].places != nil {
      let partners = members[other]?[Int(problem.strata[unit])] ?? []
      return partners.map { problem.calipers[position].gap(unit, $0) }.min() ?? .infinity
    }
    let values = sorted[other]?[position][Int(problem.strata[unit])] ?? []
    return gap(from: problem.calipers[position].values[unit], to: values)
  }

  /// The distance from `value` to the nearest of ascending `values`.
  private func gap(from value: Double, to values: [Double]) -> Double {
    var low = 0
    var high = values.count
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < value { low = middle + 1 } else { high = middle }
    }
    let above = low < values.count ? values[low] - value : .infinity
    let below = low > 0 ? value - values[low - 1] : .infinity
    return min(above, below)
  }
}

extension DropExplainer {
  /// The error that no pair keeps all the calipers: it names the caliper that leaves none by itself.
  func nothingAdmitted(_ reasons: [DropReason?]) -> MatchingError {
    let treated = (0..<problem.count).filter { problem.eligible[$0] && problem.treated[$0] }
    for (position, caliper) in problem.calipers.enumerated() {
      let nearest = treated.map { nearestGap($0, caliper: position) }.min() ?? .infinity
      if !isWithin(nearest, caliper.limit) {
        return .caliperExcludesAll(
          caliper: caliper.name, limit: caliper.limit, nearest: nearest, treated: treated.count)
      }
    }
    return .caliperExcludesAll(
      caliper: nil, limit: .nan, nearest: .nan, treated: treated.count)
  }
}
