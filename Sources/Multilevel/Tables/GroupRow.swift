public import Tables

/// A row of `groups`.
public struct GroupRow: TidyRow, Hashable {
  public let group: String
  public let levels: Int

  public static let schema = [
    Field("group", "The grouping factor."),
    Field("levels", unit: "groups", "How many groups it has among the rows used."),
  ]

  public var cells: [Cell] { [.text(group), .count(levels)] }
}
