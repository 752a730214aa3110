/// The model that a column's missing values are drawn from, given every other column.
public enum ImputationMethod: String, Sendable, Hashable, CaseIterable {
  /// A normal regression with a random intercept of the group, for numbers.
  case normal
  /// The values of rows with like predictions by the same regression, for numbers that are not normal.
  case pmm
  /// A probit regression with a random intercept of the group, for two values.
  case binary
  /// A chain of such probits, each category against those after it, for three or more.
  case category
}
