internal import LinearAlgebra
public import Tables

/// A row of `random_effects`: one effect of one group.
public struct RandomEffectRow: TidyRow, Hashable {
  public let group: String
  public let level: String
  public let term: String
  public let mode: Double
  public let conditionalVariance: Double
  public let predictionVariance: Double

  public static let schema = [
    Field("group", "The grouping factor."),
    Field("level", "The group."),
    Field("term", "The column whose effect this is."),
    Field("mode", "Conditional mode: the group's estimated departure from the average effect."),
    Field("conditional_variance", "Variance given the data and the coefficients."),
    Field(
      "prediction_variance",
      "Variance of the prediction error, with the uncertainty of the coefficients."),
  ]

  public var cells: [Cell] {
    [
      .text(group), .text(level), .text(term), .number(mode), .number(conditionalVariance),
      .number(predictionVariance),
    ]
  }

  static func rows(_ fit: LinearMixedModelFit) -> [RandomEffectRow] {
    fit.factors.flatMap { factor in
      factor.columns.indices.flatMap { column in
        factor.levels.indices.map { level in
          RandomEffectRow(
            group: factor.name, level: factor.levels[level], term: factor.columns[column],
            mode: factor.modes[level, column],
            conditionalVariance: factor.conditionalVariance(level: level, column: column),
            predictionVariance: factor.predictionErrorVariance(level: level, column: column))
        }
      }
    }
  }
}
