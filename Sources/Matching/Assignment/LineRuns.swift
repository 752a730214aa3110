/// Which columns of a line can matter, and where it falls apart.
///
/// Let every row take the nearest column on its left that is still free, from left to right, as brackets
/// match; and likewise on its right, from right to left. A column that neither way takes can be done
/// without: whoever held it from the right could move to a nearer one, since up to any row there are as
/// many columns as rows, and so on until one moves to a column that is free. Moves only shorten distances,
/// so calipers stay kept. (Karp & Li 1975, DOI 10.1016/0012-365X(75)90088-5; Sävje, arXiv:1904.02248,
/// uses the same for pruning.) By the same argument nothing crosses a gap that no bracket spans.
struct LineRuns {
  struct Run {
    let rows: Range<Int>
    /// Places in ``LineRuns/useful``.
    let columns: Range<Int>
  }

  /// The columns that can matter, in order.
  private(set) var useful: [Int32] = []
  private(set) var runs: [Run] = []

  init(_ line: Line) {
    var start = 0
    for row in line.rows.indices {
      // Windows do not fall, so where the next begins after this one's end, nothing passes.
      guard row + 1 == line.rows.count || line.end[row] <= line.first[row + 1] else { continue }
      divide(
        line, rows: start..<row + 1, columns: Int(line.first[start])..<Int(line.end[row]))
      start = row + 1
    }
  }

  /// Finds the runs among rows whose windows hang together.
  private mutating func divide(_ line: Line, rows: Range<Int>, columns: Range<Int>) {
    var isUseful = [Bool](repeating: false, count: columns.count)
    // The column that a bracket from a row reaches on either side, or beyond the end where there are too
    // few.
    var leftmost = [Int](repeating: 0, count: rows.count)
    var rightmost = [Int](repeating: 0, count: rows.count)
    var free: [Int] = []
    var column = columns.lowerBound
    for row in rows {
      while column < columns.upperBound, line.columns[column] <= line.rows[row] {
        free.append(column)
        column += 1
      }
      let taken = free.popLast()
      leftmost[row - rows.lowerBound] = taken ?? columns.lowerBound - 1
      if let taken { isUseful[taken - columns.lowerBound] = true }
    }
    free.removeAll(keepingCapacity: true)
    column = columns.upperBound - 1
    for row in rows.reversed() {
      while column >= columns.lowerBound, line.columns[column] >= line.rows[row] {
        free.append(column)
        column -= 1
      }
      let taken = free.popLast()
      rightmost[row - rows.lowerBound] = taken ?? columns.upperBound
      if let taken { isUseful[taken - columns.lowerBound] = true }
    }
    // The first column that any row from here on reaches. Among equal scores the left bracket may lie
    // behind the right one.
    var reach = zip(leftmost, rightmost).map { min($0, $1) }
    for row in reach.indices.dropLast().reversed() { reach[row] = min(reach[row], reach[row + 1]) }

    var start = 0
    var begin = useful.count
    var last = columns.lowerBound
    var next = columns.lowerBound
    for row in 0..<rows.count {
      last = max(last, min(max(leftmost[row], rightmost[row]) + 1, columns.upperBound))
      let isEnd = row + 1 == rows.count
      guard isEnd || (rightmost[row] < columns.upperBound && reach[row + 1] >= last) else {
        continue
      }
      if isEnd { last = columns.upperBound }
      while next < last {
        if isUseful[next - columns.lowerBound] { useful.append(Int32(truncatingIfNeeded: next)) }
        next += 1
      }
      runs.append(
        Run(
          rows: rows.lowerBound + start..<rows.lowerBound + row + 1,
          columns: begin..<useful.count))
      start = row + 1
      begin = useful.count
    }
  }
}
