public import Tables

/// A matched sample with what it was made from, why each other unit left, and the proof of its constraints.
public struct MatchOutcome: Sendable {
  public let candidates: Candidates
  public let estimand: Estimand
  public let sample: MatchedSample
  /// One a unit, NaN where it was not fitted; `nil` where no score was needed.
  public let score: [Double]?
  public let propensity: FittedPropensity?
  /// One a unit; `nil` for those in the sample.
  public let reasons: [DropReason?]
  /// With their limits in the variables' own units.
  public let calipers: [Caliper]
  public let checks: [ConstraintCheck]
  public let diagnostics: [Diagnostic]
  /// What the method was given; `nil` where the sample was made otherwise.
  private(set) var problem: MatchingProblem? = nil

  /// Units with all covariates: the sample before matching.
  public var complete: [Int] {
    reasons.indices.filter {
      if case .missing = reasons[$0] { return false }
      return true
    }
  }
}
