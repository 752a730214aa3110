internal import LinearAlgebra
public import Tables

extension GeneralisedMixedFit {
  /// Whether some variance is zero or some correlation ±1.
  public var isSingular: Bool { !certificate.boundary.isEmpty }

  /// Wald tests of the coefficients with normal intervals, on the scale of the link.
  ///
  /// - Parameter level: the coverage of the intervals.
  public func tests(level: Double = 0.95) -> [CoefficientTest] {
    coefficients.map {
      CoefficientTest(
        term: $0.name, estimate: $0.estimate, variance: $0.standardError * $0.standardError,
        degreesOfFreedom: .infinity, level: level)
    }
  }

  /// `coefficients`, `variances`, `fit`, `random_effects`, `groups`, `vpc`, `covariance` with the columns
  /// that linear models have; `predictions`, `margins` and `r_squared`; and for logit and log links `ratios`.
  ///
  /// - Parameter unconditional: the model without covariates, for its variance shares.
  public func tables(unconditional: GeneralisedMixedFit? = nil) -> [TidyTable] {
    let tests = tests()
    var tables = [
      TidyTable("coefficients", tests.map(CoefficientRow.init)),
      TidyTable("variances", varianceRows),
      TidyTable("fit", [GeneralisedFitRow(self)]),
      TidyTable("random_effects", effectRows),
      TidyTable("groups", groupRows),
      TidyTable("vpc", shareRows(null: unconditional)),
      TidyTable("covariance", covarianceRows),
    ]
    if let margins = try? margins() {
      tables.append(TidyTable("predictions", margins.outcomes.map(AverageOutcomeRow.init)))
      tables.append(TidyTable("margins", margins.effects.map(MarginalEffectRow.init)))
    }
    if let shares = try? explainedShares() {
      tables.append(TidyTable("r_squared", shares.map(ExplainedShareRow.init)))
    }
    if let kind = model.family.ratioName {
      tables.append(
        TidyTable("ratios", tests.dropFirst(thresholdCount).map { RatioRow(test: $0, kind: kind) }))
    }
    return tables
  }

  private var varianceRows: [VarianceRow] {
    variances.flatMap { term in
      var rows = term.columns.indices.map { i in
        VarianceRow(
          group: term.factor, term: term.columns[i], other: nil, variance: term.covariance[i, i],
          deviation: term.standardDeviations[i], correlation: nil)
      }
      for i in term.columns.indices {
        for j in 0..<i {
          rows.append(
            VarianceRow(
              group: term.factor, term: term.columns[j], other: term.columns[i],
              variance: term.covariance[i, j], deviation: nil, correlation: term.correlation(i, j)))
        }
      }
      return rows
    }
  }

  private var effectRows: [RandomEffectRow] {
    let added = predictionVariances
    return modes.enumerated().flatMap { position, term in
      term.columns.indices.flatMap { column in
        term.levels.indices.map { level in
          RandomEffectRow(
            group: term.factor, level: term.levels[level], term: term.columns[column],
            mode: term.values[level, column], conditionalVariance: term.variances[level, column],
            predictionVariance: added[position][level, column])
        }
      }
    }
  }

  private var groupRows: [GroupRow] {
    var rows: [GroupRow] = []
    for term in variances where !rows.contains(where: { $0.group == term.factor }) {
      rows.append(GroupRow(group: term.factor, levels: term.levelCount))
    }
    return rows
  }

  /// Terms of one factor together, then what the distribution itself varies.
  private func shareRows(null: GeneralisedMixedFit?) -> [VarianceShareRow] {
    let own = factorShares
    let before = null?.factorShares
    return own.map { share in
      VarianceShareRow(
        group: share.group, null: before?.first { $0.group == share.group }?.share,
        full: share.share)
    }
  }

  private var factorShares: [VarianceShare] {
    var shares: [VarianceShare] = []
    for group in groupRows.map(\.group) {
      let sum = partition.filter { $0.factor == group }.reduce(0) { $0 + $1.share }
      shares.append(VarianceShare(group: group, share: sum))
    }
    let rest = 1 - shares.reduce(0) { $0 + $1.share }
    return shares + [VarianceShare(group: "Residual", share: rest)]
  }

  private var covarianceRows: [CovarianceRow] {
    coefficients.indices.flatMap { i in
      (i..<coefficients.count).map { j in
        CovarianceRow(
          term: coefficients[i].name, other: coefficients[j].name, covariance: covariance[i, j])
      }
    }
  }
}

extension ResponseFamily {
  /// What e to the power of a coefficient is, where that has a name.
  var ratioName: String? {
    switch self {
    case .binomial(.logit): "odds ratio"
    case .binomial(.cloglog): "hazard ratio"
    case .binomial(.probit): nil
    case .poisson, .negativeBinomial: "rate ratio"
    case .cumulative(.logit): "odds ratio"
    case .cumulative: nil
    }
  }
}

/// The row of `fit` of a generalised linear mixed model.
public struct GeneralisedFitRow: TidyRow, Hashable {
  public let cells: [Cell]

  public init(_ fit: GeneralisedMixedFit) {
    cells = [
      .count(fit.rowCount), .text(LikelihoodCriterion.ml.rawValue), .number(fit.deviance),
      .number(fit.logLikelihood), .number(fit.aic), .number(fit.bic), .missing,
      .flag(fit.isSingular), .number(fit.certificate.decrement), .text(fit.model.family.name),
      .text(fit.model.family.linkName), .count(fit.model.quadraturePoints),
      .number(fit.conditionalDeviance), .number(fit.certificate.distance),
      .optional(fit.certificate.gap?.deviance), .optional(fit.certificate.gap?.shift),
    ]
  }

  public static let schema = [
    Field("n", unit: "rows", "Rows used."),
    Field("criterion", "What was optimised: always ML."),
    Field("deviance", "−2 log likelihood, with all constants."),
    Field("log_likelihood", "Log likelihood."),
    Field("aic", "Deviance + 2 × parameters."),
    Field("bic", "Deviance + log n × parameters."),
    Field("sigma", "Missing: these models have no residual standard deviation."),
    Field("singular", "Whether a variance is zero or a correlation ±1."),
    Field(
      "decrement", "Newton decrement at the end: twice the fall in the deviance still expected."),
    Field("family", "Distribution of the response given the random effects."),
    Field("link", "Link of its mean to the linear predictor."),
    Field("quadrature", unit: "points", "Points of adaptive quadrature; 1 is Laplace."),
    Field(
      "conditional_deviance", "Sum of squared deviance residuals given the conditional modes."),
    Field("distance", unit: "standard errors", "Largest distance of an estimate to the optimum."),
    Field(
      "laplace_gap",
      "Deviance by quadrature with nine points less that by Laplace; missing where it has no meaning."
    ),
    Field(
      "laplace_shift", unit: "standard errors",
      "Largest move of an estimate that quadrature asks for; missing where it has no meaning."),
  ]
}

/// A row of `ratios`: e to the power of a coefficient.
public struct RatioRow: TidyRow, Hashable {
  public let test: CoefficientTest
  /// `odds ratio`, `rate ratio` or `hazard ratio`.
  public let kind: String

  public static let schema = [
    Field("term", "The coefficient, in R's spelling."),
    Field("kind", "What the ratio compares: odds, rates or hazards, given the random effects."),
    Field("ratio", "Ratio per unit of the covariate."),
    Field("ci_low", "Lower end of the 95 % interval."),
    Field("ci_high", "Upper end of the 95 % interval."),
  ]

  public var cells: [Cell] {
    [
      .text(test.term), .text(kind), .number(exponential(test.estimate)),
      .number(exponential(test.low)), .number(exponential(test.high)),
    ]
  }
}
