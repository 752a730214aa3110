/// Prices that prove an order-keeping assignment on a line optimal, and whether another is as good.
///
/// The row that holds a column only ever needs to be kept from the columns up to the next ones held: as
/// it moves further, each row that it passes would gain more by the move than it does. So prices follow from
/// shortest paths in a chain, one pass to the right and one to the left, from what is known at the start:
/// v ≤ 0, and where rows go without, u = 0 on top of the price of going without (groups as in
/// ``AugmentingPaths``).
struct LinePrices {
  private let line: Line
  private let columnOf: [Int32]
  private var rowOf: [Int32]
  private var rowGroup: [Int32]
  private var columnGroup: [Int32]
  private(set) var ofRow: [Double]
  private(set) var ofColumn: [Double]
  /// The most by which prices break a condition of optimality; infinite if there could be more pairs.
  private(set) var largestViolation = 0.0
  private(set) var isUnique = true

  init(_ line: Line, columnOf: [Int32]) {
    self.line = line
    self.columnOf = columnOf
    rowOf = Array(repeating: -1, count: line.columns.count)
    rowGroup = Array(repeating: 0, count: line.rows.count)
    columnGroup = Array(repeating: 0, count: line.columns.count)
    ofRow = Array(repeating: 0, count: line.rows.count)
    ofColumn = Array(repeating: 0, count: line.columns.count)
    for (row, column) in columnOf.enumerated() where column >= 0 {
      rowOf[Int(column)] = Int32(truncatingIfNeeded: row)
    }
    closeGroups()
    findPrices()
    for group in Set(rowGroup).sorted() { check(group) }
    checkUniqueness()
  }

  /// Rows that go without compete with all whose columns they could have, directly or in turn.
  private mutating func closeGroups() {
    // The next column from here on that is in no group yet.
    var next = Array(0...line.columns.count)
    func open(_ column: Int) -> Int {
      var end = column
      while next[end] != end { end = next[end] }
      var place = column
      while next[place] != end, place != end { (place, next[place]) = (next[place], end) }
      return end
    }
    for tier in 1...max(1, line.copies) {
      for start in columnOf.indices where columnOf[start] < 0 && line.tier(start) == tier {
        var waiting = [start]
        rowGroup[start] = Int32(truncatingIfNeeded: tier)
        while let row = waiting.popLast() {
          if line.tier(row) > tier { largestViolation = .infinity }
          var column = open(Int(line.first[row]))
          while column < Int(line.end[row]) {
            columnGroup[column] = Int32(truncatingIfNeeded: tier)
            next[column] = column + 1
            if rowOf[column] >= 0 {
              rowGroup[Int(rowOf[column])] = Int32(truncatingIfNeeded: tier)
              waiting.append(Int(rowOf[column]))
            } else {
              // A free column within reach: there could be one pair more.
              largestViolation = .infinity
            }
            column = open(column)
          }
        }
      }
    }
  }

  private mutating func findPrices() {
    for column in ofColumn.indices where columnGroup[column] > 0 { ofColumn[column] = .infinity }
    for row in columnOf.indices where columnOf[row] < 0 {
      // Copies of a unit say the same.
      if line.tier(row) > 1, columnOf[row - 1] < 0, rowGroup[row - 1] == rowGroup[row] { continue }
      for column in Int(line.first[row])..<Int(line.end[row])
      where columnGroup[column] == rowGroup[row] {
        ofColumn[column] = min(ofColumn[column], line.distance(row, column))
      }
    }
    var holder: Int?
    for column in ofColumn.indices {
      if let holder { lower(column, from: holder) }
      if rowOf[column] >= 0 { holder = column }
    }
    holder = nil
    for column in ofColumn.indices.reversed() {
      if let holder { lower(column, from: holder) }
      if rowOf[column] >= 0 { holder = column }
    }
    for (row, column) in columnOf.enumerated() where column >= 0 {
      ofRow[row] = line.distance(row, Int(column)) - ofColumn[Int(column)]
    }
  }

  /// What it costs the row of `column` to move to another, if it may.
  @inline(__always)
  private func move(_ column: Int, to other: Int) -> Double? {
    let row = Int(rowOf[column])
    guard row >= 0, columnGroup[column] == columnGroup[other],
      other >= Int(line.first[row]), other < Int(line.end[row])
    else { return nil }
    return line.distance(row, other) - line.distance(row, column)
  }

  private mutating func lower(_ other: Int, from column: Int) {
    guard let change = move(column, to: other) else { return }
    ofColumn[other] = min(ofColumn[other], ofColumn[column] + change)
  }

  /// Checks u_i + v_j ≤ |t_i − c_j| within a group for all columns of every row's window, by the least of
  /// c_j − v_j to its right and of −c_j − v_j to its left.
  private mutating func check(_ group: Int32) {
    for column in ofColumn.indices where columnGroup[column] == group {
      if group == 0 { largestViolation = max(largestViolation, ofColumn[column]) }
      guard rowOf[column] < 0 else { continue }
      largestViolation = group == 0 ? max(largestViolation, -ofColumn[column]) : .infinity
    }
    var left = SlidingMinimum()
    var right = SlidingMinimum()
    var leftEnd = 0
    var rightEnd = 0
    for row in line.rows.indices where rowGroup[row] == group {
      if group != 0, line.tier(row) == Int(group) {
        largestViolation = max(largestViolation, ofRow[row])
      }
      let score = line.rows[row]
      while leftEnd < Int(line.end[row]), line.columns[leftEnd] <= score {
        if columnGroup[leftEnd] == group {
          left.append(leftEnd, -line.columns[leftEnd] - ofColumn[leftEnd])
        }
        leftEnd += 1
      }
      while rightEnd < Int(line.end[row]) {
        if columnGroup[rightEnd] == group {
          right.append(rightEnd, line.columns[rightEnd] - ofColumn[rightEnd])
        }
        rightEnd += 1
      }
      if let least = left.minimum(from: Int(line.first[row])) {
        largestViolation = max(largestViolation, ofRow[row] - score - least)
      }
      if let least = right.minimum(from: max(Int(line.first[row]), leftEnd)) {
        largestViolation = max(largestViolation, ofRow[row] + score - least)
      }
    }
  }

  /// Looks for exchanges that cost nothing.
  private mutating func checkUniqueness() {
    var longest = 0.0
    for (row, column) in columnOf.enumerated() where column >= 0 {
      longest = max(longest, line.distance(row, Int(column)))
    }
    let largest = max(
      abs(line.rows.first ?? 0), abs(line.rows.last ?? 0), abs(line.columns.first ?? 0),
      abs(line.columns.last ?? 0))
    let tolerance = 1e-9 * longest + 1e-15 * largest
    isUnique = !canSwap(tolerance) && !canPass(tolerance, step: 1) && !canPass(tolerance, step: -1)
  }

  /// Whether two units that follow each other can trade columns. If any rearrangement of the same columns
  /// costs nothing, so does the last swap of neighbours that would undo it.
  private func canSwap(_ tolerance: Double) -> Bool {
    var last = -1
    for row in columnOf.indices where columnOf[row] >= 0 {
      defer { last = row }
      guard last >= 0, last / line.copies != row / line.copies else { continue }
      let here = Int(columnOf[row])
      let there = Int(columnOf[last])
      guard here < Int(line.end[last]), there >= Int(line.first[row]) else { continue }
      let change =
        line.distance(row, there) + line.distance(last, here) - line.distance(row, here)
        - line.distance(last, there)
      if change <= tolerance { return true }
    }
    return false
  }

  /// Whether rows could move over by one column each, all in one direction, at no cost, so that a free
  /// column is used for another, or that a row comes in for another.
  private func canPass(_ tolerance: Double, step: Int) -> Bool {
    // Columns that a row going without could have at no cost.
    var isWanted = [Bool](repeating: false, count: ofColumn.count)
    for row in columnOf.indices where columnOf[row] < 0 {
      for column in Int(line.first[row])..<Int(line.end[row])
      where columnGroup[column] == rowGroup[row]
        && ofColumn[column] >= line.distance(row, column) - tolerance
      {
        isWanted[column] = true
      }
    }
    let count = ofColumn.count
    var carries = false
    for place in 0..<count {
      let column = step > 0 ? place : count - 1 - place
      let previous = column - step
      if carries {
        if let change = move(previous, to: column) {
          carries = ofColumn[column] - ofColumn[previous] >= change - tolerance
        } else {
          carries = false
        }
      }
      guard rowOf[column] >= 0 else {
        if carries { return true }
        continue
      }
      if columnGroup[column] == 0 {
        carries = carries || ofColumn[column] >= -tolerance
      } else {
        carries = carries || isWanted[column]
        let row = Int(rowOf[column])
        if carries, line.tier(row) == Int(columnGroup[column]), ofRow[row] >= -tolerance {
          return true
        }
      }
    }
    return false
  }
}

/// The least of the last values of a growing list, from a place that only moves forward.
struct SlidingMinimum {
  private var places: [Int] = []
  private var values: [Double] = []
  private var start = 0

  mutating func append(_ place: Int, _ value: Double) {
    while places.count > start, let last = values.last, last >= value {
      places.removeLast()
      values.removeLast()
    }
    places.append(place)
    values.append(value)
  }

  mutating func minimum(from place: Int) -> Double? {
    while start < places.count, places[start] < place { start += 1 }
    return start < values.count ? values[start] : nil
  }
}
