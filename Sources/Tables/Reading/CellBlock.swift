/// Where one cell stands among the bytes of a file, quotes and outer blanks taken off.
struct CellRange {
  var start: Int
  var count: Int32
  var isQuoted: Bool
  /// Whether quotes inside are still doubled.
  var hasDoubledQuotes: Bool

  var end: Int { start + Int(count) }
}

/// The cells of some consecutive records, row by row: cell `c` of row `r` is `cells[r * width + c]`.
struct CellBlock {
  /// How many cells are kept of each row.
  let width: Int
  /// How many rows to read next.
  private(set) var capacity: Int
  private let room: Int
  var rows = 0
  var cells: [CellRange]

  init(width: Int) {
    self.width = width
    // Small enough for the block and its text to stay in the second-level cache.
    room = max(1, 6144 / max(1, width))
    capacity = room
    cells = Array(
      repeating: CellRange(start: 0, count: 0, isQuoted: false, hasDoubledQuotes: false),
      count: width * room)
  }

  /// Lets no more than `rows` rows be read next.
  mutating func limit(_ rows: Int) { capacity = min(room, rows) }
}
