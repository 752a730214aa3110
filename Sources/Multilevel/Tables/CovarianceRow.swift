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

  static func rows(_ names: [String], _ covariance: Matrix) -> [CovarianceRow] {
    names.indices.flatMap { i in
      (i..<names.count).map { j in
        CovarianceRow(term: names[i], other: names[j], covariance: covariance[i, j])
      }
    }
  }
}
