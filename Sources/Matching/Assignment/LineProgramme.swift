/// The order-keeping assignment of a run of rows to its columns: a dynamic programme with one bit or two a
/// cell to find the way back.
struct LineProgramme {
  private let line: Line
  private let useful: [Int32]
  /// Scores of the useful columns.
  private let scores: [Double]
  /// Windows among the useful columns.
  private let first: [Int]
  private let end: [Int]
  init(_ line: Line, useful: [Int32]) {
    self.line = line
    self.useful = useful
    scores = useful.map { line.columns[Int($0)] }
    var before = [Int](repeating: 0, count: line.columns.count + 1)
    var next = 0
    for column in 0..<line.columns.count {
      before[column] = next
      if next < useful.count, Int(useful[next]) == column { next += 1 }
    }
    before[line.columns.count] = next
    first = line.first.map { before[Int($0)] }
    end = line.end.map { before[Int($0)] }
  }

  /// Room for a programme, kept from run to run.
  struct Room {
    /// What the first columns allow: the least total, and before that the least loss.
    var best: [Double]
    var lost: [Int64]
    var bits: [UInt64] = []

    init(columns: Int) {
      best = Array(repeating: 0, count: columns + 1)
      lost = Array(repeating: 0, count: columns + 1)
    }
  }

  /// Writes the column of each row of a run; −1 for none. False where the tiers are too many to count.
  func solve(
    rows: Range<Int>, columns: Range<Int>, _ room: inout Room, _ columnOf: inout [Int32]
  ) -> Bool {
    let first = rows.map { max(self.first[$0], columns.lowerBound) }
    let end = zip(rows, first).map { max($1, min(self.end[$0], columns.upperBound)) }
    // Rows each take the first place that is left; where all find one, they can all have it.
    var next = columns.lowerBound
    var isComplete = true
    for row in first.indices {
      next = max(next, first[row])
      if next < end[row] { next += 1 } else { isComplete = false }
    }
    if isComplete {
      solveComplete(rows, first, end, &room.best, &room.bits, &columnOf)
      return true
    }
    guard let weights = weights(of: rows.count) else { return false }
    solveWithLosses(
      rows, first, end, weights, &room.best, &room.lost, &room.bits, &columnOf)
    return true
  }

  /// All rows get a column: f_i(j), the least total of the first i rows within the first j columns, is the
  /// lesser of f_i(j − 1) and f_{i−1}(j − 1) + d_ij, for j between the first and the last place that row i
  /// can have when the rows before and after it have theirs.
  private func solveComplete(
    _ rows: Range<Int>, _ first: [Int], _ end: [Int], _ bestStore: inout [Double],
    _ bitStore: inout [UInt64], _ columnOf: inout [Int32]
  ) {
    let count = rows.count
    var low = [Int](repeating: 0, count: count)
    var high = [Int](repeating: 0, count: count)
    var place = Int.min
    for row in 0..<count {
      place = max(place, first[row])
      low[row] = place
      place += 1
    }
    place = Int.max
    for row in stride(from: count - 1, through: 0, by: -1) {
      place = min(place, end[row] - 1)
      high[row] = place
      place -= 1
    }
    var cells = 0
    var firstCell = [Int](repeating: 0, count: count)
    for row in 0..<count {
      firstCell[row] = cells
      cells += high[row] - low[row] + 1
    }
    bitStore.removeAll(keepingCapacity: true)
    bitStore.append(contentsOf: repeatElement(0, count: cells / 64 + 1))
    let scores = scores.span
    var best = bestStore.mutableSpan
    var bits = bitStore.mutableSpan
    for row in 0..<count {
      let score = line.rows[rows.lowerBound + row]
      var least = Double.infinity
      var cell = firstCell[row]
      // Beyond the places of the row before, nothing gets better.
      let known = row > 0 ? high[row - 1] : Int.min
      let settled = row > 0 ? best[known] : 0
      var before = row > 0 && low[row] - 1 <= known ? best[low[row] - 1] : settled
      var word = bits[cell >> 6]
      for column in low[row]...high[row] {
        let taken = before + abs(score - scores[column])
        before = column <= known ? best[column] : settled
        if taken < least {
          least = taken
          word |= 1 << UInt64(truncatingIfNeeded: cell & 63)
        }
        best[column] = least
        cell += 1
        if cell & 63 == 0 {
          bits[(cell - 1) >> 6] = word
          word = 0
        }
      }
      bits[cell >> 6] = word
    }
    var column = high[count - 1]
    for row in stride(from: count - 1, through: 0, by: -1) {
      column = min(column, high[row])
      while column > low[row] {
        let cell = firstCell[row] + column - low[row]
        if bits[cell >> 6] >> UInt64(truncatingIfNeeded: cell & 63) & 1 == 1 { break }
        column -= 1
      }
      columnOf[rows.lowerBound + row] = useful[column]
      column -= 1
    }
  }

  /// What a lost row of each tier counts, so that no number of later tiers outweighs an earlier one.
  private func weights(of rows: Int) -> [Int64]? {
    var weights: [Int64] = []
    var weight: Int64 = 1
    for _ in 0..<line.copies {
      weights.append(weight)
      let (next, overflow) = weight.multipliedReportingOverflow(by: Int64(rows + 1))
      if overflow { return nil }
      weight = next
    }
    return weights.reversed()
  }

  /// Some rows stay without: the same with what is lost before the distance, and with the choice to lose
  /// row i, f_{i−1}(j).
  private func solveWithLosses(
    _ rows: Range<Int>, _ first: [Int], _ end: [Int], _ weights: [Int64],
    _ bestStore: inout [Double], _ lostStore: inout [Int64], _ bitStore: inout [UInt64],
    _ columnOf: inout [Int32]
  ) {
    var firstCell = [Int](repeating: 0, count: rows.count + 1)
    for row in first.indices {
      firstCell[row + 1] = firstCell[row] + end[row] - first[row]
    }
    bitStore.removeAll(keepingCapacity: true)
    bitStore.append(contentsOf: repeatElement(0, count: firstCell[rows.count] / 32 + 1))
    let scores = scores.span
    // Entry j holds what the first j useful columns allow; up to `known` it is written out.
    var best = bestStore.mutableSpan
    var lost = lostStore.mutableSpan
    var bits = bitStore.mutableSpan
    var known = first[0]
    best[known] = 0
    lost[known] = 0
    for (row, number) in rows.enumerated() {
      let score = line.rows[number]
      let weight = weights[line.tier(number) - 1]
      let begin = first[row]
      let stop = end[row]
      while known < max(begin, stop) {
        best[known + 1] = best[known]
        lost[known + 1] = lost[known]
        known += 1
      }
      var cornerBest = best[begin]
      var cornerLost = lost[begin]
      var leastBest = cornerBest
      var leastLost = cornerLost + weight
      lost[begin] = leastLost
      var cell = firstCell[row]
      var word = bits[cell >> 5]
      for column in begin..<stop {
        let taken = cornerBest + abs(score - scores[column])
        let takenLost = cornerLost
        cornerBest = best[column + 1]
        cornerLost = lost[column + 1]
        var code: UInt64 = 0
        if takenLost < leastLost || (takenLost == leastLost && taken < leastBest) {
          leastBest = taken
          leastLost = takenLost
          code = 1
        }
        let without = cornerLost + weight
        if without < leastLost || (without == leastLost && cornerBest < leastBest) {
          leastBest = cornerBest
          leastLost = without
          code = 2
        }
        best[column + 1] = leastBest
        lost[column + 1] = leastLost
        word |= code << UInt64(truncatingIfNeeded: 2 * (cell & 31))
        cell += 1
        if cell & 31 == 0 {
          bits[(cell - 1) >> 5] = word
          word = 0
        }
      }
      bits[cell >> 5] = word
      // Columns after the window allow no more than its end does.
      known = max(begin, stop)
    }
    var place = known
    for (row, number) in rows.enumerated().reversed() {
      columnOf[number] = -1
      place = min(place, max(first[row], end[row]))
      while place > first[row] {
        let cell = firstCell[row] + place - 1 - first[row]
        let code = bits[cell >> 5] >> UInt64(truncatingIfNeeded: 2 * (cell & 31)) & 3
        if code == 2 { break }
        place -= 1
        if code == 1 {
          columnOf[number] = useful[place]
          break
        }
      }
    }
  }
}
