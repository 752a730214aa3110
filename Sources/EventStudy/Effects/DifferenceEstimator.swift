/// How a difference in differences is adjusted for covariates.
public enum DifferenceEstimator: String, Sendable, Hashable, CaseIterable {
  /// Right when either the outcome's change or the propensity is modelled rightly.
  case doublyRobust = "doubly-robust"
  /// The comparators' change regressed on covariates, predicted for the treated.
  case regression
  /// Comparators weighted by their odds of treatment, normalised.
  case weighting
}
