/// What linear and generalised models say in the same words.
enum ModelProblem {
  case noRows
  case noRandomTerms
  case collinear(column: String)
  case oneGroup(factor: String)
  case missingGroup(factor: String, row: Int)
  case tooLarge(effects: Int, limit: Int)
  case noConvergence(decrement: Double, evaluations: Int)
  case unknownCoefficient(String, known: [String])

  var description: String {
    switch self {
    case .noRows:
      "no row is left to fit: every row was filtered out or has a missing value"
    case .noRandomTerms:
      "the formula has no random term such as `(1 | school)`: fit an ordinary regression instead"
    case .collinear(let column):
      "column `\(column)` is a linear combination of the columns before it: drop it"
    case .oneGroup(let factor):
      "grouping factor `\(factor)` has one level only, so it shows no variance between groups: "
        + "drop its term"
    case .missingGroup(let factor, let row):
      "row \(row + 1) belongs to no level of `\(factor)` but its random-effect columns are not zero: "
        + "give it a group, filter it out, or write `(0 + indicator | \(factor))`"
    case .tooLarge(let effects, let limit):
      "\(effects) crossed random effects hang together, more than the \(limit) that fit in memory: "
        + "drop the smallest crossed factor or fit areas apart"
    case .noConvergence(let decrement, let evaluations):
      "no optimum was found in \(evaluations) evaluations (decrement \(decrement)): "
        + "rescale the covariates or simplify the random part"
    case .unknownCoefficient(let name, let known):
      "the model has no coefficient `\(name)`: it has "
        + known.map { "`\($0)`" }.joined(separator: ", ")
    }
  }
}
