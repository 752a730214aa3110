public import Probability

/// Entropy balancing: weights of one arm, as even as can be, that give it the covariate means of another.
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | moments | 1 | 1, 2 | 1: means; 2: of numbers their variances as well |
///
/// For the ATT comparators are weighted to the treated, for the ATC the treated to the comparators, for the
/// ATE both to all. Factors give the share of each level, and exact strata have the same share in both arms. The
/// weights min Σ w log w are exponential in the
/// covariates and found by Newton's method on the dual, to 1e-10 standard deviations (Hainmueller 2012,
/// DOI 10.1093/pan/mpr025). Units are taken in the order of their values, so that the order of rows changes
/// nothing, not even the last bit.
public struct EntropyBalancing: MatchingMethod, Hashable {
  public let moments: Int

  public init(moments: Int = 1) {
    precondition(moments == 1 || moments == 2, "\(moments) moments")
    self.moments = moments
  }

  public static let estimands: [Estimand] = [.att, .atc, .ate]
  public static let basis = MatchingBasis.covariates
  public static let grouping = SampleGrouping.weights
  public static let unusedReason: DropReason? = .notChosen
  public static let keepsStrata = true

  public var ratio: Int? { nil }

  public var reusesComparators: Bool { false }

  public var balancedMoments: Int { moments }

  public func match(
    _ problem: MatchingProblem, using stream: inout RandomStream
  )
    throws(MatchingError) -> MatchedSample
  {
    let features = BalancingFeatures(problem, moments: moments)
    let focal = problem.estimand.treatedAreFocal
    let target = features.means { unit in focal.map { $0 == problem.treated[unit] } ?? true }
    var weights = [Double](repeating: 0, count: problem.count)
    var equations = EntropyEquations(features, target: target, problem: problem)
    for arm in [true, false] {
      let positions = features.units.indices.filter { problem.treated[features.units[$0]] == arm }
      guard arm != focal else {
        for position in positions { weights[features.units[position]] = 1 }
        continue
      }
      let dual = EntropyDual(
        rows: positions.map { features.rows[$0] }, target: target, names: features.names)
      let shares = try dual.solve(arm: Arm(treated: arm))
      for (position, weight) in zip(positions, shares) {
        weights[features.units[position]] = weight
      }
      equations.add(positions: positions, shares: shares)
    }
    return MatchedSample(
      weights: MatchedSample.scaledToMeanOne(weights, treated: problem.treated),
      sets: [Int32](repeating: -1, count: problem.count), pairs: [], reusesComparators: false,
      grouping: .weights, equations: equations.result)
  }
}

/// What is to be balanced: numbers in standard deviations from their mean, their squares where variances
/// count, and a 0/1 column for each level of a factor and each exact stratum but the first.
struct BalancingFeatures {
  let names: [String]
  /// Eligible units in ascending order of their features.
  let units: [Int]
  /// One array of features for each of `units`.
  let rows: [[Double]]

  init(_ problem: MatchingProblem, moments: Int) {
    let eligible = (0..<problem.count).filter { problem.eligible[$0] }
    var columns: [(name: String, values: [Double])] = []
    for covariate in problem.covariates where !covariate.isConstant(over: eligible) {
      let indicators = covariate.indicators(for: eligible)
      for (position, column) in indicators.enumerated() where column.level == nil || position > 0 {
        columns.append(
          (column.level.map { "\(covariate.name) = \($0)" } ?? column.name, column.values))
      }
    }
    let strata = Set(eligible.map { problem.strata[$0] }).sorted()
    for (number, stratum) in strata.enumerated().dropFirst() {
      columns.append(
        (
          "exact stratum \(number + 1)",
          eligible.map { problem.strata[$0] == stratum ? 1 : 0 }
        ))
    }
    let raw = eligible.indices.map { unit in columns.map { $0.values[unit] } }
    let order = eligible.indices.sorted { a, b in
      raw[a] == raw[b] ? a < b : raw[a].lexicographicallyPrecedes(raw[b])
    }
    units = order.map { eligible[$0] }
    var names: [String] = []
    var features: [[Double]] = []
    for column in columns {
      let values = order.map { column.values[$0] }
      let mean = values.reduce(0, +) / Double(values.count)
      let deviation = sampleVariance(values).squareRoot()
      let standard = values.map { ($0 - mean) / deviation }
      names.append(column.name)
      features.append(standard)
      if moments == 2, Set(values).count > 2 {
        names.append(column.name + "²")
        features.append(standard.map { $0 * $0 })
      }
    }
    self.names = names
    rows = order.indices.map { unit in features.map { $0[unit] } }
  }

  /// The mean of each feature over the units that `counts` holds for.
  func means(where counts: (Int) -> Bool) -> [Double] {
    var sums = [Double](repeating: 0, count: names.count)
    var number = 0.0
    for (unit, row) in zip(units, rows) where counts(unit) {
      for k in row.indices { sums[k] += row[k] }
      number += 1
    }
    return sums.map { $0 / number }
  }
}
