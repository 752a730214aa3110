/// Why a generalised linear mixed model could not be estimated from these data.
public enum GeneralisedModelError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The frame has no row.
  case noRows
  /// The formula has no random term.
  case noRandomTerms
  /// The formula has no fixed column, not even an intercept.
  case noFixedColumns
  /// A value that is neither finite nor missing.
  case notFinite(column: String, row: Int)
  /// A 0/1 response, or a share of successes, outside 0 … 1.
  case outsideUnitInterval(response: String, row: Int, value: Double)
  /// A share of successes that is no whole number of its trials, or a 0/1 response in between.
  case successesNotWhole(response: String, row: Int, value: Double, trials: Double)
  /// More successes than trials, or fewer than none.
  case successesOutsideTrials(response: String, row: Int, value: Double, trials: Double)
  /// A number of trials, or a frequency weight, that is not a whole number above zero.
  case trialsNotPositive(column: String, row: Int, value: Double)
  /// A count that is negative or not whole.
  case notACount(response: String, row: Int, value: Double)
  /// A count of successes or failures that is negative or not whole.
  case notANumberOfTrials(column: String, row: Int, value: Double)
  /// A row of neither successes nor failures.
  case noTrials(successes: String, failures: String, row: Int)
  /// Successes and failures for a family other than the binomial.
  case pairedResponse(family: String)
  /// An ordered response whose numbers are not whole.
  case notACategory(response: String, row: Int, value: Double)
  /// An ordered response with more categories than a model has thresholds for.
  case tooManyCategories(response: String, count: Int, limit: Int)
  /// A cumulative model whose formula has no intercept.
  case cumulativeWithoutIntercept
  /// Every outcome is the same, so nothing can be explained.
  case allOutcomesEqual(response: String, value: Double)
  /// Along this column (or a combination in which it leads) the outcome is perfectly predicted for some
  /// rows, so the likelihood has no maximum.
  case separation(column: String)
  /// Every group is all successes or all failures, so its variance has no finite estimate.
  case uniformGroups(factor: String)
  /// A fixed column is a linear combination of those before it.
  case collinear(column: String)
  /// A grouping factor with rows in one level only.
  case oneGroup(factor: String)
  /// A factor of which a row may have several levels.
  case multipleMembership(factor: String)
  /// A row in no group whose random-effect columns are not zero.
  case missingGroup(factor: String, row: Int)
  /// A prediction with changed columns, from a random slope whose column is not among the fixed ones.
  case slopeWithoutFixedColumn(column: String)
  /// Joint modes were asked of a family that has parameters beside the coefficients.
  case noJointModes(family: ResponseFamily)
  /// Quadrature was asked of a model with more than one random effect a group.
  case quadratureNeedsOneScalarTerm(points: Int, effects: Int)
  /// A negative binomial size that is not above zero.
  case sizeNotPositive(Double)
  /// A number of quadrature points outside 1 … 100.
  case quadraturePoints(Int)
  /// The crossed part cannot be held in memory as one dense block.
  case tooLarge(effects: Int, limit: Int)
  /// Something was asked about a coefficient that the model does not have.
  case unknownCoefficient(String, known: [String])
  /// A profile was asked of a parameter that cannot be held by itself.
  case notProfiled(String, known: [String])
  /// Two models that no likelihood-ratio test compares: what differs.
  case notComparable(String)
  /// Hardly any refit to drawn responses found an optimum.
  case noReplicate(failures: Int, of: Int)
  /// Something was asked about a grouping factor that the model does not have.
  case unknownFactor(String, known: [String])
  /// The optimiser came to a standstill away from an optimum.
  case noConvergence(decrement: Double, evaluations: Int)

  public var description: String {
    switch self {
    case .noRows:
      ModelProblem.noRows.description
    case .multipleMembership(let factor):
      "`\(factor)` gives rows several groups, which this family does not offer: use a normal response, or "
        + "one group a row"
    case .noRandomTerms:
      ModelProblem.noRandomTerms.description
    case .noFixedColumns:
      "the formula has no fixed column: add an intercept"
    case .notFinite(let column, let row):
      "row \(row + 1) of column `\(column)` is not finite: declare it missing or filter the row out"
    case .outsideUnitInterval(let response, let row, let value):
      "row \(row + 1) of response `\(response)` is \(value): expected 0 or 1, or a share of trials "
        + "between them: recode it, or give the number of trials"
    case .successesNotWhole(let response, let row, let value, let trials):
      "row \(row + 1) of response `\(response)` is \(value), which is no whole number of successes in "
        + "\(trials) trials: recode it as 0 and 1, or give the number of trials as weights"
    case .successesOutsideTrials(let response, let row, let value, let trials):
      "row \(row + 1) of response `\(response)` is \(value): expected a whole number from 0 to its "
        + "\(trials) trials"
    case .trialsNotPositive(let column, let row, let value):
      "row \(row + 1) of `\(column)` is \(value): expected a whole number of trials of 1 or more: "
        + "filter rows without trials out"
    case .notACount(let response, let row, let value):
      "row \(row + 1) of response `\(response)` is \(value): expected a whole number of 0 or more: "
        + "give counts, with exposure as an offset, or use another family"
    case .notANumberOfTrials(let column, let row, let value):
      "row \(row + 1) of `\(column)` is \(value): expected a whole number of 0 or more: give successes "
        + "and failures as counts, or a share of successes with `frequency` weights"
    case .noTrials(let successes, let failures, let row):
      "row \(row + 1) has neither `\(successes)` nor `\(failures)`: expected one trial or more: filter "
        + "rows without trials out"
    case .pairedResponse(let family):
      "`cbind(successes, failures)` is a binomial response, found family `\(family)`: write "
        + "`family: binomial`, or a single response"
    case .notACategory(let response, let row, let value):
      "row \(row + 1) of response `\(response)` is \(value): expected a category, or whole numbers that "
        + "stand for categories: declare its levels, or use `family: gaussian`"
    case .tooManyCategories(let response, let count, let limit):
      "response `\(response)` has \(count) categories, more than the \(limit) that a cumulative model "
        + "takes: join categories, or use `family: gaussian`"
    case .cumulativeWithoutIntercept:
      "a cumulative model has thresholds in place of the intercept: write the formula without `0 +`"
    case .allOutcomesEqual(let response, let value):
      "every row of response `\(response)` is \(value): there is nothing to explain: "
        + "check the coding of the response and the filters"
    case .separation(let column):
      "column `\(column)`, alone or with others, predicts some outcomes perfectly, so its coefficient "
        + "has no finite estimate: merge its rare level, or drop it"
    case .uniformGroups(let factor):
      "within every level of `\(factor)` all outcomes are the same, so the variance between levels has "
        + "no finite estimate: use a coarser group, or model the levels' outcomes directly"
    case .collinear(let column):
      ModelProblem.collinear(column: column).description
    case .oneGroup(let factor):
      ModelProblem.oneGroup(factor: factor).description
    case .missingGroup(let factor, let row):
      ModelProblem.missingGroup(factor: factor, row: row).description
    case .noJointModes(let family):
      "joint modes are for binomial and Poisson responses, found \(family)"
    case .slopeWithoutFixedColumn(let column):
      "predictions cannot move `\(column)`, which has a random slope and no fixed one: put it among the fixed "
        + "columns too"
    case .quadratureNeedsOneScalarTerm(let points, let effects):
      "\(points) quadrature points need a model with one random effect a group, found \(effects): "
        + "use `quadrature: 1`, the Laplace approximation"
    case .sizeNotPositive(let size):
      "found a negative binomial size of \(size), expected a number above 0"
    case .quadraturePoints(let points):
      "found \(points) quadrature points, expected 1 to 100: 1 is the Laplace approximation"
    case .tooLarge(let effects, let limit):
      ModelProblem.tooLarge(effects: effects, limit: limit).description
    case .noConvergence(let decrement, let evaluations):
      ModelProblem.noConvergence(decrement: decrement, evaluations: evaluations).description
    case .unknownCoefficient(let name, let known):
      ModelProblem.unknownCoefficient(name, known: known).description
    case .noReplicate(let failures, let count):
      "\(failures) of \(count) bootstrap refits found no optimum: simplify the random part, or use "
        + "`intervals: profile`"
    case .unknownFactor(let name, let known):
      "no grouping factor `\(name)`: the model's are "
        + known.map { "`\($0)`" }.joined(separator: ", ")
    case .notProfiled(let name, let known):
      "no profile of `\(name)`: expected one of " + known.map { "`\($0)`" }.joined(separator: ", ")
    case .notComparable(let found):
      "two models can be compared where the smaller is nested in the larger, on the same rows and by the "
        + "same approximation: found \(found)"
    }
  }
}
