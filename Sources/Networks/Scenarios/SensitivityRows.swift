public import Tables

/// A row of `sensitivity`: what share of a contrast's variance a factor brings.
public struct SensitivityRow: TidyRow {
  let policy: String
  let against: String
  let outcome: String
  let time: Int
  let factor: String
  let source: String
  let first: Double
  let firstLow: Double
  let firstHigh: Double
  let total: Double
  let totalLow: Double
  let totalHigh: Double

  public static let schema = [
    Field("policy", "The policy's name in the study."),
    Field("against", "The policy it is compared with."),
    Field("outcome", "What is reported, as the study writes it."),
    Field("time", unit: "year", "Years since the start."),
    Field("factor", "What varies: a parameter's source, or chance."),
    Field("source", "estimate, evidence or assumption; empty for chance."),
    Field("first", "First-order Sobol index: the share of variance that the factor brings alone."),
    Field("first_low", "Lower end of the 95 % bootstrap interval."),
    Field("first_high", "Upper end."),
    Field("total", "Total Sobol index: the share that goes when the factor is known."),
    Field("total_low", "Lower end of the 95 % bootstrap interval."),
    Field("total_high", "Upper end."),
    Field("spans_zero", "Whether the interval of the first-order index reaches zero."),
  ]

  public var cells: [Cell] {
    [
      .text(policy), .text(against), .text(outcome), .count(time), .text(factor), .text(source),
      .number(first), .number(firstLow), .number(firstHigh), .number(total), .number(totalLow),
      .number(totalHigh), .flag(!(firstLow > 0)),
    ]
  }
}

/// A row of `screening`: what moving a factor across half of its distribution does to a contrast.
public struct MorrisRow: TidyRow {
  let policy: String
  let against: String
  let outcome: String
  let time: Int
  let factor: String
  let source: String
  /// One a path.
  let effects: [Double]

  public static let schema = [
    Field("policy", "The policy's name in the study."),
    Field("against", "The policy it is compared with."),
    Field("outcome", "What is reported, as the study writes it."),
    Field("time", unit: "year", "Years since the start."),
    Field("factor", "What varies: a parameter's source, or chance."),
    Field("source", "estimate, evidence or assumption; empty for chance."),
    Field("mean", "Mean change of the contrast over half of the factor's distribution."),
    Field("mean_absolute", "Mean of its size, by which factors are ranked."),
    Field("sd", "Its standard deviation over paths: large where effects bend or interact."),
    Field("paths", "How many paths were run."),
  ]

  public var cells: [Cell] {
    let count = Double(effects.count)
    let mean = effects.reduce(0, +) / count
    let squares = effects.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return [
      .text(policy), .text(against), .text(outcome), .count(time), .text(factor), .text(source),
      .number(mean), .number(effects.reduce(0) { $0 + abs($1) } / count),
      .number(effects.count > 1 ? (squares / (count - 1)).squareRoot() : .nan),
      .count(effects.count),
    ]
  }
}
