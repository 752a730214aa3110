internal import LinearAlgebra
public import Tables

/// The range of an effect and of its standard error over pairings that are as good as the reported one: an
/// optimum that is not unique leaves both open.
public struct EqualPairings: TidyRow, Hashable {
  public let outcome: String
  public let adjusted: [String]
  /// Different pairings of the same number of pairs and the same total that were compared; of a full match, sets.
  public let pairings: Int
  public let estimate: Double
  public let estimates: ClosedRange<Double>
  public let standardError: Double
  public let standardErrors: ClosedRange<Double>

  public static let schema = [
    Field("outcome", "the outcome"),
    Field("adjusted", "covariates that the estimate is adjusted for"),
    Field(
      "pairings", "equally good pairings, or full matches, compared, the reported one among them"),
    Field("estimate", unit: "outcome", "the reported estimate"),
    Field("estimate_low", unit: "outcome", "the least over the pairings that were found"),
    Field("estimate_high", unit: "outcome", "the largest over them"),
    Field("std_error", unit: "outcome", "the reported standard error"),
    Field("std_error_low", unit: "outcome", "the least over the pairings that were found"),
    Field("std_error_high", unit: "outcome", "the largest over them"),
  ]

  public var cells: [Cell] {
    [
      .text(outcome), .text(adjusted.joined(separator: " ")), .count(pairings), .number(estimate),
      .number(estimates.lowerBound), .number(estimates.upperBound), .number(standardError),
      .number(standardErrors.lowerBound), .number(standardErrors.upperBound),
    ]
  }

  /// A range that is wider than rounding.
  public var matters: Bool {
    standardErrors.upperBound - standardErrors.lowerBound > 1e-9 * standardErrors.upperBound
      || estimates.upperBound - estimates.lowerBound > 1e-9 * standardErrors.upperBound
  }
}

/// Looks for other pairings of the same total, from an optimal one, by exchanges that cost nothing.
///
/// Two pairs exchange partners, or a pair takes an unused unit that is as near; each exchange that moves the
/// estimate, or the spread of the differences, in the wanted direction is made, until none is left or every
/// pair was looked at a few times. Four searches: the least and largest estimate, and the least and largest
/// spread. What is found bounds the range from inside.
struct PairingSearch {
  private let problem: MatchingProblem
  private let outcome: [Double]
  private let objective: Double
  private let treatedAreFocal: Bool
  private let base: [MatchedSample.Pair]
  /// What distances that are the same may differ by, since coordinates have ten digits.
  private let slack: Double

  /// Pairs beyond which each is compared with its neighbours alone.
  static let mostCompared = 600
  static let neighbours = 120
  static let sweeps = 3

  init?(_ match: MatchOutcome, outcome: [Double]) {
    guard let problem = match.problem, problem.joint == nil, let optimum = match.sample.optimum,
      optimum.isUnique == false, !match.sample.pairs.isEmpty,
      let focal = match.estimand.treatedAreFocal
    else { return nil }
    self.problem = problem
    self.outcome = outcome
    objective = optimum.objective
    treatedAreFocal = focal
    base = match.sample.pairs
    slack = 1e-9 * match.sample.pairs.reduce(0) { max($0, $1.distance) }
  }

  private func focal(_ pair: MatchedSample.Pair) -> Int {
    treatedAreFocal ? pair.treated : pair.control
  }

  private func other(_ pair: MatchedSample.Pair) -> Int {
    treatedAreFocal ? pair.control : pair.treated
  }

  private enum Aim { case estimate, spread }

  /// The reported pairing and the extremes found, each once.
  func pairings() -> [[MatchedSample.Pair]] {
    var found = [base]
    var known: Set<[[Int]]> = [key(base)]
    for aim in [Aim.spread, .estimate] {
      for sign in [1.0, -1] {
        let pairs = search(aim, sign: sign)
        var total = 0.0
        for pair in pairs { total += pair.distance }
        guard abs(total - objective) <= 1e-9 * max(objective, 1e-300),
          known.insert(key(pairs)).inserted
        else { continue }
        found.append(pairs)
      }
    }
    return found
  }

  private func key(_ pairs: [MatchedSample.Pair]) -> [[Int]] {
    pairs.map { [$0.treated, $0.control] }.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// One pairing as it changes: each set is a focal unit with its others.
  private struct State {
    var pairs: [MatchedSample.Pair]
    /// Σ of the others' outcomes and their number, by focal unit.
    var sums: [Double]
    var counts: [Double]
    var total = 0.0
    var squares = 0.0
    var sets = 0.0
  }

  private func search(_ aim: Aim, sign: Double) -> [MatchedSample.Pair] {
    var state = State(
      pairs: base, sums: [Double](repeating: 0, count: problem.count),
      counts: [Double](repeating: 0, count: problem.count))
    var isUsed = [Bool](repeating: false, count: problem.count)
    for pair in base {
      state.sums[focal(pair)] += outcome[other(pair)]
      state.counts[focal(pair)] += 1
      isUsed[other(pair)] = true
    }
    func difference(_ unit: Int) -> Double {
      outcome[unit] - state.sums[unit] / state.counts[unit]
    }
    for unit in state.counts.indices where state.counts[unit] > 0 {
      state.total += difference(unit)
      state.squares += difference(unit) * difference(unit)
      state.sets += 1
    }
    let order = base.indices.sorted {
      let (a, b) = (focal(base[$0]), focal(base[$1]))
      return (place(a), a, $0) < (place(b), b, $1)
    }
    let reach = base.count <= Self.mostCompared ? base.count : Self.neighbours
    let unused = (0..<problem.count).filter {
      problem.eligible[$0] && problem.treated[$0] != treatedAreFocal && !isUsed[$0]
    }
    var free = unused
    // Who stands behind a unit that is used, where several units are one candidate.
    var taken = Set(problem.owners.map { owners in base.map { owners[other($0)] } } ?? [])
    let comparesUnused = base.count * unused.count <= 4_000_000
    /// Whether changed sums of some sets bring the aim nearer; if so they are kept.
    func improve(_ changes: [(unit: Int, by: Double)]) -> Bool {
      var total = state.total
      var squares = state.squares
      for (unit, by) in changes {
        let before = difference(unit)
        let after = before - by / state.counts[unit]
        total += after - before
        squares += after * after - before * before
      }
      let gain: Double
      switch aim {
      case .estimate: gain = sign * (total - state.total)
      case .spread:
        gain =
          sign
          * ((squares - total * total / state.sets)
            - (state.squares - state.total * state.total / state.sets))
      }
      let scale = aim == .estimate ? abs(state.total) + 1e-12 : state.squares + 1e-12
      guard gain > 1e-12 * scale else { return false }
      for (unit, by) in changes { state.sums[unit] += by }
      state.total = total
      state.squares = squares
      return true
    }
    for _ in 0..<Self.sweeps {
      var isChanged = false
      for (position, p) in order.enumerated() {
        for q in order[(position + 1)...].prefix(reach) {
          let (a, b) = (state.pairs[p], state.pairs[q])
          let (fa, fb, oa, ob) = (focal(a), focal(b), other(a), other(b))
          guard fa != fb, problem.admits(fa, ob), problem.admits(fb, oa) else { continue }
          let (one, two) = (problem.distance(fa, ob), problem.distance(fb, oa))
          guard abs(one + two - a.distance - b.distance) <= slack else { continue }
          let by = outcome[ob] - outcome[oa]
          guard by.isFinite, improve([(fa, by), (fb, -by)]) else { continue }
          state.pairs[p] = pair(fa, ob, like: a, one)
          state.pairs[q] = pair(fb, oa, like: b, two)
          isChanged = true
        }
        guard comparesUnused else { continue }
        let a = state.pairs[p]
        let (fa, oa) = (focal(a), other(a))
        for place in free.indices {
          let unit = free[place]
          guard problem.admits(fa, unit) else { continue }
          if let owners = problem.owners, owners[unit] != owners[oa], taken.contains(owners[unit]) {
            continue
          }
          let distance = problem.distance(fa, unit)
          guard abs(distance - a.distance) <= slack else { continue }
          let by = outcome[unit] - outcome[oa]
          guard by.isFinite, improve([(fa, by)]) else { continue }
          state.pairs[p] = pair(fa, unit, like: a, distance)
          free[place] = oa
          if let owners = problem.owners {
            taken.remove(owners[oa])
            taken.insert(owners[unit])
          }
          isChanged = true
          break
        }
      }
      if !isChanged { break }
    }
    return state.pairs
  }

  /// Where a unit stands along the first coordinate.
  private func place(_ unit: Int) -> Double {
    problem.coordinates.rows > 0 ? problem.coordinates[0, unit] : 0
  }

  private func pair(
    _ focal: Int, _ other: Int, like old: MatchedSample.Pair, _ distance: Double
  ) -> MatchedSample.Pair {
    MatchedSample.Pair(
      treated: treatedAreFocal ? focal : other, control: treatedAreFocal ? other : focal, k: old.k,
      distance: distance)
  }
}

extension MatchOutcome {
  /// The same match with another pairing.
  private func with(_ pairs: [MatchedSample.Pair], in problem: MatchingProblem) -> MatchOutcome {
    MatchOutcome(
      candidates: candidates, estimand: estimand,
      sample: MatchedSample.disjoint(pairs, in: problem, optimum: sample.optimum), score: score,
      propensity: propensity, reasons: reasons, calipers: calipers, checks: checks,
      diagnostics: diagnostics, problem: problem)
  }

  /// The same match with other sets.
  private func with(_ sets: [Int32], in problem: MatchingProblem) -> MatchOutcome {
    MatchOutcome(
      candidates: candidates, estimand: estimand,
      sample: MatchedSample(
        weights: MatchedSample.setWeights(sets, treated: problem.treated, estimand: estimand),
        sets: sets, pairs: [], reusesComparators: false, optimum: sample.optimum),
      score: score, propensity: propensity, reasons: reasons, calipers: calipers, checks: checks,
      diagnostics: diagnostics, problem: problem)
  }

  /// The range of the effect over equally good pairings, or sets; none where the optimum is unique.
  package func equalPairings(
    outcome: Covariate, adjustments: [[Covariate]], groups: [Int32]?, errors: EffectErrors?
  ) throws(MatchingError) -> [EqualPairings] {
    guard case .numbers(let values) = outcome.values, let problem else { return [] }
    let matches: [MatchOutcome]
    if let search = PairingSearch(self, outcome: values) {
      matches = search.pairings().map { with($0, in: problem) }
    } else if let search = SetSearch(self, outcome: values) {
      matches = search.sets().map { with($0, in: problem) }
    } else {
      return []
    }
    return try adjustments.map { adjust throws(MatchingError) in
      let effects = try matches.map { match throws(MatchingError) in
        try DesignEffect.estimate(
          match, outcome: outcome, adjust: adjust, groups: groups, errors: errors
        ).effect
      }
      let estimates = effects.map(\.estimate).sorted()
      let spread = effects.map(\.standardError).sorted()
      return EqualPairings(
        outcome: outcome.name, adjusted: adjust.map(\.name), pairings: effects.count,
        estimate: effects[0].estimate, estimates: estimates[0]...estimates[estimates.count - 1],
        standardError: effects[0].standardError,
        standardErrors: spread[0]...spread[spread.count - 1])
    }
  }
}
