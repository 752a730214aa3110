public import Tables

/// A row of `outcomes`: one measure of one group under one policy at the end of one year.
public struct OutcomeRow: TidyRow {
  let policy: String
  let outcome: String
  let group: String
  let time: Int
  let summary: ReplicateSummary

  public static let schema = [
    Field("policy", "The policy's name in the study."),
    Field("outcome", "What is reported, as the study writes it."),
    Field("group", "For whom: all, or fifths of schools by poverty, fifth-1 the least poor."),
    Field("time", unit: "year", "Years since the start; 0 is the start itself."),
    Field("mean", "The mean over replicates."),
    Field("mcse", "Monte Carlo standard error of the mean: sd over replicates / √replicates."),
    Field("low", "2.5 % quantile over replicates: parameters and chance vary together."),
    Field("high", "97.5 % quantile over replicates."),
    Field("replicates", "How many replicates were run."),
  ]

  public var cells: [Cell] {
    [
      .text(policy), .text(outcome), .text(group), .count(time), .number(summary.mean),
      .number(summary.mcse), .number(summary.low), .number(summary.high),
      .count(summary.replicates),
    ]
  }
}

/// A row of `contrasts`: how much a policy differs from the first, replicate by replicate.
public struct ContrastRow: TidyRow {
  let policy: String
  let against: String
  let outcome: String
  let group: String
  let time: Int
  let summary: ReplicateSummary

  public static let schema = [
    Field("policy", "The policy's name in the study."),
    Field("against", "The policy it is compared with."),
    Field("outcome", "What is reported, as the study writes it."),
    Field("group", "For whom: all, or fifths of schools by poverty, fifth-1 the least poor."),
    Field("time", unit: "year", "Years since the start; 0 is the start itself."),
    Field("difference", "The mean over replicates of `policy` less `against`."),
    Field("mcse", "Monte Carlo standard error of the difference, with common random numbers."),
    Field("low", "2.5 % quantile of the difference over replicates."),
    Field("high", "97.5 % quantile of the difference over replicates."),
  ]

  public var cells: [Cell] {
    [
      .text(policy), .text(against), .text(outcome), .text(group), .count(time),
      .number(summary.mean), .number(summary.mcse), .number(summary.low), .number(summary.high),
    ]
  }
}

/// One point of a fan chart: quantiles over replicates.
public struct FanPoint: Sendable, Hashable {
  public let policy: String
  public let outcome: String
  public let group: String
  /// Years since the start.
  public let time: Int
  public let mean: Double
  /// Quantiles at ``ReplicateSummary/fanLevels``.
  public let quantiles: [Double]

  /// The ends of the 95 % interval.
  public var low: Double { quantiles.first ?? .nan }
  public var high: Double { quantiles.last ?? .nan }
}
