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
  /// Classes of residual variance together with order in time.
  case dispersionWithSerial
  /// All rows are of one class.
  case oneClass(column: String)
  case manyClasses(column: String, count: Int)
  /// A class with too few rows for a variance of its own.
  case smallClass(column: String, level: String, rows: Int)
  /// A time that is not a whole number.
  case timeNotWhole(column: String, row: Int, value: Double)
  /// A time that stands twice in a unit.
  case sameTime(column: String, unit: String, value: Double)
  /// No unit has two rows.
  case nothingFollows(unit: String)
  case manyGaps(column: String, count: Int, limit: Int)
  /// A unit whose rows lie in several groups of a factor.
  case unitNotNested(unit: String, level: String, factor: String)
  /// A method that holds for independent residuals of one variance was asked of other ones.
  case residualCovariance(asked: String)
  /// Design weights were asked of a frame that has none.
  case noDesignWeights
  /// Weights by level of factors that do not nest.
  case designNotNested(finer: String, coarser: String)
  /// A weight for the groups of a factor that the model does not have.
  case designWithoutFactor(factor: String, known: [String])
  /// A weight of groups that differs between the rows of one.
  case weightNotConstant(column: String, factor: String, level: String)
  /// Design weights reached the likelihood of a model that knows none.
  case designInLikelihood

  public var description: String {
    switch self {
    case .noDesignWeights: "the rows have no design weights: give `weights: {design: COLUMN}`"
    case .designNotNested(let finer, let coarser):
      "design weights need groups within groups, but the groups of `\(finer)` cross those of "
        + "`\(coarser)`: drop one of the terms, or the weights"
    case .designWithoutFactor(let factor, let known):
      "design weights are given for `\(factor)`, which is no grouping factor of the model: it has "
        + known.map { "`\($0)`" }.joined(separator: ", ")
    case .weightNotConstant(let column, let factor, let level):
      "weight `\(column)` of the groups of `\(factor)` differs between the rows of `\(level)`: give the "
        + "weight of the group, the same in each of its rows"
    case .designInLikelihood:
      "design weights make no likelihood: fit the design-weighted model"
    case .dispersionWithSerial:
      "`dispersion` and `correlation` are not offered together: choose the one the data need more, or "
        + "put known variances in `weights: {precision: …}`"
    case .oneClass(let column):
      "`\(column)` has one value in all rows used, so there are no residual variances to compare: drop "
        + "`dispersion`"
    case .manyClasses(let column, let count):
      "`\(column)` has \(count) values, more than the 50 classes of residual variance a model can have: "
        + "group them"
    case .smallClass(let column, let level, let rows):
      "class `\(level)` of `\(column)` has \(rows) row\(rows == 1 ? "" : "s"), too few for a residual "
        + "variance: join it to another class"
    case .timeNotWhole(let column, let row, let value):
      "expected whole numbers in `\(column)`, found \(value) in row \(row + 1): count times in units of "
        + "their smallest step"
    case .sameTime(let column, let unit, let value):
      "unit `\(unit)` has two rows with `\(column)` \(value): each row of a unit needs a time of its own"
    case .nothingFollows(let unit):
      "no `\(unit)` has two rows, so no correlation in time can be seen: drop `correlation`"
    case .manyGaps(let column, let count, let limit):
      "rows follow each other at \(count) different distances in `\(column)`, of which \(limit) can be "
        + "held: count times in larger units"
    case .unitNotNested(let unit, let level, let factor):
      "the rows of `\(unit)` \(level) lie in several groups of `\(factor)`: autoregressive residuals need "
        + "units within the groups of every random term"
    case .residualCovariance(let asked):
      "\(asked) are not offered where the residual covariance is estimated: use `df: satterthwaite` with "
        + "the model's errors"
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
