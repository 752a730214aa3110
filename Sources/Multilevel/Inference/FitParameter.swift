/// What a number estimated by a mixed model is.
public struct FitParameter: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case coefficient
    /// A standard deviation of group-level effects.
    case deviation = "sd"
    case correlation
    /// The residual standard deviation.
    case sigma
    /// The share of a level in the variance that the covariates leave.
    case varianceShare = "vpc"
    /// The share of a level in the variance of the model without covariates.
    case intraclass = "icc"
    /// An effect in standard deviations.
    case effect
  }

  public let kind: Kind
  /// The grouping factor; `nil` for coefficients and effects.
  public let group: String?
  /// The coefficient, the column whose effect varies, or the effect.
  public let term: String?
  /// The second column of a correlation.
  public let other: String?

  public init(
    _ kind: Kind, group: String? = nil, term: String? = nil, other: String? = nil
  ) {
    self.kind = kind
    self.group = group
    self.term = term
    self.other = other
  }
}

/// An interval for one number that a model estimates.
public struct IntervalEstimate: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Where the profiled deviance has risen by the quantile of χ² with one degree of freedom.
    case profile
    /// Between quantiles of the bootstrap estimates.
    case percentile
    /// The percentile interval mirrored at the estimate, on a scale without bounds.
    case basic
  }

  public let parameter: FitParameter
  public let kind: Kind
  /// `nil` for a correlation with an effect that does not vary.
  public let estimate: Double?
  /// `nil` where this kind of interval does not exist, as a mirrored one at the edge of the range.
  public let low: Double?
  public let high: Double?
}
