internal import Probability
public import Tables

/// An estimate with its error, interval and simultaneous band.
public struct Interval: Sendable, Hashable {
  public let estimate: Double
  public let standardError: Double?
  public let low: Double?
  public let high: Double?
  public let pValue: Double?
  public let bandLow: Double?
  public let bandHigh: Double?

  init(
    _ estimate: Double, _ error: Double, _ degreesOfFreedom: Double, level: Double,
    critical: Double?
  ) {
    self.estimate = estimate
    // A base year is zero by definition and has no error.
    guard error > 0, error.isFinite else {
      (standardError, low, high, pValue, bandLow, bandHigh) = (nil, nil, nil, nil, nil, nil)
      return
    }
    let t = StudentT(degreesOfFreedom: degreesOfFreedom)
    let half = t.quantile(0.5 + level / 2) * error
    standardError = error
    low = estimate - half
    high = estimate + half
    pValue = 2 * t.cumulative(-abs(estimate / error))
    bandLow = critical.map { estimate - $0 * error }
    bandHigh = critical.map { estimate + $0 * error }
  }
}

/// A row of `group_time`.
struct GroupTimeRow: TidyRow {
  let cell: GroupTimeEffect
  let interval: Interval?

  init(_ cell: GroupTimeEffect, _ interval: Interval?) {
    self.cell = cell
    self.interval = interval
  }

  static let schema = [
    Field("cohort", unit: "year", "first treated year"),
    Field("year", unit: "year", "outcome's year"),
    Field("event_time", unit: "years", "years since joining"),
    Field("base", unit: "year", "the earlier year of the comparison"),
    Field("estimate", unit: "outcome", "average effect on the cohort in the year"),
    Field("std_error", unit: "outcome", "standard error"),
    Field("ci_low", unit: "outcome", "lower end of the interval"),
    Field("ci_high", unit: "outcome", "upper end of the interval"),
    Field("p_value", "two-sided"),
    Field("band_low", unit: "outcome", "lower end of the band that holds for all rows at once"),
    Field("band_high", unit: "outcome", "upper end of that band"),
    Field("treated", unit: "units", "units of the cohort in the comparison"),
    Field("comparators", unit: "units", "units they are compared with"),
    Field("failure", "why there is no estimate"),
  ]

  var cells: [Cell] {
    [
      .count(cell.cohort), .count(cell.period), .count(cell.eventTime), .count(cell.base),
      .optional(interval?.estimate), .optional(interval?.standardError), .optional(interval?.low),
      .optional(interval?.high), .optional(interval?.pValue), .optional(interval?.bandLow),
      .optional(interval?.bandHigh), .count(cell.treated), .count(cell.comparators),
      .optional(cell.failure?.description),
    ]
  }
}

/// A row of `event_time`, `cohorts`, `calendar` and `overall`.
public struct EffectRow: TidyRow {
  public let aggregation: Aggregation
  /// Event time, cohort or year; `nil` for an overall effect.
  public let at: Int?
  public let interval: Interval
  /// How many cohorts it rests on.
  public let cohorts: Int

  init(_ effect: AggregatedEffect, _ interval: Interval) {
    aggregation = effect.aggregation
    at = effect.at
    self.interval = interval
    cohorts = effect.cohorts.count
  }

  public static let schema = [
    Field("aggregation", "simple, dynamic (by event time), group (by cohort) or calendar"),
    Field("at", unit: "years", "event time, cohort or year; missing for an overall effect"),
    Field("estimate", unit: "outcome", "average effect on the treated"),
    Field("std_error", unit: "outcome", "standard error"),
    Field("ci_low", unit: "outcome", "lower end of the interval"),
    Field("ci_high", unit: "outcome", "upper end of the interval"),
    Field("p_value", "two-sided"),
    Field("band_low", unit: "outcome", "lower end of the band that holds for all rows at once"),
    Field("band_high", unit: "outcome", "upper end of that band"),
    Field("cohorts", "cohorts that it rests on"),
  ]

  public var cells: [Cell] {
    [
      .text(aggregation.rawValue), .optional(at), .number(interval.estimate),
      .optional(interval.standardError), .optional(interval.low), .optional(interval.high),
      .optional(interval.pValue), .optional(interval.bandLow), .optional(interval.bandHigh),
      .count(cohorts),
    ]
  }
}

/// A row of `pre_trends`.
struct PreTrendRow: TidyRow {
  let test: PreTrendTest

  init(_ test: PreTrendTest) { self.test = test }

  static let schema = [
    Field("statistic", "Wald statistic of all effects before joining"),
    Field("df", "how many effects"), Field("p_value", "upper tail of chi-squared"),
  ]

  var cells: [Cell] {
    [.number(test.statistic), .count(test.degreesOfFreedom), .number(test.pValue)]
  }
}

/// A row of `bounds`.
public struct BoundsRow: TidyRow {
  public enum Restriction: String, Sendable {
    case relativeMagnitudes = "relative-magnitudes"
    case smoothness
  }

  /// Event time; `nil` for the mean over event times from 0.
  public let at: Int?
  public let restriction: Restriction
  public let size: Double
  public let setLow: Double?
  public let setHigh: Double?
  public let low: Double
  public let high: Double
  /// The largest multiple at which the interval leaves out zero.
  public let breakdown: Double?

  init(_ at: Int?, _ bounds: RelativeMagnitudes, breakdown: Double?) {
    self.at = at
    restriction = .relativeMagnitudes
    size = bounds.magnitude
    (setLow, setHigh) = (bounds.setLow, bounds.setHigh)
    (low, high) = (bounds.low, bounds.high)
    self.breakdown = breakdown
  }

  init(_ at: Int?, _ bounds: SmoothTrends) {
    self.at = at
    restriction = .smoothness
    size = bounds.curvature
    (setLow, setHigh) = (nil, nil)
    (low, high) = (bounds.low, bounds.high)
    breakdown = nil
  }

  public static let schema = [
    Field("event_time", unit: "years", "event time; missing for the mean over event times from 0"),
    Field("restriction", "relative-magnitudes or smoothness"),
    Field("size", "multiple of the largest departure before joining, or change of slope a year"),
    Field("set_low", unit: "outcome", "lower end of the identified set, without sampling error"),
    Field("set_high", unit: "outcome", "upper end of the identified set"),
    Field("ci_low", unit: "outcome", "lower end of the robust interval"),
    Field("ci_high", unit: "outcome", "upper end of the robust interval"),
    Field(
      "breakdown", "the largest multiple at which the interval leaves out zero; missing where none"),
  ]

  public var cells: [Cell] {
    [
      .optional(at), .text(restriction.rawValue), .number(size), .optional(setLow),
      .optional(setHigh), .number(low), .number(high), .optional(breakdown),
    ]
  }
}

/// A row of `two_way`.
struct TwoWayRow: TidyRow {
  let contrast: TwoWayContrast

  init(_ contrast: TwoWayContrast) { self.contrast = contrast }

  static let schema = [
    Field("label", "what this is"),
    Field("estimate", unit: "outcome", "coefficient of treated-by-now with unit and year effects"),
    Field("std_error", unit: "outcome", "by cluster, CR1"),
    Field("rows", "unit-years"), Field("treated_rows", "unit-years after joining"),
    Field("negative_rows", "those whose effect weighs negatively"),
  ]

  var cells: [Cell] {
    [
      .text("contrast only: biased under staggered joining"), .number(contrast.estimate),
      .number(contrast.standardError), .count(contrast.rows), .count(contrast.treatedCells),
      .count(contrast.negativeCells),
    ]
  }
}
