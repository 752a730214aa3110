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
    /// Whether every other choice of as many pairs has a larger total.
    let isUnique: Bool
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
    let tolerance = 1e-9 * pairs.reduce(0) { max($0, distance($1.focal, $1.candidate) ?? 0) }
    var isUnique = isOnly(
      found, rows: askers.count, columns: m, ratio: ratio, alone: alone, tolerance: tolerance
    ) { costs[$0 / ratio * m + $1] }
    // Another candidate of the same owner may be as near.
    for (row, taken) in found.column.enumerated() {
      guard isUnique, let taken else { continue }
      let cost = costs[row / ratio * m + taken]
      let asNear = candidates.indices.count {
        columnOf[$0] == taken
          && abs((distance(askers[row], candidates[$0]) ?? .infinity) - cost) <= tolerance
      }
      isUnique = asNear == 1
    }
    return Solution(
      pairs: pairs, objective: objective, dual: found.dual - Double(unmatched) * alone,
      isUnique: isUnique)
  }

  /// Whether no pair lies on a cycle of steps that cost nothing: from who asks to an owner, from an owner to whom
  /// it is given, and over a node that stands for all that is left free. Copies of one unit are one node.
  private static func isOnly(
    _ found: Assignment, rows n: Int, columns m: Int, ratio: Int, alone: Double, tolerance: Double,
    cost: (Int, Int) -> Double
  ) -> Bool {
    let units = n / ratio
    let rest = units + m
    var steps = StepGraph(nodes: rest + 1)
    var links: [(Int, Int)] = []
    var isTaken = [Bool](repeating: false, count: m)
    for row in 0..<n {
      let unit = row / ratio
      let taken = found.column[row]
      for column in 0..<m {
        let reduced = cost(row, column) - found.rowPrice[row] - found.columnPrice[column]
        // What another copy of the unit has would change hands for nothing.
        guard reduced <= tolerance, taken == column || found.row[column] / ratio != unit else {
          continue
        }
        let link = taken == column ? (units + column, unit) : (unit, units + column)
        steps.join(link.0, link.1)
        links.append(link)
      }
      if let taken { isTaken[taken] = true }
      let own = alone - found.rowPrice[row] - found.columnPrice[m + row]
      if own <= tolerance {
        if taken == nil { steps.join(rest, unit) } else { steps.join(unit, rest) }
      }
    }
    for column in 0..<m {
      if !isTaken[column] {
        steps.join(units + column, rest)
      } else if found.columnPrice[column] >= -tolerance {
        steps.join(rest, units + column)
      }
    }
    let component = steps.components
    return !links.contains { component[$0.0] == component[$0.1] }
  }

  /// Who has which column, and the prices that prove it.
  private struct Assignment {
    /// The column of each row, `nil` where staying alone is cheaper.
    let column: [Int?]
    /// The row of each column; the number of rows for none.
    let row: [Int]
    let rowPrice: [Double]
    let columnPrice: [Double]

    var dual: Double { rowPrice.reduce(0, +) + columnPrice.reduce(0, +) }
  }

  private static func assign(
    rows n: Int, columns m: Int, alone: Double, cost: (Int, Int) -> Double
  ) -> Assignment {
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
    return Assignment(
      column: result, row: owner, rowPrice: rowPrice, columnPrice: columnPrice)
  }
}
