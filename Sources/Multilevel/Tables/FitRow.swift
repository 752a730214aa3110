public import Tables

/// The row of `fit`.
public struct FitRow: TidyRow, Hashable {
  public let count: Int
  public let criterion: LikelihoodCriterion
  public let deviance: Double
  public let logLikelihood: Double
  public let aic: Double
  public let bic: Double
  public let sigma: Double
  public let isSingular: Bool
  public let decrement: Double

  public init(_ fit: LinearMixedModelFit) {
    count = fit.rowCount
    criterion = fit.criterion
    deviance = fit.deviance
    logLikelihood = fit.logLikelihood
    aic = fit.aic
    bic = fit.bic
    sigma = fit.sigma
    isSingular = fit.isSingular
    decrement = fit.certificate.decrement
  }

  public static let schema = [
    Field("n", unit: "rows", "Rows used."),
    Field("criterion", "What was optimised: REML or ML."),
    Field("deviance", "−2 log likelihood; under REML of the restricted likelihood."),
    Field("log_likelihood", "Log likelihood; under REML the restricted one."),
    Field("aic", "Deviance + 2 × parameters; under REML comparable only for the same fixed part."),
    Field("bic", "Deviance + log n × parameters; under REML as for aic."),
    Field("sigma", "Residual standard deviation, of a row with weight 1."),
    Field("singular", "Whether a variance is zero or a correlation ±1."),
    Field(
      "decrement", "Newton decrement at the end: twice the fall in the deviance still expected."),
  ]

  public var cells: [Cell] {
    [
      .count(count), .text(criterion.rawValue), .number(deviance), .number(logLikelihood),
      .number(aic), .number(bic), .number(sigma), .flag(isSingular), .number(decrement),
    ]
  }
}
