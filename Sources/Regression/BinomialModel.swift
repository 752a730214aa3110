public import LinearAlgebra
internal import Probability
public import Tables

/// A binomial regression of a 0/1 response, fitted by maximum likelihood or, where that has no finite
/// answer, by Firth's bias-reducing penalty.
///
/// Iteratively reweighted least squares (McCullagh & Nelder 1989) until the deviance changes by less than
/// 1e-12 of itself; every step solves its least-squares problem by QR. Where covariates separate the two
/// classes the deviance settles while the linear predictor still grows by about one a step, which is how
/// separation is told from a fit that is merely extreme. The model is then fitted again with the adjusted
/// score of Firth (1993, DOI 10.1093/biomet/80.1.27; Kosmidis & Firth 2009, DOI 10.1093/biomet/asp055),
/// whose solution is finite, and a diagnostic says so.
public struct BinomialModel: Sendable {
  public enum Method: Sendable, Hashable {
    case maximumLikelihood
    /// Chosen only where the classes are separated.
    case firth
  }

  public let link: BinomialLink
  public let method: Method
  /// The names of the columns that were estimated, in the order of the design.
  public let names: [String]
  /// The names of the columns that depend on earlier ones.
  public let dropped: [String]
  /// One for each of `names`.
  public let coefficients: [Double]
  /// The inverse of the Fisher information.
  public let covariance: Matrix
  /// η, one a row.
  public let linearPredictor: [Double]
  /// μ, one a row.
  public let probabilities: [Double]
  public let deviance: Double
  public let iterations: Int
  public let diagnostics: [Diagnostic]

  /// - Parameters:
  ///   - design: n rows.
  ///   - response: n values, each 0 or 1.
  /// - Throws: ``RegressionError``
  public init(
    _ design: Design, response: [Double], link: BinomialLink = .logit
  )
    throws(RegressionError)
  {
    precondition(response.count == design.rowCount, "a response of other rows")
    guard let first = response.first else { throw .noRows }
    if let name = design.notFinite { throw .notFinite(name) }
    if let other = response.first(where: { $0 != 0 && $0 != 1 }) {
      throw .notBinary(value: other)
    }
    guard response.contains(where: { $0 != first }) else {
      throw .oneClass(value: first, rows: response.count)
    }
    let order = OrderedQR(design.columns.map(\.values))
    let columns = order.kept.map { design.columns[$0].values }
    let allNames = design.names
    let dropped = order.dropped.map { allNames[$0] }
    var scoring = FisherScoring(columns: columns, response: response, link: link)
    var diagnostics: [Diagnostic] = []
    if !dropped.isEmpty {
      diagnostics.append(
        Diagnostic(
          .note, code: "collinear-columns",
          "left out because they depend on other columns: "
            + dropped.map { "`\($0)`" }.joined(separator: ", ")))
    }
    var method = Method.maximumLikelihood
    if try scoring.maximiseLikelihood() == .separated {
      method = .firth
      let boundary = scoring.boundaryCount
      try scoring.solveFirth()
      diagnostics.append(
        Diagnostic(
          .warning, code: "separation",
          "the covariates separate the two groups for \(boundary) of \(response.count) rows "
            + "(fitted probabilities of 0 or 1), so maximum likelihood has no finite answer: "
            + "Firth's penalised fit is used; fewer or coarser covariates would avoid it"))
    }
    self.link = link
    self.method = method
    names = order.kept.map { allNames[$0] }
    self.dropped = dropped
    coefficients = scoring.coefficients
    covariance = Matrix(rows: columns.count, columns: scoring.inverseInformation)
    linearPredictor = scoring.eta
    probabilities = scoring.eta.map { link.derivatives($0).mean }
    deviance = scoring.deviance
    iterations = scoring.iterations
    self.diagnostics = diagnostics
  }
}
