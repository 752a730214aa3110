/// The least total cost of giving every row of a small dense table a column of its own (Kuhn 1955; shortest
/// augmenting paths as by Jonker & Volgenant 1987, DOI 10.1007/BF02278710).
///
/// - Complexity: O(rows² · columns), without allocation from row to row.
package struct SmallAssignment {
  /// The column of each row.
  package let columns: [Int]
  package let total: Double

  /// - Parameter costs: rows × columns by rows, with at least as many columns as rows.
  package init(rows n: Int, columns m: Int, costs: [Double]) {
    precondition(n <= m && costs.count == n * m, "\(costs.count) costs for \(n) rows, \(m) columns")
    var u = [Double](repeating: 0, count: n + 1)
    var v = [Double](repeating: 0, count: m + 1)
    // The row of each column, from one; zero for none. Column zero holds the row that looks for one.
    var row = [Int](repeating: 0, count: m + 1)
    var way = [Int](repeating: 0, count: m + 1)
    var least = [Double](repeating: 0, count: m + 1)
    var isSeen = [Bool](repeating: false, count: m + 1)
    for i in 0..<n {
      row[0] = i + 1
      var j0 = 0
      for j in 0...m {
        least[j] = .infinity
        isSeen[j] = false
      }
      repeat {
        isSeen[j0] = true
        let i0 = row[j0]
        var delta = Double.infinity
        var j1 = 0
        let base = (i0 - 1) * m - 1
        let price = u[i0]
        for j in 1...m where !isSeen[j] {
          let reduced = costs[base + j] - price - v[j]
          if reduced < least[j] {
            least[j] = reduced
            way[j] = j0
          }
          if least[j] < delta {
            delta = least[j]
            j1 = j
          }
        }
        for j in 0...m {
          if isSeen[j] {
            u[row[j]] += delta
            v[j] -= delta
          } else {
            least[j] -= delta
          }
        }
        j0 = j1
      } while row[j0] != 0
      repeat {
        let j1 = way[j0]
        row[j0] = row[j1]
        j0 = j1
      } while j0 != 0
    }
    var columns = [Int](repeating: -1, count: n)
    var total = 0.0
    for j in 1...m where row[j] > 0 {
      columns[row[j] - 1] = j - 1
      total += costs[(row[j] - 1) * m + j - 1]
    }
    self.columns = columns
    self.total = total
  }
}
