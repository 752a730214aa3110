/// The textbook O(n³) assignment over a dense matrix (Kuhn 1955; Munkres 1957): the oracle.
enum DenseHungarian {
  /// Least total cost of giving every row a column of its own; needs rows ≤ columns.
  ///
  /// - Returns: the column of each row.
  static func solve(_ cost: [[Double]]) -> [Int] {
    let rows = cost.count
    let columns = cost.first?.count ?? 0
    guard rows > 0 else { return [] }
    var u = [Double](repeating: 0, count: rows + 1)
    var v = [Double](repeating: 0, count: columns + 1)
    var rowOf = [Int](repeating: 0, count: columns + 1)
    var way = [Int](repeating: 0, count: columns + 1)
    for row in 1...rows {
      rowOf[0] = row
      var column = 0
      var least = [Double](repeating: .infinity, count: columns + 1)
      var used = [Bool](repeating: false, count: columns + 1)
      repeat {
        used[column] = true
        let here = rowOf[column]
        var delta = Double.infinity
        var next = 0
        for j in 1...columns where !used[j] {
          let reduced = cost[here - 1][j - 1] - u[here] - v[j]
          if reduced < least[j] {
            least[j] = reduced
            way[j] = column
          }
          if least[j] < delta {
            delta = least[j]
            next = j
          }
        }
        for j in 0...columns {
          if used[j] {
            u[rowOf[j]] += delta
            v[j] -= delta
          } else {
            least[j] -= delta
          }
        }
        column = next
      } while rowOf[column] != 0
      repeat {
        let previous = way[column]
        rowOf[column] = rowOf[previous]
        column = previous
      } while column != 0
    }
    var result = [Int](repeating: -1, count: rows)
    for j in 1...columns where rowOf[j] > 0 { result[rowOf[j] - 1] = j - 1 }
    return result
  }

  /// Treated units with at least 1, at least 2, … controls, and the least total distance then.
  ///
  /// - Parameter distance: `nil` for a pair that is not allowed.
  static func pairs(
    _ distance: [[Double?]], ratio: Int, controls: Int
  )
    -> (served: [Int], total: Double)
  {
    let treated = distance.count
    let longest = distance.joined().compactMap { $0 }.max() ?? 0
    // A lower tier outweighs all that any higher one and all distances can add up to.
    let step = Double(treated * ratio + 1)
    var penalty = [Double](repeating: 0, count: ratio)
    var weight = (longest + 1) * step
    for tier in stride(from: ratio - 1, through: 0, by: -1) {
      penalty[tier] = weight
      weight *= step
    }
    let forbidden = weight * step
    let rows = treated * ratio
    var cost: [[Double]] = []
    for row in 0..<rows {
      var line = distance[row % treated].map { $0 ?? forbidden }
      for other in 0..<rows { line.append(other == row ? penalty[row / treated] : forbidden) }
      cost.append(line)
    }
    let columnOf = solve(cost)
    var counts = [Int](repeating: 0, count: treated)
    var total = 0.0
    for (row, column) in columnOf.enumerated() where column < controls {
      guard let d = distance[row % treated][column] else { continue }
      counts[row % treated] += 1
      total += d
    }
    return ((1...ratio).map { tier in counts.filter { $0 >= tier }.count }, total)
  }
}
