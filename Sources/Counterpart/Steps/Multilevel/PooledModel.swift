internal import Designs
internal import Imputation
internal import LinearAlgebra
internal import Multilevel
internal import Networks
internal import Probability
internal import StudyFiles
internal import Tables

/// A multilevel model on several completed data sets, pooled by Rubin's rules.
struct PooledModel: Sendable {
  let fits: [CompletedFit]
  let settings: MultilevelStep
  let terms: [String]
  let pooled: [PooledEstimate]
  let vector: PooledVector
  /// All coefficients but the intercept together; `nil` where there is no other, or no joint test.
  let joint: PooledJointTest?
  /// Tests of the pooled coefficients.
  let tests: [CoefficientTest]
  let effect: PooledEffect?

  /// - Throws: ``PoolingError``
  init(_ fits: [CompletedFit], _ settings: MultilevelStep) throws(PoolingError) {
    guard let first = fits.first else { throw .tooFew(0) }
    let terms = first.tests.map(\.term)
    guard fits.allSatisfy({ $0.tests.map(\.term) == terms }) else { throw .unequal }
    self.fits = fits
    self.settings = settings
    self.terms = terms
    let vector = try PooledVector(
      estimates: fits.map { $0.tests.map(\.estimate) }, covariances: fits.map(\.covariance))
    self.vector = vector
    var pooled: [PooledEstimate] = []
    for k in terms.indices {
      pooled.append(
        try PooledEstimate(
          estimates: fits.map { $0.tests[k].estimate },
          variances: fits.map { $0.tests[k].standardError * $0.tests[k].standardError },
          completeDegreesOfFreedom: fits.map { $0.tests[k].degreesOfFreedom }))
    }
    self.pooled = pooled
    tests = zip(terms, pooled).map { term, estimate in
      CoefficientTest(
        term: term, estimate: estimate.estimate, variance: estimate.variance,
        degreesOfFreedom: estimate.degreesOfFreedom, level: 0.95)
    }
    let others = terms.indices.filter { terms[$0] != "(Intercept)" }
    // The coefficient that is known least decides.
    let least = others.map { pooled[$0].completeDegreesOfFreedom }.min() ?? .infinity
    joint =
      others.isEmpty
      ? nil : try? vector.jointTest(of: others, completeDegreesOfFreedom: least)
    effect = try PooledEffect(fits, settings, tests)
  }

  /// The pooled coefficients with their whole covariance, for scenarios.
  var estimates: CarriedEstimate {
    CarriedEstimate(
      terms: terms, estimates: vector.estimates, covariance: vector.covariance, unit: "",
      effect: settings.effect?.of.text)
  }

  /// `coefficients`, `pooling`, `joint`, `variances`, `vpc`, `groups`, `random_effects`, `effects`,
  /// `covariance`, `fits`, and `ratios` where the link has them.
  var tables: [TidyTable] {
    var tables = [
      TidyTable(
        "coefficients", fields: CoefficientRow.schema + Self.extraFields,
        rows: zip(tests, pooled).map { test, estimate in
          CoefficientRow(test).cells
            + [.number(estimate.missingInformation), .number(estimate.relativeIncrease)]
        }),
      TidyTable("pooling", zip(terms, pooled).map { PoolingRow(term: $0, estimate: $1) }),
      TidyTable("joint", [joint].compactMap(\.self).map(JointRow.init)),
    ]
    let each = PooledTables(fits.map(\.tables))
    tables += [each.variances, each.means(of: "vpc"), each.first("groups")].compactMap(\.self)
    tables += [each.randomEffects].compactMap(\.self)
    if let effect { tables.append(effect.table) }
    tables.append(
      TidyTable(
        "covariance", fields: CovarianceRow.schema,
        rows: terms.indices.flatMap { i in
          (i..<terms.count).map { j in
            [.text(terms[i]), .text(terms[j]), .number(vector.covariance[i, j])]
          }
        }))
    if let kind = ratioKind {
      tables.append(
        TidyTable(
          "ratios", fields: RatioRow.schema,
          rows: tests.map { test in
            [.text(test.term), .text(kind)]
              + [test.estimate, test.low, test.high].map { .number(PortableMath.exp($0)) }
          }))
    }
    if let numbered = each.numbered("fit", as: "fits") { tables.append(numbered) }
    return tables
  }

  private var ratioKind: String? {
    guard case .text(let kind) = fits.first?.table("ratios")?.column("kind")?.first else {
      return nil
    }
    return kind
  }

  /// The doubts of all fits, each once with how many fits have it.
  var diagnostics: [Diagnostic] {
    var found: [(diagnostic: Diagnostic, count: Int)] = []
    for diagnostic in fits.flatMap(\.diagnostics) {
      if let known = found.firstIndex(where: {
        $0.diagnostic.code == diagnostic.code && $0.diagnostic.severity == diagnostic.severity
      }) {
        found[known].count += 1
      } else {
        found.append((diagnostic, 1))
      }
    }
    return found.map { diagnostic, count in
      Diagnostic(
        diagnostic.severity, code: diagnostic.code,
        count == fits.count
          ? diagnostic.message
          : diagnostic.message + " (Found \(count) times in \(fits.count) completed data sets.)")
    } + informationDoubt
  }

  private var informationDoubt: [Diagnostic] {
    let most = zip(terms, pooled).filter { $1.missingInformation > 0.5 }.map { "`\($0.0)`" }
    guard !most.isEmpty else { return [] }
    return [
      Diagnostic(
        .warning, code: "mostly-imputed",
        "More than half of the information on \(most.joined(separator: ", ")) is missing: the "
          + "imputation model decides as much as the data.")
    ]
  }

  private static let extraFields = [
    Field("fmi", "Fraction of the information that is missing."),
    Field("riv", "Relative increase of the variance by missing values."),
  ]
}
