internal import LinearAlgebra
public import Tables

/// A row of `influence`: one estimate without one group.
public struct InfluenceRow: TidyRow, Hashable {
  public let group: String
  public let level: String
  public let rows: Int
  /// `coefficient`, `variance` or `effect`.
  public let kind: String
  public let term: String
  public let all: Double
  public let without: Double?
  public let dfbetas: Double?
  public let cooksDistance: Double?
  public let pValue: Double?

  public static let schema = [
    Field("group", "The grouping factor."),
    Field("level", "The group that is left out."),
    Field("rows", unit: "rows", "Rows of the group."),
    Field("kind", "coefficient, variance or effect."),
    Field("term", "The coefficient; for a variance its term and column, or `Residual`."),
    Field("all", "The estimate from all rows."),
    Field("without", "The estimate without the group; missing where there is none."),
    Field("dfbetas", "all − without over the standard error without; missing for variances."),
    Field("cooks_distance", "Distance of all coefficients together; the same for all of a group."),
    Field(
      "p_value", "Of the effect without the group, at the degrees of freedom of all rows."),
  ]

  public var cells: [Cell] {
    [
      .text(group), .text(level), .count(rows), .text(kind), .text(term), .number(all),
      .optional(without), .optional(dfbetas), .optional(cooksDistance), .optional(pValue),
    ]
  }

  static func rows(
    _ analysis: InfluenceAnalysis, _ fit: LinearMixedModelFit, _ target: InfluenceTarget?
  ) -> [InfluenceRow] {
    var variances: [(name: String, value: Double)] = []
    for term in fit.terms {
      for (k, column) in term.columns.enumerated() {
        variances.append(("\(column) | \(term.group)", term.covariance[k, k]))
      }
    }
    variances.append(("Residual", fit.sigma * fit.sigma))
    return analysis.levels.flatMap { level -> [InfluenceRow] in
      func row(
        _ kind: String, _ term: String, _ all: Double, _ without: Double?, dfbetas: Double? = nil,
        pValue: Double? = nil
      ) -> InfluenceRow {
        InfluenceRow(
          group: analysis.group, level: level.level, rows: level.rows, kind: kind, term: term,
          all: all, without: without, dfbetas: dfbetas,
          cooksDistance: level.without?.cooksDistance, pValue: pValue)
      }
      var rows = fit.coefficientNames.indices.map {
        row(
          "coefficient", fit.coefficientNames[$0], fit.coefficients[$0],
          level.without?.coefficients[$0], dfbetas: level.without?.dfbetas[$0])
      }
      rows += variances.indices.map {
        row("variance", variances[$0].name, variances[$0].value, level.without?.variances[$0])
      }
      if let target {
        let effect = level.without?.effect
        rows.append(
          row(
            "effect", target.test.term, target.test.estimate, effect?.estimate,
            dfbetas: effect.map { (target.test.estimate - $0.estimate) / $0.standardError },
            pValue: effect?.pValue))
      }
      return rows
    }
  }
}
