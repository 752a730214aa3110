/// What a matched sample must satisfy before its effect may be read; nothing is asked by default.
///
/// | setting | range | meaning |
/// |---|---|---|
/// | wwc | columns | the baseline standard of the What Works Clearinghouse: ``BaselineDifference`` |
/// | max-smd | > 0 | largest absolute standardised difference of a covariate after matching |
/// | variance-ratio | ≥ 1 | largest ratio, either way, of a covariate's variances |
/// | ks | 0 … 1 | largest difference of a covariate's distribution functions |
/// | overlap | 0 … 1 | least overlap of a covariate's densities |
/// | prognostic | > 0 | largest absolute standardised difference of the prognostic score |
/// | joint | 0 … 1 | least p-value of the joint test of balance |
/// | ess | ≥ 0 | least effective sample size of either arm |
/// | dropped | 0 … 1 | largest share of the estimand's units that are not in the sample |
public struct Gate: Sendable, Hashable {
  public var largestDifference: Double?
  public var varianceRatio: Double?
  public var largestDistribution: Double?
  public var leastOverlap: Double?
  public var prognostic: Double?
  public var joint: Double?
  public var effectiveSize: Double?
  public var dropped: Double?

  public init() {}
}

/// Whether one thing that a gate asks for holds.
public enum GateVerdict: String, Sendable, Hashable {
  case satisfied
  /// Satisfied only if the variable is adjusted for.
  case adjust
  case failed
}

/// Why a sample does not pass its gate.
public enum GateFailure: Error, Sendable, Hashable {
  /// Variables beyond a limit, each with its value.
  case unbalanced(gate: String, limit: String, variables: [Variable])
  /// Variables that must be adjusted for and are not, each with its baseline difference.
  case notAdjusted(variables: [Variable])
  /// A number of the whole sample beyond its limit.
  case beyond(gate: String, what: String, value: Double, limit: String)

  public struct Variable: Sendable, Hashable {
    public let name: String
    public let value: Double
  }
}

extension GateFailure: CustomStringConvertible {
  public var description: String {
    func list(_ variables: [Variable]) -> String {
      variables.map { "`\($0.name)` (\(threeDecimals($0.value)))" }.joined(separator: ", ")
    }
    return switch self {
    case .unbalanced(let gate, let limit, let variables):
      "gate `\(gate)`: beyond \(limit) in \(list(variables)): match on them more closely or keep to "
        + "those that can be compared"
    case .notAdjusted(let variables):
      "gate `wwc`: baseline differences above 0.05 need adjustment, and `adjust` lacks "
        + list(variables)
    case .beyond(let gate, let what, let value, let limit):
      "gate `\(gate)`: \(what) is \(threeDecimals(value)), and must be \(limit)"
    }
  }
}

/// A number for a sentence, to three decimals.
func threeDecimals(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
