internal import LinearAlgebra
internal import Probability
internal import Regression
public import Tables

/// How the standard error of a design's own effect is computed.
public enum EffectErrors: String, Sendable, Hashable, CaseIterable {
  /// Clustered by set, unbiased in small samples, with Satterthwaite's degrees of freedom.
  case cr2
  /// Clustered by set, with the usual factor and one degree of freedom less than there are sets.
  case cr1
  /// Independent units of unequal variance.
  case hc3
  /// Of estimated weights: from the equations of the weights and of the effect together.
  case stacked
  /// Of comparators that serve several: each counts once as information, however often it is used.
  case abadieImbens = "abadie-imbens"
}

/// The effect that a matched sample shows by itself, without a multilevel model: a difference in weighted
/// means, or its covariate-adjusted form.
///
/// The adjusted form fits outcome ~ treated × covariates by weighted least squares and averages the
/// predicted difference over the units that the estimand speaks about (g-computation; Snowden, Rose &
/// Mortimer 2011, DOI 10.1093/aje/kwq472). Errors are clustered by matched set, and by group where
/// groups are assigned (Abadie & Spiess 2022,
/// DOI 10.1080/01621459.2020.1840383).
public struct DesignEffect: TidyRow, Hashable {
  public let estimand: Estimand
  public let outcome: String
  /// The names of the covariates that it is adjusted for.
  public let adjusted: [String]
  public let estimate: Double
  public let standardError: Double
  public let degreesOfFreedom: Double
  public let interval: ClosedRange<Double>
  public let pValue: Double
  /// Hedges' g: J × estimate over the standard deviation within arms of the matched sample, with
  /// J = 1 − 3/(4·df − 1) and the degrees of freedom of the effect's own test.
  public let hedgesG: Double
  /// The smallest effect, in those standard deviations, that a two-sided test at 5 % would find with
  /// power 80 %: (t₀.₉₇₅ + t₀.₈) × standard error.
  public let minimumDetectable: Double
  /// The standard deviation of the outcome within arms of the sample.
  public let deviation: Double

  public static let schema = [
    Field("estimand", "whose average effect: att, atc, ate or ato"),
    Field("outcome", "the outcome"),
    Field("adjusted", "covariates that the estimate is adjusted for"),
    Field("estimate", unit: "outcome", "treated less comparators"),
    Field("std_error", unit: "outcome", "standard error"),
    Field("df", "degrees of freedom of t"),
    Field("ci_low", unit: "outcome", "lower end of the 95 % interval"),
    Field("ci_high", unit: "outcome", "upper end of the 95 % interval"),
    Field("p_value", "two-sided"),
    Field("g", unit: "sd", "Hedges' g, over the standard deviation within arms of the sample"),
    Field("mdes", unit: "sd", "smallest effect found with power 80 % at 5 %, two-sided"),
  ]

  public var cells: [Cell] {
    [
      .text(estimand.rawValue), .text(outcome), .text(adjusted.joined(separator: " ")),
      .number(estimate), .number(standardError), .number(degreesOfFreedom),
      .number(interval.lowerBound), .number(interval.upperBound), .number(pValue),
      .number(hedgesG), .number(minimumDetectable),
    ]
  }

  /// - Parameters:
  ///   - outcome: one value a candidate; NaN is missing.
  ///   - adjust: covariates to adjust for, one value a candidate each; empty for none.
  ///   - groups: the group that each candidate was assigned with, such as its federation, below zero for
  ///     none; clusters are then the connected components of matched sets and groups. `nil` where units
  ///     are assigned singly.
  ///   - errors: `nil` for CR2 by cluster, and stacked for estimated weights; without groups, HC3 where comparators are reused and for samples
  ///     of strata or of weights.
  public static func estimate(
    _ match: MatchOutcome, outcome: Covariate, adjust: [Covariate] = [],
    groups: [Int32]? = nil, errors: EffectErrors? = nil
  ) throws(MatchingError) -> (effect: DesignEffect, diagnostics: [Diagnostic]) {
    guard case .numbers(let y) = outcome.values else {
      throw .effect(.notFinite(outcome.name))
    }
    let used = (0..<y.count).filter { match.sample.isUsed($0) }
    let units = used.filter { unit in
      y[unit].isFinite && !adjust.contains { $0.isMissing(unit) }
    }
    let treated = units.map { match.candidates.treated[$0] }
    for arm in Arm.allCases where !treated.contains(where: { Arm(treated: $0) == arm }) {
      throw .noOutcome(arm: arm, outcome: outcome.name)
    }
    var diagnostics: [Diagnostic] = []
    if units.count < used.count {
      let lost = Set(used).subtracting(units).count { match.candidates.treated[$0] }
      diagnostics.append(
        Diagnostic(
          .warning, code: "missing-outcome",
          "\(used.count - units.count) matched units (\(lost) of them treated) lack `\(outcome.name)` "
            + "or an adjustment covariate and are left out, which can undo the balance"))
    }
    let equations = match.sample.equations
    if match.sample.grouping == .weights, errors ?? .stacked != .stacked || equations == nil {
      diagnostics.append(
        Diagnostic(
          .note, code: "estimated-weights",
          "the weights were estimated, which the standard error takes no account of: "
            + "it is usually too large where they balance what explains the outcome"))
    }
    let weights = units.map { match.sample.weights[$0] }
    let response = units.map { y[$0] }
    let fit = try InteractedModel(
      response: response, treated: treated, weights: weights,
      covariates: adjust, units: units, estimand: match.estimand)
    let standsAlone = match.sample.reusesComparators || match.sample.grouping != .matchedSets
    let byDefault: EffectErrors =
      equations != nil ? .stacked : standsAlone && groups == nil ? .hc3 : .cr2
    let chosen = errors ?? byDefault
    let codes = AssignmentClusters(match.sample, groups: groups).codes
    let clusters = units.map { codes[$0] }
    let robust: RobustErrors =
      switch chosen {
      case .cr2: .cr2(clusters: clusters)
      case .cr1: .cr1(clusters: clusters)
      case .hc3, .stacked, .abadieImbens: .hc3
      }
    let plain = fit.model.estimate(of: fit.contrast, errors: robust)
    var result = (
      estimate: plain.estimate, standardError: plain.standardError,
      degreesOfFreedom: plain.degreesOfFreedom
    )
    if chosen == .stacked {
      guard let equations else { throw .noWeightEquations }
      let stacked = StackedErrors(
        model: fit, equations: equations, units: units, treated: treated, weights: weights,
        estimand: match.estimand, clusters: groups == nil ? nil : codes)
      (result.standardError, result.degreesOfFreedom) = stacked.standardError()
    }
    var dropped = fit.model.dropped
    if chosen == .abadieImbens {
      guard !match.sample.pairs.isEmpty, let focalIsTreated = match.estimand.treatedAreFocal else {
        throw .noPairs(errors: chosen.rawValue)
      }
      let paired = try AbadieImbens(
        match.sample.pairs, y: y, adjust: adjust, focalIsTreated: focalIsTreated)
      result = (paired.estimate, paired.standardError, paired.degreesOfFreedom)
      dropped = paired.dropped
    }
    let spread = spread(response, treated: treated, weights: weights)
    let clusterCount =
      chosen == .hc3 || chosen == .abadieImbens || groups == nil && chosen == .stacked
      ? units.count : Set(clusters).count
    guard clusterCount > 1, result.degreesOfFreedom > 0, result.standardError.isFinite else {
      throw .noStandardError(outcome: outcome.name, clusters: clusterCount)
    }
    let t = StudentT(degreesOfFreedom: result.degreesOfFreedom)
    let half = t.quantile(0.975) * result.standardError
    let statistic = result.estimate / result.standardError
    let j = 1 - 3 / (4 * result.degreesOfFreedom - 1)
    let power = t.quantile(0.975) + t.quantile(0.8)
    if !dropped.isEmpty {
      diagnostics.append(
        Diagnostic(
          .note, code: "collinear-columns",
          "left out of the effect's model because they depend on others: "
            + dropped.map { "`\($0)`" }.joined(separator: ", ")))
    }
    if result.degreesOfFreedom < 4 {
      diagnostics.append(
        Diagnostic(
          .warning, code: "few-degrees-of-freedom",
          "the effect's test has \(oneDecimal(result.degreesOfFreedom)) degrees of freedom: "
            + "too few sets carry it for the interval to be trusted"))
    }
    let effect = DesignEffect(
      estimand: match.estimand, outcome: outcome.name, adjusted: adjust.map(\.name),
      estimate: result.estimate, standardError: result.standardError,
      degreesOfFreedom: result.degreesOfFreedom,
      interval: half.isFinite
        ? result.estimate - half...result.estimate + half : -.infinity ... .infinity,
      pValue: t.twoSidedTail(statistic), hedgesG: j * result.estimate / spread,
      minimumDetectable: power * result.standardError / spread, deviation: spread)
    return (effect, diagnostics)
  }

  /// What each candidate's outcome counts in the estimate: it is Σ of these times the outcome.
  ///
  /// - Parameters: as for ``estimate(_:outcome:adjust:groups:errors:)``.
  static func coefficients(
    _ match: MatchOutcome, outcome: Covariate, adjust: [Covariate], errors: EffectErrors? = nil
  ) throws(MatchingError) -> [Double] {
    guard case .numbers(let y) = outcome.values else { throw .effect(.notFinite(outcome.name)) }
    if errors == .abadieImbens, let focalIsTreated = match.estimand.treatedAreFocal {
      return try AbadieImbens(
        match.sample.pairs, y: y, adjust: adjust, focalIsTreated: focalIsTreated
      ).coefficients
    }
    let units = y.indices.filter { unit in
      match.sample.isUsed(unit) && y[unit].isFinite && !adjust.contains { $0.isMissing(unit) }
    }
    let fit = try InteractedModel(
      response: units.map { y[$0] }, treated: units.map { match.candidates.treated[$0] },
      weights: units.map { match.sample.weights[$0] }, covariates: adjust, units: units,
      estimand: match.estimand)
    let direction = fit.model.inverseCrossProduct * fit.contrast
    var coefficients = [Double](repeating: 0, count: y.count)
    for (row, position) in fit.model.rows.enumerated() {
      var along = 0.0
      for j in direction.indices { along += fit.model.design[row, j] * direction[j] }
      coefficients[units[position]] = fit.model.weights[row] * along
    }
    return coefficients
  }

  /// The standard deviation within arms: each arm's weighted variance counts its units less one.
  private static func spread(_ values: [Double], treated: [Bool], weights: [Double]) -> Double {
    var squares = 0.0
    var degrees = 0.0
    for arm in [true, false] {
      let units = values.indices.filter { treated[$0] == arm }
      guard units.count > 1 else { continue }
      let moments = WeightedMoments(
        units.map { values[$0] }, weights: units.map { weights[$0] }, isBinary: false)
      squares += Double(units.count - 1) * moments.variance
      degrees += Double(units.count - 1)
    }
    return (squares / degrees).squareRoot()
  }
}
