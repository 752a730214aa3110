internal import Designs
internal import Tables

/// How many rows a model used, and how many it lost for which reason.
struct RowUse: TidyRow {
  let reason: String
  let count: Int

  static let schema = [
    Field("reason", "`used`, or why rows are not"),
    Field("rows", unit: "rows", "how many"),
  ]

  var cells: [Cell] { [.text(reason), .count(count)] }

  static func rows(of frame: ModelFrame) -> [RowUse] {
    [RowUse(reason: "used", count: frame.rowCount)]
      + frame.lost.filter { $0.count > 0 }.map { RowUse(reason: $0.reason, count: $0.count) }
  }
}
