internal import LinearAlgebra
public import Tables

/// A row of `variances`: a variance, or the covariance of two effects of one term.
public struct VarianceRow: TidyRow, Hashable {
  public let group: String
  public let term: String
  /// The second effect of a covariance.
  public let other: String?
  public let variance: Double
  public let deviation: Double?
  public let correlation: Double?

  public static let schema = [
    Field("group", "The grouping factor, or `Residual`."),
    Field("term", "The column whose effect varies between the groups."),
    Field("other", "The second column of a covariance; missing for a variance."),
    Field("variance", "The variance, or the covariance of `term` and `other`."),
    Field("sd", "Standard deviation; missing for a covariance."),
    Field("correlation", "Correlation of `term` and `other`; missing for a variance."),
  ]

  public var cells: [Cell] {
    [
      .text(group), .text(term), .optional(other), .number(variance), .optional(deviation),
      .optional(correlation),
    ]
  }

  static func rows(_ fit: LinearMixedModelFit) -> [VarianceRow] {
    rows(fit.terms) + residuals(fit)
  }

  static func rows(_ terms: [LinearMixedModelFit.TermFit]) -> [VarianceRow] {
    var rows: [VarianceRow] = []
    for term in terms {
      for (i, column) in term.columns.enumerated() {
        rows.append(
          VarianceRow(
            group: term.group, term: column, other: nil, variance: term.covariance[i, i],
            deviation: term.standardDeviations[i], correlation: nil))
      }
      for i in term.columns.indices {
        for j in 0..<i {
          rows.append(
            VarianceRow(
              group: term.group, term: term.columns[j], other: term.columns[i],
              variance: term.covariance[i, j], deviation: nil,
              correlation: term.correlation(i, j)))
        }
      }
    }
    return rows
  }
}
