public import Tables

/// One covariate, or one level of a factor, before or after matching.
public struct BalanceRow: TidyRow, Hashable {
  public enum Stage: String, Sendable, Hashable { case before, after }

  public let covariate: String
  /// `nil` for numbers.
  public let level: String?
  public let stage: Stage
  public let meanTreated: Double
  public let meanControl: Double
  /// The difference of the means over the standard deviation of the **unmatched** focal arm.
  public let standardisedDifference: Double
  /// Treated over comparators; `nil` for 0/1 variables.
  public let varianceRatio: Double?
  public let ecdfMean: Double
  public let ecdfMax: Double
  /// The share that both densities have in common; `nil` where an arm has no values.
  public let overlap: Double?

  public static let schema = [
    Field("covariate", "the covariate; `propensity` is the fitted score"),
    Field("level", "the level of a factor"),
    Field("stage", "before or after matching"),
    Field("mean_treated", "weighted mean of the treated"),
    Field("mean_control", "weighted mean of the comparators"),
    Field(
      "smd", unit: "sd",
      "difference of the means over the standard deviation before matching: of the treated (att), "
        + "of the comparators (atc), root mean of both variances (ate)"),
    Field("variance_ratio", "weighted variance of the treated over that of the comparators"),
    Field("ecdf_mean", "mean difference of the two distribution functions"),
    Field("ecdf_max", "largest difference of the two distribution functions (Kolmogorov–Smirnov)"),
    Field("overlap", "share that the two densities have in common, from 0 to 1"),
  ]

  public var cells: [Cell] {
    [
      .text(covariate), .optional(level), .text(stage.rawValue), .number(meanTreated),
      .number(meanControl), .number(standardisedDifference), .optional(varianceRatio),
      .number(ecdfMean), .number(ecdfMax), .optional(overlap),
    ]
  }
}

/// Balance of every covariate, and of the score, before and after matching.
public struct BalanceTable: Sendable {
  public let rows: [BalanceRow]

  /// The largest absolute standardised difference after matching over the covariates; the score, which is
  /// made of them, does not count. NaN where a difference could not be standardised.
  public var largestDifference: Double {
    var largest = 0.0
    for row in rows where row.stage == .after && !Self.scores.contains(row.covariate) {
      if row.standardisedDifference.isNaN { return .nan }
      largest = max(largest, abs(row.standardisedDifference))
    }
    return largest
  }

  static let scoreName = "propensity"

  /// Rows that are made of the covariates and do not count as one.
  static let scores = [scoreName, PrognosticScore.name]

  public init(_ outcome: MatchOutcome) { self.init(outcome, prognostic: nil) }

  init(_ outcome: MatchOutcome, prognostic: PrognosticScore?) {
    let units = outcome.complete
    let treated = units.map { outcome.candidates.treated[$0] }
    let weights = units.map { outcome.sample.weights[$0] }
    var rows: [BalanceRow] = []
    var variables: [(name: String, level: String?, values: [Double])] = []
    if let score = outcome.score {
      variables.append((Self.scoreName, nil, units.map { score[$0] }))
    }
    if let prognostic {
      variables.append((PrognosticScore.name, nil, units.map { prognostic.values[$0] }))
    }
    for covariate in outcome.candidates.covariates {
      for indicator in covariate.indicators(for: units) {
        variables.append((covariate.name, indicator.level, indicator.values))
      }
    }
    for variable in variables {
      let comparison = ArmComparison(
        variable.values, treated: treated, estimand: outcome.estimand)
      for (stage, weights) in [
        (BalanceRow.Stage.before, treated.map { _ in 1.0 }), (.after, weights),
      ] {
        rows.append(
          comparison.row(
            covariate: variable.name, level: variable.level, stage: stage, weights: weights))
      }
    }
    self.rows = rows
  }
}

/// Compares two arms in one variable under any weights, with the denominator fixed beforehand.
struct ArmComparison {
  let values: [Double]
  let treated: [Bool]
  let isBinary: Bool
  let denominator: Double

  init(_ values: [Double], treated: [Bool], estimand: Estimand) {
    self.values = values
    self.treated = treated
    isBinary = values.allSatisfy { $0 == 0 || $0 == 1 }
    let ones = treated.map { _ in 1.0 }
    let (own, other) = Self.moments(values, treated, weights: ones, isBinary: isBinary)
    let pooled = ((own.variance + other.variance) / 2).squareRoot()
    let chosen =
      switch estimand {
      case .att: own.variance.squareRoot()
      case .atc: other.variance.squareRoot()
      case .ate, .ato: pooled
      }
    // An arm in which nothing varies cannot standardise: both together do.
    denominator = chosen > 0 ? chosen : pooled
  }

  private static func moments(
    _ values: [Double], _ treated: [Bool], weights: [Double], isBinary: Bool
  ) -> (treated: WeightedMoments, control: WeightedMoments) {
    func of(_ arm: Bool) -> WeightedMoments {
      let units = values.indices.filter { treated[$0] == arm && weights[$0] > 0 }
      return WeightedMoments(
        units.map { values[$0] }, weights: units.map { weights[$0] }, isBinary: isBinary)
    }
    return (of(true), of(false))
  }

  func row(
    covariate: String, level: String?, stage: BalanceRow.Stage, weights: [Double]
  ) -> BalanceRow {
    let (own, other) = Self.moments(values, treated, weights: weights, isBinary: isBinary)
    let difference = own.mean - other.mean
    let distribution: (mean: Double, largest: Double)
    if isBinary {
      distribution = (abs(difference), abs(difference))
    } else {
      var totals = (treated: 0.0, control: 0.0)
      for (isTreated, weight) in zip(treated, weights) {
        if isTreated { totals.treated += weight } else { totals.control += weight }
      }
      let shares = zip(treated, weights).map { isTreated, weight in
        isTreated ? weight / totals.treated : -weight / totals.control
      }
      let found = DistributionDifference(values, shares: shares)
      distribution = (found.mean, found.largest)
    }
    return BalanceRow(
      covariate: covariate, level: level, stage: stage, meanTreated: own.mean,
      meanControl: other.mean,
      standardisedDifference: difference == 0 ? 0 : difference / denominator,
      varianceRatio: isBinary ? nil : own.variance / other.variance, ecdfMean: distribution.mean,
      ecdfMax: distribution.largest,
      overlap: isBinary
        ? 1 - abs(difference)
        : OverlapCoefficient(values, treated: treated, weights: weights).value)
  }
}
