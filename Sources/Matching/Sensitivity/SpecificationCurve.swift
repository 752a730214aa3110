internal import Designs
internal import Probability
public import StudyFiles
internal import Tables

/// The design's estimate under every reasonable way of making the design, and one test of them together
/// (Simonsohn, Simmons & Nelson 2020, DOI 10.1038/s41562-020-0912-z).
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | vary | ``standard`` | keys of `match` | for each key the values to try; all combinations are run |
/// | draws | 999 | ≥ 99 | redistributed outcomes |
/// | alpha | 0.05 | 0 … 1 | level at which a specification counts as significant |
///
/// Designs never look at the outcome, so they are made once. Under the hypothesis of no effect the outcome is
/// what covariates without treatment explain of it plus a residual that could as well have stood elsewhere:
/// residuals are permuted over units or, where groups were assigned as one, keep their place and change sign
/// group by group. Each draw is the same for all specifications, which keeps their dependence. Every estimate
/// is linear in the outcome, so a draw costs one product a specification. A specification's own p-value is its
/// rank among its draws.
public struct SpecificationCurve: SensitivityCheck {
  /// For each key of `match` its alternatives.
  public let vary: [(key: LocatedText, values: [Node])]
  public let draws: Int
  public let alpha: Double

  public init(
    vary: [(key: LocatedText, values: [Node])] = [], draws: Int = 999, alpha: Double = 0.05
  ) {
    self.vary = vary
    self.draws = draws
    self.alpha = alpha
  }

  /// Keys that say what is estimated, and so cannot vary.
  static let fixedKeys = ["data", "treated", "outcome", "estimand", "gate"]
  static let mostSpecifications = 1000

  public func run(_ context: SensitivityContext) throws(MatchingError) -> SensitivityResult {
    let inputs = context.match.inputs
    let base = inputs.step
    let rowCount = context.columns.table.rowCount
    var fitted: [FittedSpecification] = []
    let all = vary.isEmpty ? standard(base) : specifications(of: base)
    for specification in all {
      fitted.append(
        try FittedSpecification(specification, context: context, rowCount: rowCount))
    }
    let rows = fitted.indices.filter { fitted[$0].coefficients != nil }
    guard !rows.isEmpty else {
      throw .noOutcome(arm: .treated, outcome: context.outcome.name)
    }
    let joint = try JointPermutation(
      fitted.compactMap(\.coefficients), context: context, rowCount: rowCount, draws: draws,
      alpha: alpha)
    var specifications: [SpecificationRow] = []
    var settings: [SpecificationSettingRow] = []
    var position = 0
    for (number, one) in fitted.enumerated() {
      for (key, value) in one.specification.choices {
        settings.append(
          SpecificationSettingRow(number: number + 1, key: key, value: value.compact))
      }
      let p = one.coefficients == nil ? nil : joint.pValues[position]
      if one.coefficients != nil { position += 1 }
      specifications.append(SpecificationRow(number: number + 1, fitted: one, pPermutation: p))
    }
    var diagnostics: [Diagnostic] = []
    let failed = fitted.count - rows.count
    if failed > 0 {
      diagnostics.append(
        Diagnostic(
          .warning, code: "failed-specifications",
          "\(failed) of \(fitted.count) specifications gave no estimate; table `specifications` says why"
        ))
    }
    return SensitivityResult(
      tables: [
        TidyTable("specifications", specifications),
        TidyTable("specification_settings", settings),
        TidyTable("specification_curve", joint.rows),
      ], diagnostics: diagnostics)
  }
}

/// A specification with its estimate as a linear function of the outcome.
struct FittedSpecification {
  let specification: Specification
  let effect: DesignEffect?
  /// One a row of the match's table; `nil` where there is no estimate.
  let coefficients: [Double]?
  let largestDifference: Double?
  let used: Int
  /// Why there is no estimate.
  let failure: String?

  init(
    _ specification: Specification, context: SensitivityContext, rowCount: Int
  ) throws(MatchingError) {
    self.specification = specification
    let inputs = context.match.inputs
    do throws(MatchingError) {
      let step: MatchStep
      do throws(SpecErrors) { step = try specification.step() } catch {
        throw MatchingError.unresolvedNames(error.description)
      }
      let result = try step.run(
        in: context.data, seed: inputs.seed, rows: inputs.population,
        unitKey: context.match.unitKey, places: inputs.places, groups: inputs.groups,
        owners: inputs.owners, fitter: inputs.fitter)
      guard let effect = result.effect else {
        throw MatchingError.noOutcome(arm: .treated, outcome: context.outcome.name)
      }
      let columns: MatchColumns
      do throws(SpecErrors) { columns = try MatchColumns(step, in: context.data) } catch {
        throw MatchingError.unresolvedNames(error.description)
      }
      let own = try DesignEffect.coefficients(
        result.outcome, outcome: columns.outcome?.selecting(result.rows) ?? context.outcome,
        adjust: columns.adjust.map { $0.selecting(result.rows) }, errors: step.errors)
      var coefficients = [Double](repeating: 0, count: rowCount)
      for (row, value) in zip(result.rows, own) { coefficients[Int(row)] = value }
      self.effect = effect
      self.coefficients = coefficients
      largestDifference = BalanceTable(result.outcome).largestDifference
      used = result.arm(.treated).used + result.arm(.control).used
      failure = nil
    } catch {
      if case .brokenConstraint = error { throw error }
      effect = nil
      coefficients = nil
      largestDifference = nil
      used = 0
      failure = "\(error)"
    }
  }
}

/// A row of `specifications`.
struct SpecificationRow: TidyRow {
  let number: Int
  let fitted: FittedSpecification
  let pPermutation: Double?

  static let schema = [
    Field("specification", "its number; table specification_settings says what it is"),
    Field("estimate", unit: "outcome", "the design's estimate"),
    Field("std_error", unit: "outcome", "standard error"),
    Field("ci_low", unit: "outcome", "lower end of the 95 % interval"),
    Field("ci_high", unit: "outcome", "upper end of the 95 % interval"),
    Field("p_value", "two-sided"),
    Field("p_permutation", "two-sided, by rank among redistributed outcomes"),
    Field("units", "units in the sample"),
    Field("max_abs_smd", unit: "sd", "largest absolute standardised difference after matching"),
    Field("failure", "why there is no estimate"),
  ]

  var cells: [Cell] {
    let effect = fitted.effect
    return [
      .count(number), .optional(effect?.estimate), .optional(effect?.standardError),
      .optional(effect?.interval.lowerBound), .optional(effect?.interval.upperBound),
      .optional(effect?.pValue), .optional(pPermutation), .count(fitted.used),
      .optional(fitted.largestDifference), .optional(fitted.failure),
    ]
  }
}

/// A row of `specification_settings`.
struct SpecificationSettingRow: TidyRow {
  let number: Int
  let key: String
  let value: String

  static let schema = [
    Field("specification", "its number"), Field("key", "the key of `match` that is varied"),
    Field("value", "its value, as it would be written"),
  ]

  var cells: [Cell] { [.count(number), .text(key), .text(value)] }
}
