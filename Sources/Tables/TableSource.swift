/// The file a table was read from, and where in it each row stands.
public struct TableSource: Sendable, Hashable {
  /// The path as it was given.
  public let file: String
  /// Every column name of the file, those that were not asked for included.
  public let header: [String]
  /// What a user should know about how the file was read.
  public let diagnostics: [Diagnostic]

  /// From row `row` on, lines are `lines` further on than one line a row would have it: a cell before
  /// it holds line breaks.
  package struct Shift: Sendable, Hashable {
    package let row: Int
    package let lines: Int

    package init(row: Int, lines: Int) {
      self.row = row
      self.lines = lines
    }
  }

  let firstLine: Int
  let shifts: [Shift]
  /// The row of the file for each row of the table; `nil` where they are the same.
  let rows: [Int]?

  /// - Parameters:
  ///   - firstLine: the line of row 0.
  ///   - shifts: ascending by row, with running totals of lines.
  package init(
    file: String, header: [String], diagnostics: [Diagnostic], firstLine: Int, shifts: [Shift],
    rows: [Int]? = nil
  ) {
    self.file = file
    self.header = header
    self.diagnostics = diagnostics
    self.firstLine = firstLine
    self.shifts = shifts
    self.rows = rows
  }

  /// The line, counted from 1, on which the row starts in the file.
  ///
  /// - Complexity: O(log b) in the number b of rows whose cells hold line breaks.
  public func line(ofRow row: Int) -> Int {
    let row = rows.map { $0[row] } ?? row
    var (low, high) = (0, shifts.count)
    while low < high {
      let middle = (low + high) / 2
      if shifts[middle].row <= row { low = middle + 1 } else { high = middle }
    }
    return firstLine + row + (low == 0 ? 0 : shifts[low - 1].lines)
  }

  /// The source of a table made of the given rows of this one.
  func selecting(rows selected: [Int]) -> TableSource {
    TableSource(
      file: file, header: header, diagnostics: diagnostics, firstLine: firstLine, shifts: shifts,
      rows: rows.map { rows in selected.map { rows[$0] } } ?? selected)
  }
}
