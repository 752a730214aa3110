/// Rows to columns on a line: the most pairs within reach, then the least total distance.
///
/// Two pairs that cross can be uncrossed without adding to the total or to the larger of their distances,
/// so some best answer keeps the order of both sides, and that one is found by dynamic programming over
/// (row, column): skip the row, skip the column, or pair the two. Where several answers have the same
/// total, this one is given: units in order of score are paired in order of score.
///
/// - Complexity: O(rows × columns) time, two bits of memory a cell.
struct LineAssignment {
  /// Positions in the two sides that are paired, ascending in both.
  let pairs: [(row: Int, column: Int)]
  /// The least total distance, as the programme's last cell has it.
  let total: Double

  /// Positions of the columns among which some best answer is found: those that rows would take if each in
  /// turn took the first free one upwards, and the same downwards (after Sävje 2020,
  /// Statistical Science 35:356).
  ///
  /// A pair that spans a column of that list which nobody holds, or which is held from beyond, can be
  /// moved or exchanged without adding to any distance.
  static func useful(rows: [Double], columns: [Double]) -> [Int] {
    var isUseful = [Bool](repeating: false, count: columns.count)
    var next = 0
    for row in rows {
      while next < columns.count, columns[next] < row { next += 1 }
      guard next < columns.count else { break }
      isUseful[next] = true
      next += 1
    }
    next = columns.count - 1
    for row in rows.reversed() {
      while next >= 0, columns[next] > row { next -= 1 }
      guard next >= 0 else { break }
      isUseful[next] = true
      next -= 1
    }
    return columns.indices.filter { isUseful[$0] }
  }

  private enum Move: UInt64 {
    case skipColumn = 0
    case skipRow = 1
    case pair = 2
  }

  /// - Parameters:
  ///   - rows: ascending.
  ///   - columns: ascending.
  ///   - reach: pairs farther apart than this are not allowed.
  init(rows: [Double], columns: [Double], reach: Double) {
    let m = columns.count
    let wordsPerRow = (m + 31) / 32
    var moves = [UInt64](repeating: 0, count: rows.count * wordsPerRow)
    // Of the best answer for the rows so far and the first j columns: its pairs and its total.
    var counts = [Int32](repeating: 0, count: m + 1)
    var totals = [Double](repeating: 0, count: m + 1)
    for (i, here) in rows.enumerated() {
      var diagonal: (count: Int32, total: Double) = (0, 0)
      var left: (count: Int32, total: Double) = (0, 0)
      var word: UInt64 = 0
      for j in 0..<m {
        let above = (count: counts[j + 1], total: totals[j + 1])
        var best = left
        var move = Move.skipColumn
        if above.count > best.count || (above.count == best.count && above.total < best.total) {
          best = above
          move = .skipRow
        }
        let distance = abs(here - columns[j])
        if isWithin(distance, reach) {
          let count = diagonal.count + 1
          let total = diagonal.total + distance
          if count > best.count || (count == best.count && total < best.total) {
            best = (count, total)
            move = .pair
          }
        }
        word |= move.rawValue << UInt64(2 * (j & 31))
        if j & 31 == 31 || j == m - 1 {
          moves[i * wordsPerRow + j >> 5] = word
          word = 0
        }
        diagonal = above
        counts[j + 1] = best.count
        totals[j + 1] = best.total
        left = best
      }
    }
    total = totals[m]
    var found: [(row: Int, column: Int)] = []
    var (i, j) = (rows.count - 1, m - 1)
    while i >= 0, j >= 0 {
      switch moves[i * wordsPerRow + j >> 5] >> UInt64(2 * (j & 31)) & 3 {
      case Move.pair.rawValue:
        found.append((i, j))
        i -= 1
        j -= 1
      case Move.skipRow.rawValue: i -= 1
      default: j -= 1
      }
    }
    pairs = found.reversed()
  }
}
