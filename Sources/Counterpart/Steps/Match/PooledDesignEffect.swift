internal import Imputation
internal import Matching
internal import Reports
internal import Tables

/// A design's effect in several completed data sets, pooled by Rubin's rules.
struct PooledDesignEffect: Sendable {
  private let effects: [DesignEffect]
  private let pooled: PooledEstimate

  /// - Returns: `nil` where the design has no outcome.
  init?(_ effects: [DesignEffect]) throws(PoolingError) {
    guard !effects.isEmpty else { return nil }
    self.effects = effects
    pooled = try PooledEstimate(
      estimates: effects.map(\.estimate),
      variances: effects.map { $0.standardError * $0.standardError },
      completeDegreesOfFreedom: effects.map(\.degreesOfFreedom))
  }

  /// `pooled_effect`; Hedges' g and the minimum detectable effect are means over the completed data sets, the
  /// latter with the pooled standard error.
  var table: TidyTable {
    let test = pooled.test()
    let count = Double(effects.count)
    let g = effects.reduce(0) { $0 + $1.hedgesG } / count
    let detectable =
      effects.reduce(0) { $0 + $1.minimumDetectable / $1.standardError } / count
      * pooled.standardError
    return TidyTable(
      "pooled_effect",
      fields: DesignEffect.schema + [
        Field("fmi", "Fraction of the information that is missing."),
        Field("riv", "Relative increase of the variance by missing values."),
      ],
      rows: effects.prefix(1).map { first in
        [
          .text(first.estimand.rawValue), .text(first.outcome),
          .text(first.adjusted.joined(separator: " ")), .number(pooled.estimate),
          .number(pooled.standardError), .number(pooled.degreesOfFreedom), .number(test.low),
          .number(test.high), .number(test.pValue), .number(g), .number(detectable),
          .number(pooled.missingInformation), .number(pooled.relativeIncrease),
        ]
      })
  }

  func view(_ step: String) -> TableView {
    TableView(
      table, caption: "The effect, pooled over completed data sets",
      columns: [
        TableColumn("outcome", "Outcome"), TableColumn("estimate", "Estimate", .significant(3)),
        TableColumn("std_error", "Standard error", .significant(3)),
        TableColumn("df", "Degrees of freedom", .decimals(1)),
        .interval("ci_low", "ci_high", "95% interval", .significant(3)),
        TableColumn("fmi", "Information missing", .percent(decimals: 1)),
      ], file: "tables/\(step).pooled_effect.csv")
  }

  func answer(noun: String) -> Answer {
    let test = pooled.test()
    return Answer(
      """
      On \(effects.first?.outcome ?? ""), treated \(noun) come out \
      \(strong: NumberFormat.significant(3).text(abs(pooled.estimate))) \
      \(pooled.estimate < 0 ? "below" : "above") their matched comparators.
      """,
      interval: "95% interval " + NumberFormat.significant(3).interval(test.low, test.high))
  }
}
