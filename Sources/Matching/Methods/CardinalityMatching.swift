public import Probability
internal import Tables

/// Cardinality matching: the largest sample of as many comparators as treated units in which every covariate's
/// means differ by at most a tolerance (Zubizarreta, Paredes & Rosenbaum 2014, DOI 10.1214/13-AOAS713).
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | tolerance | 0.1 | ≥ 0 | largest difference of means, in standard deviations of both arms (root mean) |
/// | fine | none | covariates | both arms have the same number in each category of these together |
///
/// Balance is the constraint and size the aim, where other methods do the reverse. The linear programme over
/// shares of units bounds the size; rounding it down, putting units back as long as balance holds, and searching
/// by exchanges for every larger size that the bound admits gives a sample. Sizes with at most a million
/// possible samples are gone through whole, which can lower the bound to what was found. Table `optimum` prints
/// the pairs beside the bound. Where they differ, as many pairs may be missing, and no more: the sample is then
/// good but not proved largest, and a diagnostic says by how much. The chosen units are paired by least total
/// distance; partners need not be alike. Exact strata hold the same number of both arms.
public struct CardinalityMatching: MatchingMethod, Hashable {
  public let tolerance: Double
  /// Covariates in whose categories, all of them together, both arms have the same number.
  public let fine: [String]

  public init(tolerance: Double = 0.1, fine: [String] = []) {
    precondition(tolerance >= 0, "a tolerance of \(tolerance)")
    self.tolerance = tolerance
    self.fine = fine
  }

  public var namedCovariates: [(key: String, name: String)] { fine.map { ("fine", $0) } }

  public static let estimands: [Estimand] = [.att, .atc]

  public var ratio: Int? { 1 }

  public var reusesComparators: Bool { false }

  public static let unusedReason: DropReason? = .notBalanced

  public static let keepsCalipers = false

  public var meanTolerance: Double? { tolerance }

  public func match(
    _ problem: MatchingProblem, using stream: inout RandomStream
  )
    throws(MatchingError) -> MatchedSample
  {
    let selection = BalancedSelection(
      try finelyStratified(problem), tolerance: tolerance, using: &stream)
    let chosen = selection.chosen
    guard chosen.contains(true) else { throw .noBalancedSample(tolerance: tolerance) }
    let narrowed = MatchingProblem(
      treated: problem.treated, eligible: zip(problem.eligible, chosen).map { $0 && $1 },
      strata: problem.strata, coordinates: problem.coordinates, score: problem.score, calipers: [],
      covariates: problem.covariates, estimand: problem.estimand)
    let paired = try OptimalPairs().match(narrowed, using: &stream)
    let bound = selection.bound
    var notes: [Diagnostic] = []
    if bound > paired.pairs.count {
      notes.append(
        Diagnostic(
          .note, code: "optimality-gap",
          "\(paired.pairs.count) pairs were found, and no sample can have more than \(bound): up to "
            + "\(bound - paired.pairs.count) may be missing"))
    }
    return MatchedSample(
      weights: paired.weights, sets: paired.sets, pairs: paired.pairs, reusesComparators: false,
      optimum: MatchedSample.Optimum(
        objective: Double(paired.pairs.count), dual: Double(bound), pairs: paired.pairs.count,
        isUnique: nil), diagnostics: notes)
  }

  /// The problem with a stratum for each category of `fine` within each exact stratum: a selection holds as many of
  /// both arms in each, while partners may come from different ones.
  private func finelyStratified(
    _ problem: MatchingProblem
  ) throws(MatchingError) -> MatchingProblem {
    guard !fine.isEmpty else { return problem }
    let codes = try fine.map { name throws(MatchingError) in
      try problem.codes(of: name, key: "fine")
    }
    var numbers: [[Int]: Int32] = [:]
    let strata = (0..<problem.count).map { unit -> Int32 in
      let key = [Int(problem.strata[unit])] + codes.map { $0[unit] }
      if let known = numbers[key] { return known }
      let next = Int32(truncatingIfNeeded: numbers.count)
      numbers[key] = next
      return next
    }
    return MatchingProblem(
      treated: problem.treated, eligible: problem.eligible, strata: strata,
      coordinates: problem.coordinates, score: problem.score, calipers: problem.calipers,
      covariates: problem.covariates, estimand: problem.estimand)
  }
}

/// The units of a largest balanced sample, and the bound on its size.
struct BalancedSelection {
  /// One a unit.
  let chosen: [Bool]
  let bound: Int

  init(_ problem: MatchingProblem, tolerance: Double, using stream: inout RandomStream) {
    let units = Self.ordered(problem)
    let features = Self.features(problem, units: units)
    let strata = Self.strata(problem, units: units)
    // Rows: every feature's difference both ways, then every stratum's numbers both ways.
    let width = 2 * features.count + 2 * strata.count
    var columns: [[Double]] = []
    for (position, unit) in units.enumerated() {
      let sign = problem.treated[unit] ? 1.0 : -1
      var column = [Double](repeating: 0, count: width)
      for (k, feature) in features.enumerated() {
        // |Σ treated x − Σ comparators x| ≤ tolerance · pairs, half of which each arm stands for.
        column[2 * k] = sign * feature[position] - tolerance / 2
        column[2 * k + 1] = -sign * feature[position] - tolerance / 2
      }
      let stratum = strata.firstIndex(of: problem.strata[unit]) ?? 0
      column[2 * features.count + 2 * stratum] = sign
      column[2 * features.count + 2 * stratum + 1] = -sign
      columns.append(column)
    }
    let programme = BoundedSimplex(
      columns: columns, bounds: [Double](repeating: 0, count: width),
      gains: [Double](repeating: 0.5, count: units.count))
    let most = Int((programme.bound + 1e-6).rounded(.down))
    var search = SelectionSearch(
      problem, units: units, features: features, tolerance: tolerance, start: programme.values)
    search.run()
    bound = search.enlarge(to: most, using: &stream)
    var chosen = [Bool](repeating: false, count: problem.count)
    for (position, unit) in units.enumerated() where search.isIn[position] { chosen[unit] = true }
    self.chosen = chosen
  }

  /// Eligible units in the order of their arms and values, so that the order of rows changes nothing.
  private static func ordered(_ problem: MatchingProblem) -> [Int] {
    let eligible = (0..<problem.count).filter { problem.eligible[$0] }
    var rows = eligible.map { [problem.treated[$0] ? 0.0 : 1] }
    for covariate in problem.covariates {
      switch covariate.values {
      case .numbers(let values):
        for (position, unit) in eligible.enumerated() { rows[position].append(values[unit]) }
      case .factor(let codes, _):
        for (position, unit) in eligible.enumerated() { rows[position].append(Double(codes[unit])) }
      }
    }
    return eligible.indices.sorted { a, b in
      rows[a] == rows[b] ? a < b : rows[a].lexicographicallyPrecedes(rows[b])
    }.map { eligible[$0] }
  }

  /// The strata in the order of their first unit.
  static func strata(_ problem: MatchingProblem, units: [Int]) -> [Int32] {
    var seen: Set<Int32> = []
    return units.map { problem.strata[$0] }.filter { seen.insert($0).inserted }
  }

  /// Covariates in standard deviations from their mean, levels of factors as shares.
  static func features(_ problem: MatchingProblem, units: [Int]) -> [[Double]] {
    var features: [[Double]] = []
    for covariate in problem.covariates where !covariate.isConstant(over: units) {
      for column in covariate.indicators(for: units) {
        let arms = [true, false].map { arm in
          units.indices.filter { problem.treated[units[$0]] == arm }.map { column.values[$0] }
        }
        let pooled = ((sampleVariance(arms[0]) + sampleVariance(arms[1])) / 2).squareRoot()
        guard pooled > 0 else { continue }
        let mean = column.values.reduce(0, +) / Double(units.count)
        features.append(column.values.map { tenDigits(($0 - mean) / pooled) })
      }
    }
    return features
  }
}

/// Rounds a share of every unit to a balanced sample: takes units out until balance holds, puts in what
/// balance admits, and exchanges where that makes room.
private struct SelectionSearch {
  let units: [Int]
  let treated: [Bool]
  let stratum: [Int]
  let features: [[Double]]
  let tolerance: Double
  private(set) var isIn: [Bool]
  private var sums: [Double]
  private var pairs: Int
  /// Units of each arm in each stratum.
  private var counts: [[Int]]
  private let order: [Int]

  init(
    _ problem: MatchingProblem, units: [Int], features: [[Double]], tolerance: Double,
    start: [Double]
  ) {
    self.units = units
    treated = units.map { problem.treated[$0] }
    let strata = BalancedSelection.strata(problem, units: units)
    stratum = units.map { unit in strata.firstIndex(of: problem.strata[unit]) ?? 0 }
    self.features = features
    self.tolerance = tolerance
    isIn = start.map { $0 > 1 - 1e-7 }
    order = units.indices.sorted { (-start[$0], $0) < (-start[$1], $1) }
    sums = [Double](repeating: 0, count: features.count)
    counts = [[Int]](repeating: [0, 0], count: strata.count)
    pairs = 0
    for position in units.indices where isIn[position] { count(position, 1) }
  }

  private mutating func count(_ position: Int, _ times: Int) {
    let sign = (treated[position] ? 1.0 : -1) * Double(times)
    for k in features.indices { sums[k] += sign * features[k][position] }
    counts[stratum[position]][treated[position] ? 0 : 1] += times
  }

  private mutating func put(_ position: Int, _ value: Bool) {
    guard isIn[position] != value else { return }
    isIn[position] = value
    count(position, value ? 1 : -1)
  }

  private var size: Int { counts.reduce(0) { $0 + $1[0] } }

  /// By how much the worst feature is beyond the tolerance, in sums; at most zero where all hold.
  private func excess(_ changes: [(Int, Double)], size: Int) -> Double {
    var worst = -Double.infinity
    for k in features.indices {
      var sum = sums[k]
      for (position, times) in changes {
        sum += (treated[position] ? times : -times) * features[k][position]
      }
      worst = max(worst, abs(sum) - tolerance * Double(size))
    }
    return features.isEmpty ? 0 : worst
  }

  private static let slack = 1e-9

  mutating func run() {
    equalise()
    while size > 0, excess([], size: size) > Self.slack { takeOutPair() }
    var isBetter = true
    while isBetter { isBetter = putInPair() || exchange() }
  }

  /// Takes the units of least share out of the larger arm of each stratum.
  private mutating func equalise() {
    for position in order.reversed() {
      let here = counts[stratum[position]]
      if isIn[position], here[treated[position] ? 0 : 1] > here[treated[position] ? 1 : 0] {
        put(position, false)
      }
    }
  }

  /// Of all pairs of a stratum the one without which balance is best; one of each arm after the other, which is
  /// enough for a start.
  private mutating func takeOutPair() {
    var best: (excess: Double, pair: (Int, Int))?
    let members = units.indices.filter { isIn[$0] }
    for a in members where treated[a] {
      for b in members where !treated[b] && stratum[b] == stratum[a] {
        let found = tenDigits(excess([(a, -1), (b, -1)], size: size - 1))
        if best.map({ found < $0.excess }) ?? true { best = (found, (a, b)) }
      }
    }
    guard let best else { return }
    put(best.pair.0, false)
    put(best.pair.1, false)
  }

  /// Puts in the first pair that balance admits.
  private mutating func putInPair() -> Bool {
    let others = order.filter { !isIn[$0] }
    for a in others where treated[a] {
      for b in others where !treated[b] && stratum[b] == stratum[a] {
        if excess([(a, 1), (b, 1)], size: size + 1) <= Self.slack {
          put(a, true)
          put(b, true)
          return true
        }
      }
    }
    return false
  }

  /// Looks for samples of every size above the present one, the largest first, and gives the bound that is
  /// left: sizes that were gone through whole and hold no balanced sample count no more.
  mutating func enlarge(to most: Int, using stream: inout RandomStream) -> Int {
    var bound = most
    let sizes = stride(from: most, to: size, by: -1)
    for wanted in Array(sizes.prefix(20)) {
      switch everySample(of: wanted) {
      case .some(true): return bound
      case .some(false): if wanted == bound { bound -= 1 }
      case .none: if descend(to: wanted, using: &stream) { return bound }
      }
    }
    return bound
  }

  /// Goes through every sample of so many pairs where there are few of them: whether one is balanced, which is
  /// then taken; `nil` where there are too many, or several strata.
  private mutating func everySample(of wanted: Int) -> Bool? {
    let arms = [true, false].map { arm in units.indices.filter { treated[$0] == arm } }
    guard counts.count == 1, arms.allSatisfy({ $0.count <= 30 }) else { return nil }
    let numbers = arms.map { arm in
      (0..<wanted).reduce(1.0) { $0 * Double(arm.count - $1) / Double($1 + 1) }
    }
    guard numbers.allSatisfy({ $0 >= 0.5 }), numbers[0] * numbers[1] <= 1_000_000 else {
      return nil
    }
    let choices = arms.map { arm in
      Self.combinations(of: arm.count, wanted).map { $0.map { arm[$0] } }
    }
    let totals = choices.map { sets in
      sets.map { set in features.map { feature in set.reduce(0) { $0 + feature[$1] } } }
    }
    let room = tolerance * Double(wanted) + Self.slack
    for (a, ofTreated) in totals[0].enumerated() {
      for (b, ofControls) in totals[1].enumerated() {
        var isBalanced = true
        for k in features.indices where abs(ofTreated[k] - ofControls[k]) > room {
          isBalanced = false
          break
        }
        guard isBalanced else { continue }
        for position in units.indices { put(position, false) }
        for position in choices[0][a] + choices[1][b] { put(position, true) }
        return true
      }
    }
    return false
  }

  /// Every choice of so many of the first `count` whole numbers, in lexicographic order.
  private static func combinations(of count: Int, _ chosen: Int) -> [[Int]] {
    guard chosen <= count else { return [] }
    var current = Array(0..<chosen)
    var all: [[Int]] = []
    while true {
      all.append(current)
      guard let last = current.indices.last(where: { current[$0] < count - chosen + $0 }) else {
        return all
      }
      current[last] += 1
      for i in current.indices where i > last { current[i] = current[i - 1] + 1 }
    }
  }

  /// From the present sample by putting in pairs and exchanging units wherever that lessens the worst excess,
  /// from ten starts; leaves the sample as it was where none ends in balance.
  private mutating func descend(to wanted: Int, using stream: inout RandomStream) -> Bool {
    let before = isIn
    for _ in 0..<10 {
      for position in units.indices { put(position, before[position]) }
      var stalled = 0
      while size < wanted, stalled < 1000 {
        stalled += 1
        guard let a = free(stream.index(below: units.count), isTreated: true),
          let b = free(stream.index(below: units.count), isTreated: false),
          stratum[a] == stratum[b]
        else { continue }
        put(a, true)
        put(b, true)
      }
      guard size == wanted else { continue }
      var worst = excess([], size: wanted)
      for _ in 0..<min(100_000, 200 * units.count) where worst > Self.slack {
        let new = stream.index(below: units.count)
        let out = stream.index(below: units.count)
        guard !isIn[new], isIn[out], treated[new] == treated[out], stratum[new] == stratum[out]
        else { continue }
        let found = excess([(out, -1), (new, 1)], size: wanted)
        guard found < worst else { continue }
        put(out, false)
        put(new, true)
        worst = found
      }
      if worst <= Self.slack { return true }
    }
    for position in units.indices { put(position, before[position]) }
    return false
  }

  /// The first unit of an arm from a position on that is not in the sample.
  private func free(_ start: Int, isTreated: Bool) -> Int? {
    for step in units.indices {
      let position = (start + step) % units.count
      if !isIn[position], treated[position] == isTreated { return position }
    }
    return nil
  }

  /// Exchanges one unit for another of its arm and stratum where a pair can then be put in: looked for while
  /// the work is small.
  private mutating func exchange() -> Bool {
    let members = order.filter { isIn[$0] }
    let others = order.filter { !isIn[$0] }
    let freeTreated = others.filter { treated[$0] }
    let freeControl = others.filter { !treated[$0] }
    guard !freeTreated.isEmpty, !freeControl.isEmpty else { return false }
    let work = members.count * others.count * min(freeTreated.count, freeControl.count)
    guard work <= 4_000_000 else { return false }
    for out in members {
      for new in others where treated[new] == treated[out] && stratum[new] == stratum[out] {
        for a in freeTreated where a != new {
          for b in freeControl where b != new && stratum[b] == stratum[a] {
            if excess([(out, -1), (new, 1), (a, 1), (b, 1)], size: size + 1) <= Self.slack {
              put(out, false)
              for position in [new, a, b] { put(position, true) }
              return true
            }
          }
        }
      }
    }
    return false
  }
}
