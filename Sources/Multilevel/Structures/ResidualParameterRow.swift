public import Tables

/// A row of `residual`: an estimated parameter of the residual covariance.
public struct ResidualParameterRow: TidyRow, Hashable {
  public let parameter: ResidualFit.Parameter

  public init(_ parameter: ResidualFit.Parameter) { self.parameter = parameter }

  public static let schema = [
    Field(
      "parameter",
      "`log_ratio` of a class's residual standard deviation to the first class's, or `rho`."),
    Field("column", "The column of the classes, or of the times."),
    Field("level", "The class, or the column of the units."),
    Field("estimate", "Its estimate."),
    Field("std_error", "Standard error from the curvature of the likelihood in all variances."),
    Field("ci_low", "Lower end of the 95% interval."),
    Field("ci_high", "Upper end of the 95% interval."),
  ]

  public var cells: [Cell] {
    let names: (String, String, String) =
      switch parameter.kind {
      case .logRatio(let column, let level): ("log_ratio", column, level)
      case .correlation(let time, let unit): ("rho", time, unit)
      }
    return [
      .text(names.0), .text(names.1), .text(names.2), .number(parameter.estimate),
      .number(parameter.standardError), .number(parameter.low), .number(parameter.high),
    ]
  }
}

extension VarianceRow {
  static func residual(_ term: String, _ deviation: Double) -> VarianceRow {
    VarianceRow(
      group: "Residual", term: term, other: nil, variance: deviation * deviation,
      deviation: deviation, correlation: nil)
  }

  /// The residual rows of a fit: one, or one for each class, and the correlation in time.
  static func residuals(_ fit: LinearMixedModelFit) -> [VarianceRow] {
    guard let residual = fit.residual else { return [.residual("Residual", fit.sigma)] }
    if let column = residual.classColumn {
      return residual.classes.map { .residual(column + $0.level, fit.sigma * $0.ratio) }
    }
    return [.residual("Residual", fit.sigma)]
      + residual.parameters.compactMap { parameter in
        guard case .correlation(let time, let unit) = parameter.kind else { return nil }
        return VarianceRow(
          group: "Residual", term: "ar1(\(time) | \(unit))", other: "1 apart",
          variance: fit.sigma * fit.sigma * parameter.estimate, deviation: nil,
          correlation: parameter.estimate)
      }
  }
}
