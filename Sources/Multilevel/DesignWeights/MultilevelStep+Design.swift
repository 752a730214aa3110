public import Designs
internal import LinearAlgebra
public import Tables

extension MultilevelStep {
  /// What a run of a step with design weights leaves.
  public struct DesignResult: Sendable {
    public let fit: DesignWeightedFit
    /// The model without covariates; `nil` where it cannot be estimated.
    public let unconditional: DesignWeightedFit?
    public let tests: [CoefficientTest]
    /// `coefficients`, `variances`, `fit`, `groups`, `vpc`, `covariance`.
    public let tables: [TidyTable]
    public let diagnostics: [Diagnostic]
  }

  /// Fits the step's model with its design weights, and the one without covariates beside it.
  public func runDesignWeighted(_ frame: ModelFrame) throws(EstimationError) -> DesignResult {
    let model = DesignWeightedModel()
    let fit = try model.fit(frame)
    let unconditional = try? model.fit(frame.unconditional)
    let tests = fit.tests()
    return DesignResult(
      fit: fit, unconditional: unconditional, tests: tests,
      tables: [
        TidyTable("coefficients", tests.map(CoefficientRow.init)),
        TidyTable(
          "variances",
          VarianceRow.rows(fit.terms) + [VarianceRow.residual("Residual", fit.sigma)]),
        TidyTable("fit", [DesignFitRow(fit)]),
        TidyTable("groups", fit.groups.map { GroupRow(group: $0.factor, levels: $0.levels) }),
        TidyTable("vpc", Self.shares(fit, null: unconditional)),
        TidyTable("covariance", CovarianceRow.rows(fit.coefficientNames, fit.covariance)),
      ], diagnostics: fit.diagnostics)
  }

  private static func shares(
    _ fit: DesignWeightedFit, null: DesignWeightedFit?
  ) -> [VarianceShareRow] {
    func share(_ fit: DesignWeightedFit, _ group: String?) -> Double {
      guard let group else { return fit.sigma * fit.sigma / fit.totalVariance }
      return fit.terms.filter { $0.group == group }.reduce(0) { $0 + $1.averageVariance }
        / fit.totalVariance
    }
    return (fit.groups.map { Optional($0.factor) } + [nil]).map { group in
      VarianceShareRow(
        group: group ?? "Residual", null: null.map { share($0, group) }, full: share(fit, group))
    }
  }
}

/// The row of `fit` where rows have design weights.
public struct DesignFitRow: TidyRow, Hashable {
  public let count: Int
  public let clusters: Int
  public let clusterFactor: String
  public let scaling: DesignWeights.Scaling
  public let pseudoDeviance: Double
  public let sigma: Double
  public let isSingular: Bool
  public let decrement: Double

  init(_ fit: DesignWeightedFit) {
    count = fit.rowCount
    clusters = fit.clusterCount
    clusterFactor = fit.clusterFactor
    scaling = fit.scaling
    pseudoDeviance = fit.pseudoDeviance
    sigma = fit.sigma
    isSingular = fit.isSingular
    decrement = fit.decrement
  }

  public static let schema = [
    Field("n", unit: "rows", "Rows used."),
    Field("clusters", "Groups over which the standard errors are a sandwich."),
    Field("cluster_factor", "Their factor: the coarsest of the model."),
    Field("scaling", "How weights were scaled within groups: size, effective or none."),
    Field(
      "pseudo_deviance", "−2 log weighted pseudo-likelihood; differences of it test nothing."),
    Field("sigma", "Residual standard deviation."),
    Field("singular", "Whether a variance is zero or a correlation ±1."),
    Field(
      "decrement", "Newton decrement at the end: twice the fall in the deviance still expected."),
  ]

  public var cells: [Cell] {
    [
      .count(count), .count(clusters), .text(clusterFactor), .text(scaling.rawValue),
      .number(pseudoDeviance), .number(sigma), .flag(isSingular), .number(decrement),
    ]
  }
}
