public import Tables

/// A row of `vpc`.
public struct VarianceShareRow: TidyRow, Hashable {
  public let group: String
  public let null: Double?
  public let full: Double

  public static let schema = [
    Field("group", "The grouping factor, or `Residual`."),
    Field("null", "Share of the total variance in the model without covariates."),
    Field("full", "Share of the variance left by the covariates, averaged over the rows."),
  ]

  public var cells: [Cell] { [.text(group), .optional(null), .number(full)] }

  static func rows(
    _ full: LinearMixedModelFit, null: LinearMixedModelFit?
  ) -> [VarianceShareRow] {
    let shares = null?.varianceShares
    return full.varianceShares.map { share in
      VarianceShareRow(
        group: share.group, null: shares?.first { $0.group == share.group }?.share,
        full: share.share)
    }
  }
}
