/// How the degrees of freedom of tests and intervals are found.
public enum DegreesOfFreedomMethod: String, Sendable, Hashable, CaseIterable {
  /// Matches the variance of each coefficient's estimated variance: Satterthwaite (1946), as lmerTest does.
  case satterthwaite
  /// Adjusts the covariance of the coefficients for small samples too: Kenward & Roger (1997),
  /// doi:10.2307/2533558.
  case kenwardRoger = "kenward-roger"
  /// Counts groups: the level at which a covariate varies, less what is estimated there.
  case betweenWithin = "between-within"
  /// The normal distribution, for whoever asks for it by name.
  case none
}
