/// Pairs of least total distance where a comparator stands at several base years and is used at one of them.
///
/// Focal units are assigned to the owners of candidates, each at most once: the cost of an owner is the least
/// distance over those of its candidates that are admitted. As many pairs as possible are made and, among all
/// ways to have that many, those of least total distance, by shortest augmenting paths over a full matrix
/// (Kuhn 1955, doi:10.1002/nav.3800020109, in the form of Jonker & Volgenant 1987, doi:10.1007/BF02278710).
/// The prices of both sides prove the total.
///
/// - Complexity: O(pairs² · owners) at worst, and memory for focal units times owners.
struct OwnedPairs {
  struct Solution {
    /// The focal unit of each pair and the candidate that it takes.
    let pairs: [(focal: Int, candidate: Int)]
    let objective: Double
    /// A lower bound on the total of every answer with as many pairs.
    let dual: Double
  }

  /// The most distances that are held at once.
  static let limit = 120_000_000

  /// - Parameters:
  ///   - distance: of a focal unit and a candidate; `nil` where they may not be matched.
  ///   - ratio: how many comparators a focal unit may take.
  static func solve(
    focal: [Int], candidates: [Int], owners: [Int32], ratio: Int,
    distance: (Int, Int) -> Double?
  ) throws(MatchingError) -> Solution {
    var column: [Int32: Int] = [:]
    var columnOf: [Int] = []
    for candidate in candidates {
      let owner = owners[candidate]
      if column[owner] == nil { column[owner] = column.count }
      columnOf.append(column[owner] ?? 0)
    }
    let m = column.count
    let askers = focal.flatMap { unit in (0..<ratio).map { _ in unit } }
    guard askers.count * (m + 1) <= limit else {
      throw .tooManyPairs(count: askers.count * m, limit: limit)
    }
    var costs = [Double](repeating: .infinity, count: focal.count * m)
    var chosen = [Int32](repeating: -1, count: focal.count * m)
    var largest = 0.0
    for (row, unit) in focal.enumerated() {
      for (position, candidate) in candidates.enumerated() {
        guard let cost = distance(unit, candidate) else { continue }
        let place = row * m + columnOf[position]
        largest = max(largest, cost)
        if cost < costs[place] {
          costs[place] = cost
          chosen[place] = Int32(candidate)
        }
      }
    }
    // To stay alone costs more than any pairs could save.
    let alone = (largest + 1) * Double(askers.count + 1)
    let found = assign(rows: askers.count, columns: m, alone: alone) { row, column in
      costs[row / ratio * m + column]
    }
    var pairs: [(focal: Int, candidate: Int)] = []
    var objective = 0.0
    var unmatched = 0
    for row in askers.indices {
      guard let column = found.column[row] else {
        unmatched += 1
        continue
      }
      let place = row / ratio * m + column
      pairs.append((askers[row], Int(chosen[place])))
      objective += costs[place]
    }
    return Solution(
      pairs: pairs, objective: objective, dual: found.dual - Double(unmatched) * alone)
  }

  /// The column of each row, `nil` where staying alone is cheaper, and the value of the prices.
  private static func assign(
    rows n: Int, columns m: Int, alone: Double, cost: (Int, Int) -> Double
  ) -> (column: [Int?], dual: Double) {
    let width = m + n
    var rowPrice = [Double](repeating: 0, count: n)
    var columnPrice = [Double](repeating: 0, count: width)
    // The row that each column has; n is none.
    var owner = [Int](repeating: n, count: width)
    for row in 0..<n {
      var least = [Double](repeating: .infinity, count: width)
      var from = [Int](repeating: -1, count: width)
      var done = [Bool](repeating: false, count: width)
      var path: [Int] = []
      var current = row
      var free = -1
      while free < 0 {
        var step = Double.infinity
        var next = -1
        for column in 0..<width where !done[column] {
          // Every row has one place of its own to stay alone at.
          let own = column < m ? cost(current, column) : column - m == current ? alone : .infinity
          let reduced = own - rowPrice[current] - columnPrice[column]
          if reduced < least[column] {
            least[column] = reduced
            from[column] = path.last ?? -1
          }
          if least[column] < step {
            step = least[column]
            next = column
          }
        }
        rowPrice[row] += step
        for column in path {
          rowPrice[owner[column]] += step
          columnPrice[column] -= step
        }
        for column in 0..<width where !done[column] { least[column] -= step }
        done[next] = true
        if owner[next] == n {
          free = next
        } else {
          current = owner[next]
          path.append(next)
        }
      }
      var column = free
      while from[column] >= 0 {
        owner[column] = owner[from[column]]
        column = from[column]
      }
      owner[column] = row
    }
    var result = [Int?](repeating: nil, count: n)
    for column in 0..<m where owner[column] < n { result[owner[column]] = column }
    return (result, rowPrice.reduce(0, +) + columnPrice.reduce(0, +))
  }
}
