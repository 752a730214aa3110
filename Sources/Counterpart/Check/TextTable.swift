/// A table for a terminal: columns as wide as they need to be, headings above.
enum TextTable {
  static func lines(headings: [String], rows: [[String]], indent: Int) -> [String] {
    let all = [headings] + rows
    let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      let cells = zip(row, widths).map { $0.padded(to: $1) }
      let line = String(repeating: " ", count: indent) + cells.joined(separator: "  ")
      return line.trimmingTrailingSpaces
    }
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var slice = Substring(self)
    while slice.last == " " { slice.removeLast() }
    return String(slice)
  }
}
