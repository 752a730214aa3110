internal import Designs
public import Tables

/// One declared constraint, looked at again on the finished sample.
public struct ConstraintCheck: TidyRow, Hashable {
  public let constraint: String
  /// What was asked for.
  public let declared: Cell
  /// The worst that occurs in the sample, in the same units.
  public let worst: Double
  public let holds: Bool

  public static let schema = [
    Field("constraint", "what was asked of every match"),
    Field("declared", "its limit as declared, in its own units"),
    Field("worst", "the worst value among the matched units"),
    Field("holds", "whether the constraint holds for all of them"),
  ]

  public var cells: [Cell] { [.text(constraint), declared, .number(worst), .flag(holds)] }
}

/// Checks a matched sample against what was declared, from the candidates' own data and by none of the
/// code that made the sample: comparing tools have shipped matches that broke their calipers.
struct ConstraintAudit {
  let candidates: Candidates
  let estimand: Estimand
  /// Units that may be used; the audit trusts nothing else of how they were found.
  let calipers: [Caliper]
  let apart: Double?
  let ratio: Int?
  /// Moments of the covariates that both arms must share.
  let balancedMoments: Int
  /// The largest difference of means, in standard deviations of the units that could have been used.
  let means: (tolerance: Double, eligible: [Bool])?
  /// The propensities and the bounds that used units must keep.
  let trims: [(probabilities: [Double], bounds: ClosedRange<Double>)]
  /// How uneven sets may be.
  let setBounds: SetBounds?
  /// The score and the sides that had to lie in the other arm's range of it.
  let support: (score: [Double], discard: CommonSupport)?

  func checks(_ sample: MatchedSample) -> [ConstraintCheck] {
    let used = (0..<candidates.count).filter { sample.weights[$0] > 0 }
    let links = links(sample)
    var checks: [ConstraintCheck] = []
    func count(_ name: String, _ declared: Cell, _ violations: Int) {
      checks.append(
        ConstraintCheck(
          constraint: name, declared: declared, worst: Double(violations), holds: violations == 0))
    }
    count(
      "one of each arm", .count(0),
      links.count { !candidates.treated[$0.treated] || candidates.treated[$0.control] })
    if sample.grouping != .weights, !sample.reusesComparators {
      count("both arms in every set", .count(0), oneSidedSets(sample))
    }
    count(
      "complete covariates", .count(0),
      used.count { unit in
        (candidates.covariates + candidates.exact + candidates.measured).contains {
          $0.isMissing(unit)
        }
      })
    for covariate in candidates.exact {
      count(
        "exact \(covariate.name)", .count(0),
        links.count { !covariate.isEqual($0.treated, $0.control) })
    }
    if sample.grouping == .weights, !candidates.exact.isEmpty {
      let gap = largestStratumGap(sample)
      checks.append(
        ConstraintCheck(
          constraint: "equal shares of exact strata", declared: .number(1e-8), worst: gap,
          holds: gap <= 1e-8))
    }
    for caliper in calipers {
      var worst = 0.0
      for link in links {
        worst = max(worst, caliper.gap(link.treated, link.control))
      }
      checks.append(
        ConstraintCheck(
          constraint: "caliper \(caliper.name)", declared: .number(caliper.limit), worst: worst,
          holds: worst <= caliper.limit * (1 + 1e-9)))
    }
    if let apart {
      let least = leastDistance(used.filter { !candidates.treated[$0] })
      checks.append(
        ConstraintCheck(
          constraint: "apart", declared: .number(apart), worst: least,
          holds: least >= apart * (1 - 1e-9)))
    }
    checks += multiplicityChecks(sample)
    if let setBounds { checks += setBounds.checks(sample, treated: candidates.treated) }
    if balancedMoments > 0 {
      let worst = largestMiss(sample, units: used)
      checks.append(
        ConstraintCheck(
          constraint: "balance", declared: .number(1e-8), worst: worst, holds: worst <= 1e-8))
    }
    if let means {
      let worst = largestMeanDifference(sample, eligible: means.eligible)
      checks.append(
        ConstraintCheck(
          constraint: "mean balance", declared: .number(means.tolerance), worst: worst,
          holds: worst <= means.tolerance + 1e-8))
    }
    for trim in trims {
      let bounds = trim.bounds
      count(
        "trim", .text("\(bounds.lowerBound) … \(bounds.upperBound)"),
        used.count {
          !(trim.probabilities[$0] >= bounds.lowerBound)
            || !(trim.probabilities[$0] <= bounds.upperBound)
        })
    }
    if let support {
      let ranges = SupportRanges(score: support.score, treated: candidates.treated)
      count(
        "common support", .text(support.discard.rawValue),
        used.count {
          ranges.leavesOut(
            score: support.score[$0], isTreated: candidates.treated[$0], by: support.discard)
        })
    }
    return checks
  }

  /// Pairs; in a set each unit with the first of the other arm. In a set of one against several these are
  /// all there are, and in a stratum they suffice: being equal passes from each to the next, and calipers
  /// are not declared there.
  private func links(_ sample: MatchedSample) -> [(treated: Int, control: Int)] {
    guard sample.pairs.isEmpty else { return sample.pairs.map { ($0.treated, $0.control) } }
    var sets = [[Int]](repeating: [], count: Int((sample.sets.max() ?? -1) + 1))
    for (unit, set) in sample.sets.enumerated() where set >= 0 { sets[Int(set)].append(unit) }
    return sets.flatMap { set in
      let treated = set.filter { candidates.treated[$0] }
      let control = set.filter { !candidates.treated[$0] }
      return treated.flatMap { treated in control.prefix(1).map { (treated, $0) } }
        + control.dropFirst().flatMap { control in treated.prefix(1).map { ($0, control) } }
    }
  }

  /// Sets that lack one of the arms.
  private func oneSidedSets(_ sample: MatchedSample) -> Int {
    var arms = [Set<Bool>](repeating: [], count: Int((sample.sets.max() ?? -1) + 1))
    for (unit, set) in sample.sets.enumerated() where set >= 0 {
      arms[Int(set)].insert(candidates.treated[unit])
    }
    return arms.count { $0.count < 2 }
  }

  private func multiplicityChecks(_ sample: MatchedSample) -> [ConstraintCheck] {
    guard !sample.pairs.isEmpty else { return [] }
    let treatedAreFocal = estimand.treatedAreFocal ?? true
    var asFocal = [Int](repeating: 0, count: candidates.count)
    var asOther = [Int](repeating: 0, count: candidates.count)
    for pair in sample.pairs {
      asFocal[treatedAreFocal ? pair.treated : pair.control] += 1
      asOther[treatedAreFocal ? pair.control : pair.treated] += 1
    }
    var checks: [ConstraintCheck] = []
    if let ratio {
      let most = asFocal.max() ?? 0
      checks.append(
        ConstraintCheck(
          constraint: "ratio", declared: .count(ratio), worst: Double(most), holds: most <= ratio))
    }
    if !sample.reusesComparators {
      let most = asOther.max() ?? 0
      checks.append(
        ConstraintCheck(
          constraint: "no reuse", declared: .count(1), worst: Double(most), holds: most <= 1))
    }
    return checks
  }

  /// The largest difference of what an exact stratum weighs in either arm, as shares of the arms.
  private func largestStratumGap(_ sample: MatchedSample) -> Double {
    let strata = candidates.strata
    var totals = [Arm.treated: 0.0, .control: 0]
    var sums = [Double](repeating: 0, count: Int((strata.max() ?? -1) + 1))
    for unit in strata.indices {
      totals[Arm(treated: candidates.treated[unit]), default: 0] += sample.weights[unit]
    }
    for (unit, stratum) in strata.enumerated() where sample.isUsed(unit) {
      let isTreated = candidates.treated[unit]
      let share = sample.weights[unit] / (totals[Arm(treated: isTreated)] ?? 1)
      sums[Int(stratum)] += isTreated ? share : -share
    }
    return sums.map { abs($0) }.max() ?? 0
  }

  /// The largest difference of the arms in a covariate's weighted mean, in standard deviations over both, and
  /// in its mean square about the common mean, where second moments are promised.
  private func largestMiss(_ sample: MatchedSample, units: [Int]) -> Double {
    func difference(_ values: [Double]) -> Double {
      var sums = [Arm.treated: 0.0, .control: 0]
      var totals = sums
      for (unit, value) in zip(units, values) {
        let arm = Arm(treated: candidates.treated[unit])
        sums[arm, default: 0] += sample.weights[unit] * value
        totals[arm, default: 0] += sample.weights[unit]
      }
      let means = Arm.allCases.map { (sums[$0] ?? 0) / (totals[$0] ?? 0) }
      return abs(means[0] - means[1])
    }
    var worst = 0.0
    for covariate in candidates.covariates {
      for indicator in covariate.indicators(for: units) {
        let deviation = sampleVariance(indicator.values).squareRoot()
        guard deviation > 0 else { continue }
        let mean = indicator.values.reduce(0, +) / Double(units.count)
        let standard = indicator.values.map { ($0 - mean) / deviation }
        worst = max(worst, difference(standard))
        if balancedMoments > 1, indicator.level == nil {
          worst = max(worst, difference(standard.map { $0 * $0 }))
        }
      }
    }
    return worst
  }

  /// The largest difference of weighted means over the root mean of both arms' variances among the eligible.
  private func largestMeanDifference(_ sample: MatchedSample, eligible: [Bool]) -> Double {
    let units = eligible.indices.filter { eligible[$0] }
    var worst = 0.0
    for covariate in candidates.covariates {
      for column in covariate.indicators(for: units) {
        var variances: [Double] = []
        var means: [Double] = []
        for arm in [true, false] {
          let own = units.indices.filter { candidates.treated[units[$0]] == arm }
          variances.append(sampleVariance(own.map { column.values[$0] }))
          let weights = own.map { sample.weights[units[$0]] }
          let total = weights.reduce(0, +)
          means.append(zip(own, weights).reduce(0) { $0 + $1.1 / total * column.values[$1.0] })
        }
        let deviation = ((variances[0] + variances[1]) / 2).squareRoot()
        if deviation > 0 { worst = max(worst, abs(means[0] - means[1]) / deviation) }
      }
    }
    return worst
  }

  private func leastDistance(_ comparators: [Int]) -> Double {
    guard let places = candidates.places else { return .nan }
    let treated =
      (0..<candidates.count).filter { candidates.treated[$0] }.compactMap { places[$0] }
      + candidates.otherTreatedPlaces
    var least = Double.infinity
    for comparator in comparators {
      guard let place = places[comparator] else { return .nan }
      for other in treated { least = min(least, place.distance(to: other) ?? -.infinity) }
    }
    return least
  }
}

extension Covariate {
  func isEqual(_ a: Int, _ b: Int) -> Bool {
    switch values {
    case .numbers(let numbers): numbers[a] == numbers[b]
    case .factor(let codes, _): codes[a] == codes[b]
    }
  }
}

extension SetBounds {
  /// Looks at the sizes of the sets of a sample.
  fileprivate func checks(_ sample: MatchedSample, treated: [Bool]) -> [ConstraintCheck] {
    var arms = [(treated: Int, control: Int)](
      repeating: (0, 0), count: Int((sample.sets.max() ?? -1) + 1))
    for (unit, set) in sample.sets.enumerated() where set >= 0 {
      if treated[unit] { arms[Int(set)].treated += 1 } else { arms[Int(set)].control += 1 }
    }
    let ratios = arms.map { Double($0.control) / Double($0.treated) }
    var checks: [ConstraintCheck] = []
    if let maximum {
      let most = ratios.max() ?? 0
      checks.append(
        ConstraintCheck(
          constraint: "maximum", declared: .count(maximum), worst: most,
          holds: most <= Double(maximum)))
    }
    if let minimum, let sharing {
      let least = ratios.min() ?? .infinity
      checks.append(
        ConstraintCheck(
          constraint: "minimum", declared: .number(minimum), worst: least,
          holds: minimum >= 1 ? least >= minimum : least >= 1 / Double(sharing)))
    }
    return checks
  }
}
