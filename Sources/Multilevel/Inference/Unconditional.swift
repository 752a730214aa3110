public import Designs

extension ModelFrame {
  /// The model of the same groups without covariates: the intercept, and of each random term only its
  /// constant column, or the term as it is where it has none. Its variances are those that a covariate
  /// could explain.
  public var unconditional: ModelFrame {
    var columns = columns
    let constant =
      columns.indices.first { isConstant($0) }
      ?? {
        columns.append(NamedColumn("(Intercept)", .constant(1)))
        return columns.count - 1
      }()
    var seen: [GroupingFactor] = []
    var terms: [RandomTerm] = []
    for term in random {
      let kept = term.columns.filter { isConstant($0) }
      if kept.isEmpty {
        // A slope beside an intercept of the same factor goes; a term that stands alone stays.
        let hasIntercept = random.contains { other in
          other.factor.name == term.factor.name && other.columns.contains { isConstant($0) }
        }
        if !hasIntercept { terms.append(term) }
      } else if !seen.contains(where: { $0.name == term.factor.name }) {
        seen.append(term.factor)
        terms.append(RandomTerm(factor: term.factor, columns: kept))
      }
    }
    return ModelFrame(
      selection: selection, rowCount: rowCount, columns: columns, fixed: [constant],
      response: response, offset: offset, weights: weights, random: terms, lost: lost,
      failures: failures, responseLevels: responseLevels, rows: rows)
  }
}
