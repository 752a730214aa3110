internal import Probability

/// How much each unknown, and chance, does to the contrast of each policy with the first.
///
/// **Sobol indices** by Jansen's estimators (1999, doi:10.1016/S0010-4655(98)00154-4) from two sets of *N* draws, A and
/// B, and for each factor *f* the draws of A with *f* from B:
///
///   first = 1 − mean (*y*(B) − *y*(A_f))² / 2*V*,   total = mean (*y*(A) − *y*(A_f))² / 2*V*
///
/// with 95 % intervals from 500 bootstrap samples of the draws. **Morris screening** (1991,
/// doi:10.1080/00401706.1991.10484804) by *r* paths on four levels of each factor's distribution; an elementary effect is
/// the change of the contrast over half of the distribution; all normal numbers of a factor move together (Campolongo,
/// Cariboni & Saltelli 2007, doi:10.1016/j.envsoft.2006.10.004).
///
/// Chance is a factor of its own. All runs take common random numbers, so that a factor's effect is not blurred by it.
struct Sensitivity: Sendable {
  let scenario: Scenario
  let seed: Seed
  let threads: Int
  /// Names of measures.
  let measures: [String]

  /// A contrast that is looked at: where its two values stand in a replicate's results.
  private struct Target {
    let policy: Int
    let measure: String
    let minuend: Int
    let subtrahend: Int
  }

  private var targets: [Target] {
    var found: [Target] = []
    for policy in scenario.policies.indices.dropFirst() {
      for (column, name) in scenario.columns.enumerated()
      where name.group == "all" && measures.contains(name.measure) {
        found.append(
          Target(
            policy: policy, measure: name.measure,
            minuend: scenario.position(policy: policy, year: scenario.horizon, column: column),
            subtrahend: scenario.position(policy: 0, year: scenario.horizon, column: column)))
      }
    }
    return found
  }

  /// The factors that something in use is drawn from, and chance after them.
  private var factors: [Int] {
    let used = Set(scenario.parameters.unknowns.compactMap(\.value.factor))
    return used.sorted()
  }

  private func name(_ factor: Int?) -> (name: String, source: String) {
    guard let factor else { return ("chance", "") }
    let known = scenario.parameters.factors[factor]
    return (known.name, known.source.rawValue)
  }

  private func contrasts(
    _ point: ParameterPoint, chance: UInt32
  ) throws(ScenarioError) -> [Double] {
    let run = scenario.simulate(replicate: chance, seed: seed, point: point)
    if let runaway = run.runaway {
      throw runaway.error
    }
    return targets.map { run.values[$0.minuend] - run.values[$0.subtrahend] }
  }

  // MARK: Sobol

  /// - Parameter count: *N*; (factors + 3) *N* replicates are run.
  func sobol(_ count: Int) throws(ScenarioError) -> [SensitivityRow] {
    let factors = factors
    let (first, second) = (seed["effect"], seed["sensitivity"])
    // For each draw: A, B, A with each factor of B, A with the chance of B.
    let runs = try replicate(count, threads: threads) { (i) throws(ScenarioError) -> [[Double]] in
      let (a, b) = (
        scenario.parameters.point(first, replicate: UInt32(i)),
        scenario.parameters.point(second, replicate: UInt32(i))
      )
      let (chanceA, chanceB) = (UInt32(i), UInt32(count + i))
      var values = [
        try contrasts(a, chance: chanceA), try contrasts(b, chance: chanceB),
      ]
      for factor in factors {
        var mixed = a
        mixed.normals[factor] = b.normals[factor]
        values.append(try contrasts(mixed, chance: chanceA))
      }
      values.append(try contrasts(a, chance: chanceB))
      return values
    }
    var rows: [SensitivityRow] = []
    for (place, target) in targets.enumerated() {
      for (k, factor) in (factors.map(Optional.some) + [nil]).enumerated() {
        let triples = runs.map { ($0[0][place], $0[1][place], $0[2 + k][place]) }
        let indices = Self.indices(triples)
        let spread = bootstrap(triples)
        let name = name(factor)
        rows.append(
          SensitivityRow(
            policy: scenario.policies[target.policy].name, against: scenario.policies[0].name,
            outcome: target.measure, time: scenario.horizon, factor: name.name,
            source: name.source, first: indices.first, firstLow: spread.first.low,
            firstHigh: spread.first.high, total: indices.total, totalLow: spread.total.low,
            totalHigh: spread.total.high))
      }
    }
    return rows
  }

  private static func indices(
    _ triples: [(a: Double, b: Double, mixed: Double)]
  ) -> (first: Double, total: Double) {
    let count = Double(triples.count)
    var sum = 0.0
    for triple in triples { sum += triple.a + triple.b }
    let mean = sum / (2 * count)
    var (squares, first, total) = (0.0, 0.0, 0.0)
    for triple in triples {
      squares +=
        (triple.a - mean) * (triple.a - mean) + (triple.b - mean) * (triple.b - mean)
      first += (triple.b - triple.mixed) * (triple.b - triple.mixed)
      total += (triple.a - triple.mixed) * (triple.a - triple.mixed)
    }
    let variance = squares / (2 * count - 1)
    guard variance > 0 else { return (.nan, .nan) }
    return (1 - first / count / (2 * variance), total / count / (2 * variance))
  }

  private static let bootstrapSamples = 500

  private func bootstrap(
    _ triples: [(a: Double, b: Double, mixed: Double)]
  ) -> (first: (low: Double, high: Double), total: (low: Double, high: Double)) {
    var (firsts, totals): ([Double], [Double]) = ([], [])
    for sample in 0..<Self.bootstrapSamples {
      var random = RandomStream(seed["sensitivity bootstrap"], replicate: UInt32(sample))
      let indices = Self.indices(triples.map { _ in triples[random.index(below: triples.count)] })
      firsts.append(indices.first)
      totals.append(indices.total)
    }
    func interval(_ values: [Double]) -> (low: Double, high: Double) {
      let sorted = values.filter { !$0.isNaN }.sorted()
      guard !sorted.isEmpty else { return (.nan, .nan) }
      return (
        ReplicateSummary.quantile(sorted, 0.025), ReplicateSummary.quantile(sorted, 0.975)
      )
    }
    return (interval(firsts), interval(totals))
  }

  // MARK: Morris

  /// - Parameter paths: *r*; (factors + 2) *r* replicates are run.
  func morris(_ paths: Int) throws(ScenarioError) -> [MorrisRow] {
    let factors = factors
    let moves = factors.map(Optional.some) + [nil]
    let runs = try replicate(paths, threads: threads) {
      (path) throws(ScenarioError) -> [[Double]] in
      var random = RandomStream(seed["morris"], replicate: UInt32(path))
      var levels = factors.map { _ in random.index(below: 4) }
      var order = Array(moves.indices)
      for k in order.indices.dropFirst() { order.swapAt(k, random.index(below: k + 1)) }
      var chance = UInt32(path)
      var effects = [[Double]](repeating: [], count: moves.count)
      var before = try contrasts(point(levels, factors), chance: chance)
      for move in order {
        var direction = 1.0
        if move < factors.count {
          direction = levels[move] < 2 ? 1 : -1
          levels[move] += levels[move] < 2 ? 2 : -2
        } else {
          chance += UInt32(paths)
        }
        let after = try contrasts(point(levels, factors), chance: chance)
        effects[move] = zip(after, before).map { direction * ($0 - $1) }
        before = after
      }
      return effects
    }
    var rows: [MorrisRow] = []
    for (place, target) in targets.enumerated() {
      for (k, move) in moves.enumerated() {
        let effects = runs.map { $0[k][place] }
        let name = name(move)
        rows.append(
          MorrisRow(
            policy: scenario.policies[target.policy].name, against: scenario.policies[0].name,
            outcome: target.measure, time: scenario.horizon, factor: name.name,
            source: name.source, effects: effects))
      }
    }
    return rows
  }

  /// All normal numbers of a factor at the middle of a quarter of their distribution.
  private func point(_ levels: [Int], _ factors: [Int]) -> ParameterPoint {
    var point = scenario.parameters.middle
    for (level, factor) in zip(levels, factors) {
      let z = Normal.standardQuantile((Double(level) + 0.5) / 4)
      for k in point.normals[factor].indices { point.normals[factor][k] = z }
    }
    return point
  }
}
