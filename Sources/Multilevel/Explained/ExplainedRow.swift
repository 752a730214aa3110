public import Tables

/// A row of `explained`.
public struct ExplainedRow: TidyRow, Hashable {
  public let explained: ExplainedVariance

  public init(_ explained: ExplainedVariance) { self.explained = explained }

  public static let schema = [
    Field(
      "measure",
      "marginal and conditional: share of a row's variance; snijders-bosker: fall in prediction error; "
        + "reduction: fall in a variance component."),
    Field("level", "`rows`, a grouping factor (its groups' means), or `Residual`."),
    Field("explained", "The share that is explained; it can be below zero."),
    Field("left", "The variance that is left."),
    Field("whole", "The variance that there was to explain."),
  ]

  public var cells: [Cell] {
    [
      .text(explained.measure.rawValue), .text(explained.level), .number(explained.share),
      .number(explained.left), .number(explained.whole),
    ]
  }
}
