/// A picture in the report: drawn for a wide page and again for a narrow one, with its words and its numbers.
public struct Figure: Sendable, Hashable, Codable {
  /// The stable name, `STEP.FIGURE`; the wide drawing is `figures/NAME.svg`.
  public let name: String
  public let caption: String
  public let alternative: String
  public let wide: Graphic
  public let narrow: Graphic
  /// The numbers behind the picture, shown on demand.
  public let table: TableView?
  public let note: Prose?

  public init(
    name: String, caption: String, _ plot: some Plot, table: TableView? = nil, note: Prose? = nil
  ) {
    self.name = Self.fileSafe(name)
    self.caption = caption
    self.alternative = plot.alternative
    self.wide = plot.graphic(width: .wide)
    self.narrow = plot.graphic(width: .narrow)
    self.table = table
    self.note = note
  }

  /// The path of the wide drawing beside the report.
  public var file: String { "figures/\(name).svg" }

  /// Letters, digits, `.`, `_` and `-` of a name, the rest as `-`; never a hidden or an empty file name.
  private static func fileSafe(_ name: String) -> String {
    let kept = name.unicodeScalars.map { scalar -> Character in
      let isKept =
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
        || ("0"..."9").contains(scalar) || "._-".unicodeScalars.contains(scalar)
      return isKept ? Character(scalar) : "-"
    }
    let trimmed = String(kept.drop { $0 == "." })
    return trimmed.isEmpty ? "figure" : trimmed
  }
}
