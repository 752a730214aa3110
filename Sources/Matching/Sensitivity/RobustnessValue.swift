internal import LinearAlgebra
internal import Regression
internal import Tables

/// Robustness values of the design's regression-adjusted effect, with observed covariates as yardsticks.
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | benchmarks | those adjusted for | columns | covariates to compare an omitted one with |
/// | times | 1, 2, 3 | > 0 | how many times as strong |
/// | q | 1 | > 0 | the share of the estimate to be explained away |
/// | alpha | 0.05 | 0 … 1 | level |
///
/// The model is outcome ~ treated + `adjust` (the match's covariates where nothing is adjusted for) with the
/// sample's weights. The robustness value is algebra of that regression; whether an effect stays significant
/// hangs on its error, so it is given with the model's own and with that of the assigned clusters and their
/// degrees of freedom.
public struct RobustnessValue: SensitivityCheck, Hashable {
  public let benchmarks: [String]
  public let times: [Double]
  public let q: Double
  public let alpha: Double

  public init(
    benchmarks: [String] = [], times: [Double] = [1, 2, 3], q: Double = 1, alpha: Double = 0.05
  ) {
    self.benchmarks = benchmarks
    self.times = times
    self.q = q
    self.alpha = alpha
  }

  public func run(_ context: SensitivityContext) throws(MatchingError) -> SensitivityResult {
    try run(
      context.match.outcome, outcome: context.outcome,
      adjust: context.adjust.isEmpty
        ? context.match.outcome.candidates.covariates : context.adjust, groups: context.groups)
  }

  /// - Parameters:
  ///   - outcome: one value a candidate; NaN is missing.
  ///   - adjust: covariates of the outcome's model.
  ///   - groups: the group that each candidate was assigned with, below zero for none.
  public func run(
    _ match: MatchOutcome, outcome: Covariate, adjust: [Covariate], groups: [Int32]? = nil
  ) throws(MatchingError) -> SensitivityResult {
    guard case .numbers(let values) = outcome.values else {
      throw .noOutcome(arm: .treated, outcome: outcome.name)
    }
    let units = values.indices.filter { unit in
      match.sample.isUsed(unit) && values[unit].isFinite && !adjust.contains { $0.isMissing(unit) }
    }
    let weights = units.map { match.sample.weights[$0] }
    let treated = units.map { match.candidates.treated[$0] ? 1.0 : 0 }
    let y = units.map { values[$0] }
    func design(_ covariates: [Covariate], withTreatment: Bool) -> Design {
      var design = Design(interceptFor: units.count)
      if withTreatment { design.add("treated", treated) }
      for covariate in covariates {
        let found = covariate.indicators(for: units)
        for (position, column) in found.enumerated() where column.level == nil || position > 0 {
          design.add(column.name, column.values)
        }
      }
      return design
    }
    func fit(_ design: Design, _ response: [Double]) throws(MatchingError) -> LeastSquares {
      do throws(RegressionError) {
        return try LeastSquares(design, response: response, weights: weights)
      } catch { throw .effect(error) }
    }
    let model = try fit(design(adjust, withTreatment: true), y)
    let df = Double(model.residualDegreesOfFreedom)
    guard let position = model.names.firstIndex(of: "treated"), df > 1 else {
      throw .noStandardError(outcome: outcome.name, clusters: units.count)
    }
    let own = OmittedVariable(
      estimate: model.coefficients[position],
      standardError: (model.residualVariance
        * model.inverseCrossProduct[position, position]).squareRoot(), degreesOfFreedom: df)
    let standsAlone = match.sample.reusesComparators || match.sample.grouping != .matchedSets
    let clusters = AssignmentClusters(match.sample, groups: groups).codes
    let robust = model.estimate(
      of: model.names.indices.map { $0 == position ? 1 : 0 },
      errors: standsAlone && groups == nil ? .hc3 : .cr2(clusters: units.map { clusters[$0] }))
    let assigned = OmittedVariable(
      estimate: robust.estimate, standardError: robust.standardError,
      degreesOfFreedom: robust.degreesOfFreedom)
    let rows = [
      RobustnessRow(
        outcome: outcome.name, errors: "model", value: own, partialR2: own.partialR2, q: q,
        alpha: alpha, robustness: own.robustness(q: q),
        withInterval: own.robustness(q: q, alpha: alpha)),
      RobustnessRow(
        outcome: outcome.name, errors: "assigned", value: assigned, partialR2: own.partialR2, q: q,
        alpha: alpha, robustness: own.robustness(q: q),
        withInterval: own.robustness(q: q, alpha: alpha, error: assigned)),
    ]
    let exposure = try fit(design(adjust, withTreatment: false), treated)
    var bounds: [BenchmarkRow] = []
    var diagnostics: [Diagnostic] = []
    for covariate in adjust where benchmarks.isEmpty || benchmarks.contains(covariate.name) {
      let others = adjust.filter { $0.name != covariate.name }
      let withTreatment = Self.partialR2(
        model, without: try fit(design(others, withTreatment: true), y))
      let ofTreatment = Self.partialR2(
        exposure, without: try fit(design(others, withTreatment: false), treated))
      for factor in times {
        guard
          let shares = OmittedVariable.shares(
            times: factor, treatment: ofTreatment, outcome: withTreatment)
        else {
          diagnostics.append(
            Diagnostic(
              .note, code: "benchmark-too-strong",
              "no covariate can go with treatment \(factor) times as strongly as `\(covariate.name)`"
            ))
          continue
        }
        bounds.append(
          BenchmarkRow(
            benchmark: covariate.name, times: factor, shares: shares,
            value: own.adjusted(treatment: shares.treatment, outcome: shares.outcome)))
      }
    }
    return SensitivityResult(
      tables: [TidyTable("robustness", rows), TidyTable("benchmarks", bounds)],
      diagnostics: diagnostics)
  }

  /// The share of the residual variance of the smaller model that the larger explains.
  private static func partialR2(_ model: LeastSquares, without: LeastSquares) -> Double {
    func squares(_ fit: LeastSquares) -> Double {
      var sum = 0.0
      for (e, w) in zip(fit.residuals, fit.weights) { sum += w * e * e }
      return sum
    }
    let rest = squares(without)
    return rest > 0 ? max(0, 1 - squares(model) / rest) : 0
  }
}

/// A row of `robustness`.
struct RobustnessRow: TidyRow {
  let outcome: String
  let errors: String
  let value: OmittedVariable
  let partialR2: Double
  let q: Double
  let alpha: Double
  let robustness: Double
  let withInterval: Double

  static let schema = [
    Field("outcome", "the outcome"),
    Field("errors", "model: of the regression; assigned: of the clusters that were assigned"),
    Field("estimate", unit: "outcome", "the treated column's coefficient"),
    Field("std_error", unit: "outcome", "its standard error"),
    Field("df", "degrees of freedom"),
    Field("partial_r2", "share of the outcome's residual variance that treatment explains"),
    Field("q", "share of the estimate to be explained away"),
    Field("rv", "share of both residual variances that would explain it away"),
    Field("alpha", "level"),
    Field("rv_alpha", "share of both that would leave it not significant"),
  ]

  var cells: [Cell] {
    [
      .text(outcome), .text(errors), .number(value.estimate), .number(value.standardError),
      .number(value.degreesOfFreedom), .number(partialR2), .number(q), .number(robustness),
      .number(alpha), .number(withInterval),
    ]
  }
}

/// A row of `benchmarks`.
struct BenchmarkRow: TidyRow {
  let benchmark: String
  let times: Double
  let shares: (treatment: Double, outcome: Double)
  let value: OmittedVariable

  static let schema = [
    Field("benchmark", "the observed covariate"),
    Field("times", "how many times as strong the omitted one is"),
    Field("r2_treatment", "share of the treatment's residual variance that it then explains"),
    Field("r2_outcome", "share of the outcome's residual variance"),
    Field("estimate", unit: "outcome", "the estimate with it"),
    Field("std_error", unit: "outcome", "its standard error"),
    Field("statistic", "estimate over standard error"),
    Field("ci_low", unit: "outcome", "lower end of the 95 % interval"),
    Field("ci_high", unit: "outcome", "upper end of the 95 % interval"),
  ]

  var cells: [Cell] {
    [
      .text(benchmark), .number(times), .number(shares.treatment), .number(shares.outcome),
      .number(value.estimate), .number(value.standardError), .number(value.statistic),
      .number(value.interval.lowerBound), .number(value.interval.upperBound),
    ]
  }
}
