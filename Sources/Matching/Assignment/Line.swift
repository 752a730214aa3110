/// Units and the columns they may take, both in order of a score.
struct Line {
  /// A unit's copies follow each other: row r is copy `r % copies` of unit `r / copies`.
  let rows: [Double]
  let copies: Int
  let columns: [Double]
  /// The first column that each row may take and the one after the last; those between are the row's
  /// window. Neither falls along the rows.
  let first: [Int32]
  let end: [Int32]

  /// - Parameters:
  ///   - units: scores, rising.
  ///   - columns: scores, rising.
  ///   - limit: the largest distance of a pair, to ten digits.
  init(units: [Double], copies: Int, columns: [Double], limit: Double) {
    var rows: [Double] = []
    rows.reserveCapacity(units.count * copies)
    for unit in units { for _ in 0..<copies { rows.append(unit) } }
    var first = [Int32](repeating: 0, count: rows.count)
    var end = [Int32](repeating: 0, count: rows.count)
    var low = 0
    var high = 0
    for (row, score) in rows.enumerated() {
      while low < columns.count, columns[low] < score, !isWithin(score - columns[low], limit) {
        low += 1
      }
      high = max(high, low)
      while high < columns.count, columns[high] <= score || isWithin(columns[high] - score, limit) {
        high += 1
      }
      first[row] = Int32(truncatingIfNeeded: low)
      end[row] = Int32(truncatingIfNeeded: high)
    }
    self.rows = rows
    self.copies = copies
    self.columns = columns
    self.first = first
    self.end = end
  }

  /// How urgent a row is: first copies come before second ones.
  @inline(__always)
  func tier(_ row: Int) -> Int { copies == 1 ? 1 : row % copies + 1 }

  @inline(__always)
  func distance(_ row: Int, _ column: Int) -> Double { abs(rows[row] - columns[column]) }

  /// The column of each row in an optimum that keeps the order; −1 for none.
  ///
  /// - Returns: `nil` where there are so many copies of so many units that the tiers cannot be counted in
  ///   a machine word.
  func columnOfRows() -> [Int32]? {
    let runs = LineRuns(self)
    var columnOf = [Int32](repeating: -1, count: rows.count)
    let programme = LineProgramme(self, useful: runs.useful)
    var room = LineProgramme.Room(columns: runs.useful.count)
    for run in runs.runs {
      guard programme.solve(rows: run.rows, columns: run.columns, &room, &columnOf) else {
        return nil
      }
    }
    return columnOf
  }
}
