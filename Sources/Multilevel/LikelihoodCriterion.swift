/// What is optimised over the variance parameters.
public enum LikelihoodCriterion: String, Sendable, Hashable, CaseIterable {
  /// Restricted maximum likelihood: variances allow for the estimated coefficients.
  case reml = "REML"
  /// Maximum likelihood: fits with different fixed parts can be compared.
  case ml = "ML"
}
