internal import LinearAlgebra

/// The average effect on the treated between two periods of which each has its own observations, with its influence
/// function.
///
/// With D treatment, T the later period, x covariates with an intercept, μ_dt(x) the expected outcome of arm d in
/// period t, p(x) the propensity, and E_w[·] a mean weighted by w:
///
///     regression      E_DT[Y] − E_D(1−T)[Y] − E_D[μ₀₁(x) − μ₀₀(x)]
///     weighting       E_DT[Y] − E_D(1−T)[Y] − (E_oT[Y] − E_o(1−T)[Y]),  o = (1 − D) p/(1 − p)
///     doubly robust   the same of Y − μ₀T(x), plus the treated's own regressions taken over both periods:
///                     (E_D − E_DT)[μ₁₁ − μ₀₁] − (E_D − E_D(1−T))[μ₁₀ − μ₀₀]
///
/// (Sant'Anna & Zhao 2020, DOI 10.1016/j.jeconom.2020.06.003, sections 2.3 and 3.2: the locally efficient estimator
/// for repeated cross-sections, with regressions by least squares and the propensity by maximum likelihood). It
/// asks that the joint distribution of covariates and treatment is the same in both periods.
struct CrossSectionDifference {
  let estimate: Double
  /// One a row of the comparison; mean zero.
  let influence: [Double]

  /// - Parameters:
  ///   - isLater: whether a row is of the later period.
  ///   - covariates: columns without an intercept.
  init(
    outcome: [Double], isLater: [Bool], treated: [Bool], covariates: [[Double]],
    weights: [Double], by estimator: DifferenceEstimator
  ) throws(CellFailure) {
    let rows = outcome.indices
    func masked(_ arm: Bool, _ later: Bool?) -> [Double] {
      rows.map { treated[$0] == arm && (later ?? isLater[$0]) == isLater[$0] ? weights[$0] : 0 }
    }
    let (own1, own0, own) = (masked(true, true), masked(true, false), masked(true, nil))
    let (other1, other0) = (masked(false, true), masked(false, false))
    guard own1.contains(where: { $0 > 0 }), own0.contains(where: { $0 > 0 }) else {
      throw .noTreated
    }
    guard other1.contains(where: { $0 > 0 }), other0.contains(where: { $0 > 0 }) else {
      throw .noComparators
    }
    let x = DifferenceInDifferences.design(covariates, rows: rows.count)
    var sum = Sum(rows: rows.count)
    switch estimator {
    case .regression:
      let late = try Regression(x, outcome, weights: other1)
      let early = try Regression(x, outcome, weights: other0)
      sum.add(Arm(outcome, weights: own1), 1)
      sum.add(Arm(outcome, weights: own0), -1)
      sum.add(Arm(Self.difference(late.fitted, early.fitted), weights: own), -1)
      let centre = Self.centre(x, own)
      late.subtract(direction: centre, over: 1, from: &sum.influence)
      early.subtract(direction: centre.map { -$0 }, over: 1, from: &sum.influence)
    case .weighting:
      let odds = try Odds(x, treated: treated, weights: weights)
      sum.add(Arm(outcome, weights: own1), 1)
      sum.add(Arm(outcome, weights: own0), -1)
      odds.add(outcome, isLater, to: &sum)
    case .doublyRobust:
      let odds = try Odds(x, treated: treated, weights: weights)
      let late = try Regression(x, outcome, weights: other1)
      let early = try Regression(x, outcome, weights: other0)
      let ownLate = try Regression(x, outcome, weights: own1)
      let ownEarly = try Regression(x, outcome, weights: own0)
      let rest = rows.map { outcome[$0] - (isLater[$0] ? late.fitted[$0] : early.fitted[$0]) }
      sum.add(Arm(rest, weights: own1), 1)
      sum.add(Arm(rest, weights: own0), -1)
      odds.add(rest, isLater, to: &sum)
      for (arms, weights, sign) in [((ownLate, late), own1, 1.0), ((ownEarly, early), own0, -1)] {
        let effect = Self.difference(arms.0.fitted, arms.1.fitted)
        sum.add(Arm(effect, weights: own), sign)
        sum.add(Arm(effect, weights: weights), -sign)
      }
      // What the estimate's derivative by each regression's coefficients adds: most of it is zero in the limit.
      let all = Self.centre(x, own)
      let parts = [
        (late, odds.values.masked(isLater), all, 1.0),
        (early, odds.values.masked(isLater.map { !$0 }), all, -1),
        (ownLate, nil, all, 1), (ownEarly, nil, all, -1),
      ]
      for (regression, odds, all, sign) in parts {
        let slope =
          odds.map { Self.difference(all, Self.centre(x, $0)) }
          ?? Self.difference(Self.centre(x, sign > 0 ? own1 : own0), all)
        regression.subtract(direction: slope.map { sign * $0 }, over: 1, from: &sum.influence)
      }
    }
    estimate = sum.estimate
    influence = sum.influence
  }

  private typealias Arm = DifferenceInDifferences.Arm
  private typealias Regression = DifferenceInDifferences.Regression

  /// Weighted means with signs, and their influence.
  private struct Sum {
    var estimate = 0.0
    var influence: [Double]

    init(rows: Int) { influence = [Double](repeating: 0, count: rows) }

    mutating func add(_ arm: Arm, _ sign: Double) {
      estimate += sign * arm.mean
      for i in influence.indices { influence[i] += sign * arm.influence[i] }
    }
  }

  /// The comparators' odds of treatment as weights.
  private struct Odds {
    let values: [Double]
    private let x: Matrix
    private let logit: WeightedLogit
    /// w (D − p).
    private let scores: [Double]

    init(_ x: Matrix, treated: [Bool], weights: [Double]) throws(CellFailure) {
      let logit = try WeightedLogit(x, treated: treated, weights: weights)
      self.x = x
      self.logit = logit
      values = weights.indices.map { i in
        treated[i] ? 0 : weights[i] * logit.probabilities[i] / (1 - logit.probabilities[i])
      }
      scores = weights.indices.map { i in
        weights[i] * ((treated[i] ? 1 : 0) - logit.probabilities[i])
      }
    }

    /// Takes off the change of the comparators' weighted mean, with what estimating the odds adds.
    func add(_ rest: [Double], _ isLater: [Bool], to sum: inout Sum) {
      for (rows, sign) in [(isLater, -1.0), (isLater.map { !$0 }, 1)] {
        let own = values.masked(rows)
        let arm = Arm(rest, weights: own)
        sum.add(arm, sign)
        let slope =
          logit.inverseInformation
          * DifferenceInDifferences.means(x, zip(own, rest).map { $0 * ($1 - arm.mean) })
        let share = sign * Double(rest.count) / arm.meanWeight
        for i in rest.indices { sum.influence[i] += share * scores[i] * x.rowProduct(i, slope) }
      }
    }
  }

  /// The weighted mean of x.
  private static func centre(_ x: Matrix, _ weights: [Double]) -> [Double] {
    var total = 0.0
    for weight in weights { total += weight }
    return x.transposedTimes(weights).map { $0 / total }
  }

  private static func difference(_ a: [Double], _ b: [Double]) -> [Double] {
    zip(a, b).map { $0 - $1 }
  }
}

extension [Double] {
  /// The same with zeros where `rows` is false.
  fileprivate func masked(_ rows: [Bool]) -> [Double] { zip(self, rows).map { $1 ? $0 : 0 } }
}
