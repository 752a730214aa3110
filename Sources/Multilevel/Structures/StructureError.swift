/// Why a covariance structure cannot be estimated from these data, or does not go with what was asked.
public enum StructureError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The fixed part already holds every difference between the groups in this column.
  case absorbed(term: String, column: String, factor: String)
  /// A column, or a multiple of it, that varies between the same groups in two terms.
  case repeatedColumn(column: String, other: String, factor: String)
  /// Two factors that form the same groups, with the same column in a term of each.
  case sameGroups(factor: String, other: String, column: String)
  /// A column of a term that is a linear combination of the term's columns before it.
  case dependentColumn(term: String, column: String)
  /// Something that needs rows of one group each was asked of a model with multiple membership.
  case multipleMembership(factor: String, asked: String)

  public var description: String {
    switch self {
    case .absorbed(let term, let column, let factor):
      "the fixed part already holds every difference between the groups of `\(factor)` in `\(column)`, so "
        + "term `\(term)` has no variance left to estimate there: drop it from the random part, or drop "
        + "the fixed columns that tell the groups apart"
    case .repeatedColumn(let column, let other, let factor):
      column == other
        ? "`\(column)` varies between the groups of `\(factor)` in two terms, whose variances cannot be "
          + "told apart: keep one of them"
        : "`\(column)` and `\(other)` are multiples of each other and both vary between the groups of "
          + "`\(factor)`, so their variances cannot be told apart: drop one of them"
    case .sameGroups(let factor, let other, let column):
      "`\(factor)` and `\(other)` form the same groups, so the variances of `\(column)` between them "
        + "cannot be told apart: drop the term of one of them"
    case .dependentColumn(let term, let column):
      "in term `\(term)` column `\(column)` is a linear combination of the columns before it in every "
        + "row, so their variances cannot be told apart: drop it"
    case .multipleMembership(let factor, let asked):
      "rows belong to several groups of `\(factor)`, for which \(asked) are not offered: use the model's "
        + "errors and `df: satterthwaite` or `kenward-roger`"
    }
  }
}
