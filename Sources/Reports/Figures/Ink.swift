/// The colours of figures: dark enough on white to be told apart, and never the only carrier of meaning.
///
/// The categorical colours are those that the United Kingdom's Analysis Function recommends for charts.
enum Ink: String, Sendable, Hashable, Codable {
  case white = "#ffffff"
  case text = "#0b0c0c"
  case secondary = "#505a5f"
  case axis = "#858d92"
  case grid = "#dfe3e5"
  case shade = "#f3f4f5"
  case blue = "#12436d"
  case orange = "#c2410c"
  case turquoise = "#0f766e"
  case plum = "#801650"
  case grey = "#3d3d3d"
  case violet = "#6d4fa3"

  /// The colour and dash pattern of the series at a place in their order.
  static func series(_ index: Int) -> (ink: Ink, dash: [Double]) {
    let inks: [Ink] = [.blue, .orange, .turquoise, .plum, .grey, .violet]
    let dashes: [[Double]] = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 2], [14, 4]]
    let shift = index / inks.count
    return (inks[index % inks.count], dashes[(index + shift) % dashes.count])
  }
}
