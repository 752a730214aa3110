/// Why a mixed model could not be estimated from these data.
public enum EstimationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The frame has no row.
  case noRows
  /// The formula has no random term.
  case noRandomTerms
  /// A value that is neither finite nor missing.
  case notFinite(column: String)
  /// A precision weight that is not above zero.
  case weightNotPositive(column: String)
  /// Fewer rows than coefficients and a residual variance need.
  case tooFewRows(rows: Int, coefficients: Int)
  /// A fixed column is a linear combination of those before it.
  case collinear(column: String)
  /// A grouping factor with a single level: no variance between groups can be seen.
  case oneGroup(factor: String)
  /// A term with as many random effects as rows, such as one group a row.
  case tooManyEffects(term: String, effects: Int, rows: Int)
  /// Something that reads the rows once more, where they were streamed.
  case needsRows(String)
  /// A row in no group whose random-effect columns are not zero.
  case missingGroup(factor: String, row: Int)
  /// The fixed part explains every row: no residual variance is left.
  case noResidualVariance(response: String)
  /// The random part cannot be held in memory as one dense block.
  case tooLarge(effects: Int, limit: Int)
  /// The optimiser came to a standstill away from an optimum.
  case noConvergence(decrement: Double, evaluations: Int)
  /// Something was asked about a coefficient that the model does not have.
  case unknownCoefficient(String, known: [String])
  /// Something was asked about a grouping factor that the model does not have.
  case unknownFactor(String, known: [String])
  /// A refit without each group was asked for and crossed factors make each one dear.
  case refitsTooCostly(factor: String, groups: Int, effects: Int)
  /// Errors robust to clusters were asked for and all groups hang together.
  case oneCluster(factors: [String])
  /// Errors robust to clusters were asked for and some rows lie in no group.
  case rowsWithoutCluster(Int)
  /// Kenward and Roger's method was asked for together with errors robust to clusters.
  case modelErrorsNeeded(DegreesOfFreedomMethod)
  /// Too few refits of a bootstrap found an optimum.
  case noReplicate(failures: Int, of: Int)
  /// Effect sizes of trials of whole groups were asked of another design: what was found.
  case noTrialEffect(found: String)
  /// Equations that no coefficients fulfil together.
  case contradictoryHypotheses(String)

  /// The covariance structure cannot be estimated from these data.
  case structure(StructureError)

  /// A response that is not normal was given to the linear model.
  case notLinear(family: String)
  /// A response of successes and failures was given to the linear model.
  case pairedResponse

  public var description: String {
    switch self {
    case .noRows:
      ModelProblem.noRows.description
    case .noRandomTerms:
      ModelProblem.noRandomTerms.description
    case .notFinite(let column):
      "column `\(column)` holds a value that is not finite: declare it missing or filter the row out"
    case .weightNotPositive(let column):
      "precision weight `\(column)` must be above 0 in every row"
    case .tooFewRows(let rows, let coefficients):
      "\(rows) \(rows == 1 ? "row" : "rows") cannot give \(coefficients) "
        + (coefficients == 1 ? "coefficient" : "coefficients") + " and a residual variance: "
        + (rows <= 1 ? "check the filters" : "drop columns")
    case .collinear(let column):
      ModelProblem.collinear(column: column).description
    case .oneGroup(let factor):
      ModelProblem.oneGroup(factor: factor).description
    case .tooManyEffects(let term, let effects, let rows):
      "term `\(term)` has \(effects) random effects for \(rows) rows, which cannot be told from the "
        + "residuals: drop a column or use a coarser group"
    case .missingGroup(let factor, let row):
      ModelProblem.missingGroup(factor: factor, row: row).description
    case .noResidualVariance(let response):
      "the model reproduces `\(response)` exactly, so no residual variance is left: "
        + "is the response constant, or a copy of a covariate?"
    case .tooLarge(let effects, let limit):
      ModelProblem.tooLarge(effects: effects, limit: limit).description
    case .noConvergence(let decrement, let evaluations):
      ModelProblem.noConvergence(decrement: decrement, evaluations: evaluations).description
    case .needsRows(let what):
      "\(what) needs all rows at hand, and they were read in pieces: drop `stream: true` of the table, or "
        + "do without"
    case .oneCluster(let factors):
      "all groups of \(factors.map { "`\($0)`" }.joined(separator: ", ")) hang together in one cluster, "
        + "but errors robust to clusters need several: use `errors: model`, or group by areas that no "
        + "group crosses"
    case .rowsWithoutCluster(let rows):
      "\(rows) rows lie in no group, so they have no cluster for robust errors: give the model a factor "
        + "that holds every row, or use `errors: model`"
    case .modelErrorsNeeded(let method):
      "`df: \(method.rawValue)` adjusts the model's own errors: use `df: satterthwaite` with errors "
        + "robust to clusters"
    case .noReplicate(let failures, let count):
      "\(failures) of \(count) bootstrap refits found no optimum: simplify the random part"
    case .noTrialEffect(let found):
      "`scale: eef` is for a treatment of 0 and 1 that whole groups have, in a model with one grouping factor: "
        + "found \(found); use `total-sd` or `within-sd`"
    case .contradictoryHypotheses(let name):
      "the equations of hypothesis `\(name)` contradict each other: no coefficients fulfil all of them"
    case .structure(let error): error.description
    case .notLinear(let family):
      "family `\(family)` is not a linear model: run the step's generalised model"
    case .refitsTooCostly(let factor, let groups, let effects):
      "\(groups) refits without a group of `\(factor)` cost too much where \(effects) crossed random "
        + "effects hang together: ask for a coarser factor, or fit areas apart"
    case .unknownFactor(let name, let known):
      "the model has no grouping factor `\(name)`: it has "
        + known.map { "`\($0)`" }.joined(separator: ", ")
    case .pairedResponse:
      "`cbind(successes, failures)` is a binomial response: write `family: binomial`"
    case .unknownCoefficient(let name, let known):
      ModelProblem.unknownCoefficient(name, known: known).description
    }
  }
}
