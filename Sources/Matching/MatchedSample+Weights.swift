internal import Tables

extension MatchedSample {
  /// The sample of disjoint pairs or 1:k sets, weighted for the problem's estimand.
  ///
  /// - Parameter pairs: each names a focal unit with one of its matches; sets are numbered in the row order
  ///   of their focal units.
  static func disjoint(
    _ pairs: [Pair], in problem: MatchingProblem, optimum: Optimum? = nil
  ) -> Self {
    let focalIsTreated = problem.estimand.treatedAreFocal ?? true
    func focal(_ pair: Pair) -> Int { focalIsTreated ? pair.treated : pair.control }
    let ordered = pairs.sorted { (focal($0), $0.k) < (focal($1), $1.k) }
    var sets = [Int32](repeating: -1, count: problem.count)
    var next: Int32 = 0
    for pair in ordered {
      if sets[focal(pair)] < 0 {
        sets[focal(pair)] = next
        next += 1
      }
      sets[pair.treated] = sets[focal(pair)]
      sets[pair.control] = sets[focal(pair)]
    }
    return MatchedSample(
      weights: setWeights(sets, treated: problem.treated, estimand: problem.estimand),
      sets: sets, pairs: ordered, reusesComparators: false, optimum: optimum)
  }

  /// The sample of pairs in which a comparator may stand several times: it weighs the sum over its matches
  /// of one over their number of matches, rescaled to mean one.
  static func reusing(_ pairs: [Pair], in problem: MatchingProblem) -> Self {
    reusing(
      pairs, treated: problem.treated, focalIsTreated: problem.estimand.treatedAreFocal ?? true)
  }

  static func reusing(_ pairs: [Pair], treated: [Bool], focalIsTreated: Bool) -> Self {
    func focal(_ pair: Pair) -> Int { focalIsTreated ? pair.treated : pair.control }
    func other(_ pair: Pair) -> Int { focalIsTreated ? pair.control : pair.treated }
    let ordered = pairs.sorted { (focal($0), $0.k) < (focal($1), $1.k) }
    var matches = [Double](repeating: 0, count: treated.count)
    for pair in ordered { matches[focal(pair)] += 1 }
    var weights = [Double](repeating: 0, count: treated.count)
    for pair in ordered {
      weights[focal(pair)] = 1
      weights[other(pair)] += 1 / matches[focal(pair)]
    }
    return MatchedSample(
      weights: scaledToMeanOne(weights, treated: treated),
      sets: [Int32](repeating: -1, count: treated.count), pairs: ordered, reusesComparators: true)
  }

  /// The sample of strata, weighted for the problem's estimand. A stratum without one of the arms is none.
  static func strata(
    _ strata: [Int32], in problem: MatchingProblem, diagnostics: [Diagnostic] = []
  ) -> Self {
    let weights = setWeights(strata, treated: problem.treated, estimand: problem.estimand)
    var numbers: [Int32: Int32] = [:]
    let sets = zip(strata, weights).map { stratum, weight -> Int32 in
      guard weight > 0 else { return -1 }
      if let known = numbers[stratum] { return known }
      let next = Int32(numbers.count)
      numbers[stratum] = next
      return next
    }
    return MatchedSample(
      weights: weights, sets: sets, pairs: [], reusesComparators: false, grouping: .strata,
      diagnostics: diagnostics)
  }

  /// Weights of units in disjoint sets.
  ///
  /// With n₁ treated and n₀ comparators in a set: ATT gives comparators n₁/n₀, ATC gives the treated
  /// n₀/n₁, ATE gives (n₁ + n₀)/n₁ and (n₁ + n₀)/n₀. Each arm is then rescaled to mean one. A set without
  /// one of the arms weighs nothing.
  public static func setWeights(_ sets: [Int32], treated: [Bool], estimand: Estimand) -> [Double] {
    let count = Int((sets.max() ?? -1) + 1)
    var numbers = [(treated: Double, control: Double)](repeating: (0, 0), count: count)
    for (unit, set) in sets.enumerated() where set >= 0 {
      if treated[unit] { numbers[Int(set)].treated += 1 } else { numbers[Int(set)].control += 1 }
    }
    var weights = [Double](repeating: 0, count: sets.count)
    for (unit, set) in sets.enumerated() where set >= 0 {
      let (n1, n0) = numbers[Int(set)]
      guard n1 > 0, n0 > 0 else { continue }
      weights[unit] =
        switch (estimand, treated[unit]) {
        case (.att, true), (.atc, false): 1
        case (.att, false): n1 / n0
        case (.atc, true): n0 / n1
        case (.ate, true), (.ato, true): (n1 + n0) / n1
        case (.ate, false), (.ato, false): (n1 + n0) / n0
        }
    }
    return scaledToMeanOne(weights, treated: treated)
  }

  /// Each arm's positive weights over their mean.
  static func scaledToMeanOne(_ weights: [Double], treated: [Bool]) -> [Double] {
    var sums = (treated: 0.0, control: 0.0)
    var counts = (treated: 0.0, control: 0.0)
    for (unit, weight) in weights.enumerated() where weight > 0 {
      if treated[unit] {
        sums.treated += weight
        counts.treated += 1
      } else {
        sums.control += weight
        counts.control += 1
      }
    }
    return weights.enumerated().map { unit, weight in
      guard weight > 0 else { return 0 }
      return treated[unit]
        ? weight * (counts.treated / sums.treated) : weight * (counts.control / sums.control)
    }
  }
}
