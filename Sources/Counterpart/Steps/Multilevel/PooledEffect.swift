internal import Imputation
internal import Multilevel
internal import Probability
internal import Tables

/// An effect in standard deviations, pooled.
struct PooledEffect: Sendable {
  let name: String
  let pooled: PooledEstimate
  let test: CoefficientTest
  /// The smallest true effect found with power 0.8, with the pooled standard error.
  let minimumDetectable: Double
  private let scale: EffectScale
  private let months: MonthsTable?
  private let isConditional: Bool

  /// - Returns: `nil` where the step asks for no effect.
  init?(
    _ fits: [CompletedFit], _ settings: MultilevelStep, _ tests: [CoefficientTest]
  ) throws(PoolingError) {
    let effects = fits.compactMap(\.effects.first)
    guard let first = effects.first, let request = settings.effect else { return nil }
    // The average effect over an interaction has no fewer degrees of freedom than its parts' least.
    func degrees(_ fit: CompletedFit) -> Double {
      let own = Set(first.effect.split(separator: ":"))
      return fit.tests.filter { own.isSubset(of: Set($0.term.split(separator: ":"))) }
        .map(\.degreesOfFreedom).min() ?? .infinity
    }
    name = first.effect
    pooled = try PooledEstimate(
      estimates: effects.map(\.estimate),
      variances: effects.map { $0.standardError * $0.standardError },
      completeDegreesOfFreedom: fits.map(degrees))
    test = CoefficientTest(
      term: first.effect, estimate: pooled.estimate, variance: pooled.variance,
      degreesOfFreedom: pooled.degreesOfFreedom, level: 0.95)
    let distribution = StudentT(degreesOfFreedom: pooled.degreesOfFreedom)
    minimumDetectable =
      pooled.standardError * (distribution.quantile(0.975) + distribution.quantile(0.8))
    scale = request.scale
    months = request.months?.table
    isConditional = request.isConditional
  }

  /// `effects`, with the columns that a single fit's has.
  var table: TidyTable {
    TidyTable(
      "effects", fields: EffectRow.schema,
      rows: [
        [
          .text(name), .text(scale.rawValue), .number(test.estimate), .number(test.standardError),
          .number(test.low), .number(test.high), .optional(months?.months(test.low)),
          .optional(months?.months(test.high)), .number(minimumDetectable),
          .text(isConditional ? "conditional" : "unconditional"),
        ]
      ])
  }
}
