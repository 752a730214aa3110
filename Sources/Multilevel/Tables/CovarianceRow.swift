internal import LinearAlgebra
public import Tables

/// A row of `covariance`: an entry of the coefficients' covariance matrix, upper triangle with diagonal.
public struct CovarianceRow: TidyRow, Hashable {
  public let term: String
  public let other: String
  public let covariance: Double

  public static let schema = [
    Field("term", "A coefficient."),
    Field("other", "The same or another coefficient."),
    Field("covariance", "Covariance of the two estimates."),
  ]

  public var cells: [Cell] { [.text(term), .text(other), .number(covariance)] }

  static func rows(_ fit: LinearMixedModelFit) -> [CovarianceRow] {
    fit.coefficientNames.indices.flatMap { i in
      (i..<fit.coefficientNames.count).map { j in
        CovarianceRow(
          term: fit.coefficientNames[i], other: fit.coefficientNames[j],
          covariance: fit.covariance[i, j])
      }
    }
  }
}
