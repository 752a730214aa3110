/// Why two models cannot be compared by their likelihoods.
public enum ComparisonError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Other rows, or another response, offset or weights.
  case differentRows(larger: Int, smaller: Int)
  /// A fixed column of the smaller model that is no combination of the larger one's.
  case fixedNotNested(column: String)
  /// A random term of the smaller model that is no special case of the larger one's.
  case randomNotNested(term: String)
  /// REML fits with different fixed parts: their likelihoods are of different data.
  case differentFixedParts
  /// The smaller model is not smaller.
  case sameModel
  /// One of the models cannot be estimated.
  case estimation(EstimationError)
  /// A model whose response is not normal cannot be estimated.
  case generalised(GeneralisedModelError)

  public var description: String {
    switch self {
    case .differentRows(let larger, let smaller):
      "models are compared on the same rows and response, but the larger one has \(larger) rows and the "
        + "smaller \(smaller)"
    case .fixedNotNested(let column):
      "column `\(column)` of the smaller model is no combination of the larger model's columns: "
        + "neither contains the other"
    case .randomNotNested(let term):
      "random term `\(term)` of the smaller model is no special case of the larger model's terms: "
        + "neither contains the other"
    case .differentFixedParts:
      "restricted likelihoods of models with different fixed parts cannot be compared: use `method: ML`"
    case .sameModel: "both models have the same parameters: leave something out of the smaller one"
    case .estimation(let error): "\(error)"
    case .generalised(let error): "\(error)"
    }
  }
}
