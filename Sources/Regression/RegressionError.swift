/// Why a regression could not be fitted.
public enum RegressionError: Error, Sendable, Hashable {
  case noRows
  /// A column, or the response, holds a value that is missing or infinite.
  case notFinite(String)
  /// The response of a binomial model is something else than 0 or 1.
  case notBinary(value: Double)
  /// The response of a binomial model is the same in all rows.
  case oneClass(value: Double, rows: Int)
  case notConverged(iterations: Int)
}

extension RegressionError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noRows: "there are no rows to fit"
    case .notFinite(let name):
      "`\(name)` holds a missing or infinite value: leave its rows out or fill them first"
    case .notBinary(let value): "expected a response of 0 and 1, found \(value)"
    case .oneClass(let value, let rows):
      "the response is \(value) in all \(rows) rows: a binomial model needs both values"
    case .notConverged(let iterations):
      "the fit did not settle in \(iterations) iterations: use fewer or coarser covariates"
    }
  }
}
