internal import Probability
internal import Tables

/// Rosenbaum's bounds: how biased assignment within matched sets would have to be to explain the effect away.
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | gamma | 1, 1.1, 1.25, 1.5, 2, 3 | ≥ 1 | odds by which two units of a set may differ in being treated |
/// | alpha | 0.05 | 0 … 1 | level of the one-sided tests |
/// | zeros | dropped | dropped, ranked | whether differences of zero leave before or after ranking |
///
/// In the direction of the estimate: Wilcoxon's signed ranks and signs for pairs, Huber's M-statistic and
/// the permutational t for sets of one against several. Γ* is where the largest p-value reaches alpha. One
/// covariate that multiplies the odds of treatment by Λ and those of a higher outcome by Δ is worth
/// Γ = (ΛΔ + 1)/(Λ + Δ) (amplification: Rosenbaum & Silber 2009, DOI 10.1198/jasa.2009.tm08470).
public struct RosenbaumBounds: SensitivityCheck, Hashable {
  /// What becomes of pairs that do not differ, in the signed rank test.
  public enum ZeroDifferences: String, Sendable, Hashable, CaseIterable {
    /// They leave before ranking, as Wilcoxon had it.
    case dropped
    /// They are ranked and then leave, as Pratt and Rosenbaum have it.
    case ranked
  }

  public let gammas: [Double]
  public let alpha: Double
  public let zeros: ZeroDifferences

  public init(
    gammas: [Double] = [1, 1.1, 1.25, 1.5, 2, 3], alpha: Double = 0.05,
    zeros: ZeroDifferences = .dropped
  ) {
    precondition(gammas.allSatisfy { $0 >= 1 }, "a Γ below 1")
    self.gammas = gammas
    self.alpha = alpha
    self.zeros = zeros
  }

  /// Δ for a Λ above Γ: (ΓΛ − 1)/(Λ − Γ).
  public static func amplified(gamma: Double, lambda: Double) -> Double {
    (gamma * lambda - 1) / (lambda - gamma)
  }

  public func run(_ context: SensitivityContext) throws(MatchingError) -> SensitivityResult {
    try run(context.match.outcome, outcome: context.outcome, groups: context.groups)
  }

  /// - Parameters:
  ///   - outcome: one value a candidate; NaN is missing.
  ///   - groups: the group that each candidate was assigned with, below zero for none.
  public func run(
    _ match: MatchOutcome, outcome: Covariate, groups: [Int32]? = nil
  ) throws(MatchingError) -> SensitivityResult {
    guard case .numbers(let values) = outcome.values else {
      throw .noOutcome(arm: .treated, outcome: outcome.name)
    }
    let plain = try MatchedDifferences(match, outcome: values, groups: groups)
    let isPositive = (MStatisticBound(plain.sets, kind: .mean)?.statistic ?? 0) >= 0
    let differences = isPositive ? plain : plain.negated
    let sign = isPositive ? 1.0 : -1
    let direction = isPositive ? "greater" : "less"
    var tests: [(name: String, test: any BiasedTest)] = []
    var estimates: ((Double) -> ClosedRange<Double>)?
    if let pairs = differences.pairs {
      if let test = SignedRankBound(pairs, zeros: zeros) {
        tests.append((SignedRankBound.name, test))
        estimates = test.estimates
      }
      if let test = SignBound(pairs) { tests.append((SignBound.name, test)) }
    }
    if let test = MStatisticBound(differences.sets) { tests.append((MStatisticBound.name, test)) }
    if let test = MStatisticBound(differences.sets, kind: .mean) { tests.append(("t", test)) }
    guard !tests.isEmpty else { throw .noDifferences(outcome: outcome.name) }
    var bounds: [RosenbaumRow] = []
    var tips: [TippingRow] = []
    var amplifications: [AmplificationRow] = []
    for (name, test) in tests {
      for gamma in gammas {
        let p = test.pValue(gamma)
        let range = name == SignedRankBound.name ? estimates?(gamma) : nil
        let ends = range.map { [sign * $0.lowerBound, sign * $0.upperBound].sorted() }
        bounds.append(
          RosenbaumRow(
            test: name, direction: direction, gamma: gamma, upper: p.upper, lower: p.lower,
            estimateLow: ends?[0], estimateHigh: ends?[1]))
      }
      let tip = test.tippingPoint(alpha)
      tips.append(
        TippingRow(
          test: name, direction: direction, sets: differences.sets.count,
          pValue: test.pValue(1).upper, alpha: alpha, gamma: tip))
      guard let tip, tip.isFinite, tip > 1 else { continue }
      for factor in [1.25, 1.5, 2, 3, 5] {
        let lambda = tip * factor
        amplifications.append(
          AmplificationRow(
            test: name, gamma: tip, lambda: lambda,
            delta: Self.amplified(gamma: tip, lambda: lambda)))
      }
    }
    var tables = [TidyTable("rosenbaum", bounds), TidyTable("tipping_points", tips)]
    if !amplifications.isEmpty { tables.append(TidyTable("amplification", amplifications)) }
    return SensitivityResult(tables: tables)
  }
}

/// A row of `rosenbaum`.
struct RosenbaumRow: TidyRow {
  let test: String
  let direction: String
  let gamma: Double
  let upper: Double
  let lower: Double
  let estimateLow: Double?
  let estimateHigh: Double?

  static let schema = [
    Field("test", "wilcoxon and sign for pairs, huber (M-statistic) and t for all sets"),
    Field("direction", "of the one-sided test, that of the estimate"),
    Field("gamma", "odds by which two units of a set may differ in being treated"),
    Field("p_upper", "largest one-sided p-value that such a bias could give"),
    Field("p_lower", "least one-sided p-value"),
    Field("estimate_low", unit: "outcome", "least Hodges–Lehmann estimate, for wilcoxon"),
    Field("estimate_high", unit: "outcome", "largest Hodges–Lehmann estimate"),
  ]

  var cells: [Cell] {
    [
      .text(test), .text(direction), .number(gamma), .number(upper), .number(lower),
      .optional(estimateLow), .optional(estimateHigh),
    ]
  }
}

/// A row of `tipping_points`.
struct TippingRow: TidyRow {
  let test: String
  let direction: String
  let sets: Int
  let pValue: Double
  let alpha: Double
  let gamma: Double?

  static let schema = [
    Field("test", "as in table rosenbaum"),
    Field("direction", "of the one-sided test"),
    Field("sets", "matched sets, groups that were assigned as one counting once"),
    Field("p_value", "one-sided p-value without bias"),
    Field("alpha", "level of the test"),
    Field("gamma_star", "bias at which it no longer rejects; empty where it never does"),
  ]

  var cells: [Cell] {
    [
      .text(test), .text(direction), .count(sets), .number(pValue), .number(alpha),
      .optional(gamma),
    ]
  }
}

/// A row of `amplification`.
struct AmplificationRow: TidyRow {
  let test: String
  let gamma: Double
  let lambda: Double
  let delta: Double

  static let schema = [
    Field("test", "as in table rosenbaum"),
    Field("gamma", "the bias"),
    Field("lambda", "odds ratio of an unseen covariate with treatment"),
    Field("delta", "odds ratio with a higher outcome that, with lambda, is worth gamma"),
  ]

  var cells: [Cell] { [.text(test), .number(gamma), .number(lambda), .number(delta)] }
}
