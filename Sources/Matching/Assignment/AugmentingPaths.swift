/// A minimum-cost assignment of rows to columns by successive shortest augmenting paths.
///
/// Rows enter one by one; each takes the column to which the path of least reduced cost leads, and the
/// rows on the path move over (Jonker & Volgenant 1987, DOI 10.1007/BF02278710). Prices u of rows and
/// v ≤ 0 of columns keep every reduced cost d_ij − u_i − v_j at or above 0, so a pair that no list holds
/// yet costs at least the list's bound less u_i, and lists grow only when a search comes that far.
///
/// What happens to a row that no free column can be reached for depends on ``Unassigned``.
struct AugmentingPaths {
  enum Unassigned {
    /// The number of assigned rows comes before every cost: the row whose loss costs least stays without.
    case onlyIfNeeded
    /// A row may stay without at cost 0; costs of pairs are negative.
    case free
  }

  var lists: CandidateLists
  /// The list of a row; rows that are copies of one unit share it.
  let listCount: Int
  /// The column of each row and the row of each column; −1 for none.
  private(set) var columnOf: [Int32]
  private(set) var rowOf: [Int32]
  private(set) var rowPrice: [Double]
  private(set) var columnPrice: [Double]
  /// 0 where a row or column can still reach a free column or an unassigned row at the price shown.
  /// Otherwise the tier (counted from 1) of the rows that compete for too few columns: prices then hold
  /// within this closed group, on top of the price of a row going without, which is beyond every cost.
  private(set) var rowGroup: [Int32]
  private(set) var columnGroup: [Int32]
  let unassigned: Unassigned

  /// Cost of the cheapest path to each column in the search under way.
  private var reached: [Double]
  private var previousRow: [Int32]
  private var isSettled: [Bool]
  private var touched: [Int32] = []
  private var settled: [Int32] = []
  private var tree: [Int32] = []
  private var treeCost: [Double] = []
  /// How long its list was when each tree row followed it.
  private var treeSeen: [Int] = []
  private var queue = PathQueue()

  /// Solves the problem.
  ///
  /// - Parameter copies: how often each list's unit enters; all first copies before any second.
  init(_ lists: CandidateLists, columns: Int, copies: Int, unassigned: Unassigned) {
    self.lists = lists
    self.unassigned = unassigned
    listCount = lists.rows
    let rows = lists.rows * copies
    columnOf = Array(repeating: -1, count: rows)
    rowOf = Array(repeating: -1, count: columns)
    rowPrice = Array(repeating: 0, count: rows)
    columnPrice = Array(repeating: 0, count: columns)
    rowGroup = Array(repeating: 0, count: rows)
    columnGroup = Array(repeating: 0, count: columns)
    reached = Array(repeating: .infinity, count: columns)
    previousRow = Array(repeating: -1, count: columns)
    isSettled = Array(repeating: false, count: columns)
    var free = columns
    for tier in 0..<copies {
      let number = Int32(truncatingIfNeeded: tier + 1)
      if free == 0 {
        leaveOut(tier: number)
        continue
      }
      for unit in 0..<listCount where assign(tier * listCount + unit, tier: number) { free -= 1 }
    }
  }

  /// Leaves all rows of a tier without: earlier tiers hold every column for good.
  private mutating func leaveOut(tier: Int32) {
    for column in columnGroup.indices where columnGroup[column] == 0 { columnGroup[column] = tier }
    let end = Int(tier) * listCount
    for row in 0..<end where rowGroup[row] == 0 { rowGroup[row] = tier }
  }

  @inline(__always)
  func list(of row: Int) -> Int { row < listCount ? row : row % listCount }

  func tier(of row: Int) -> Int32 { Int32(truncatingIfNeeded: row / listCount + 1) }

  /// Lets `row` in. Returns whether a free column was used up.
  private mutating func assign(_ start: Int, tier: Int32) -> Bool {
    queue.removeAll()
    tree.removeAll(keepingCapacity: true)
    treeCost.removeAll(keepingCapacity: true)
    treeSeen.removeAll(keepingCapacity: true)
    settled.removeAll(keepingCapacity: true)
    var end = -1
    var limit = Double.infinity
    var leaving = -1
    if unassigned == .free {
      // The least cost of its pairs keeps their reduced costs at or above 0.
      let list = list(of: start)
      rowPrice[start] = lists.count[list] > 0 ? min(0, lists.costs[lists.first[list]]) : 0
    }
    enter(start, at: 0, &limit, &end, &leaving)
    while let (cost, entry) = queue.popLeast(), cost < limit {
      if entry < 0 {
        let position = Int(-1 - entry)
        let list = list(of: Int(tree[position]))
        // Another copy of the unit may have made the list longer already.
        if lists.count[list] == treeSeen[position] { lists.grow(list) }
        // Which of several equally far partners a shorter list holds is open: so from the start.
        scan(position, &limit, &end, &leaving)
        continue
      }
      let column = Int(entry)
      guard !isSettled[column], cost <= reached[column] else { continue }
      settle(column)
      enter(Int(rowOf[column]), at: reached[column], &limit, &end, &leaving)
    }
    if end < 0 && leaving < 0 {
      closeGroup(tier)
      return false
    }
    for position in tree.indices {
      rowPrice[Int(tree[position])] += limit - treeCost[position]
    }
    for column in settled { columnPrice[Int(column)] -= limit - reached[Int(column)] }
    if end >= 0 { shift(into: end, from: start) } else { release(Int(tree[leaving]), from: start) }
    forgetSearch()
    return end >= 0
  }

  /// Adds a row to the tree of the search, which reaches it at `cost`.
  @inline(__always)
  private mutating func enter(
    _ row: Int, at cost: Double, _ limit: inout Double, _ end: inout Int, _ leaving: inout Int
  ) {
    tree.append(Int32(truncatingIfNeeded: row))
    treeCost.append(cost)
    treeSeen.append(0)
    if unassigned == .free {
      let without = max(cost, cost - rowPrice[row])
      if without < limit {
        limit = without
        leaving = tree.count - 1
        end = -1
      }
    }
    scan(tree.count - 1, &limit, &end, &leaving)
  }

  /// Follows the known pairs of a tree row, as far as they can matter.
  private mutating func scan(
    _ position: Int, _ limit: inout Double, _ end: inout Int, _ leaving: inout Int
  ) {
    let row = Int(tree[position])
    let cost = treeCost[position]
    let list = list(of: row)
    let offset = cost - rowPrice[row]
    let first = lists.first[list]
    treeSeen[position] = lists.count[list]
    for place in first..<first + lists.count[list] {
      let pair = offset + lists.costs[place]
      // Every later pair costs at least as much, and no column's price is above 0.
      guard pair < limit else { return }
      let column = Int(lists.columns[place])
      guard columnGroup[column] == 0 else { continue }
      let total = max(cost, pair - columnPrice[column])
      guard total < reached[column], total < limit else { continue }
      if reached[column] == .infinity { touched.append(Int32(truncatingIfNeeded: column)) }
      reached[column] = total
      previousRow[column] = Int32(truncatingIfNeeded: row)
      if rowOf[column] < 0 {
        limit = total
        end = column
        leaving = -1
      } else {
        queue.insert(total, Int32(truncatingIfNeeded: column))
      }
    }
    let beyond = offset + lists.beyond[list]
    if beyond < limit { queue.insert(max(cost, beyond), Int32(truncatingIfNeeded: -1 - position)) }
  }

  private mutating func settle(_ column: Int) {
    isSettled[column] = true
    settled.append(Int32(truncatingIfNeeded: column))
  }

  /// No free column can be reached: the search's rows and columns form a closed group, and one of its
  /// rows of this tier has to go without.
  ///
  /// Rows of the group compete at a level where going without is what matters; columns of groups closed
  /// earlier in this tier belong to the same level and are searched as well. Those of earlier tiers do
  /// not: taking one would cost a unit its earlier copy.
  private mutating func closeGroup(_ tier: Int32) {
    let start = Int(tree[0])
    let fresh = tree.count
    let freshColumns = settled.count
    var limit = Double.infinity
    var leaving = -1
    queue.removeAll()
    func consider(_ position: Int) {
      let row = Int(tree[position])
      guard self.tier(of: row) == tier else { return }
      let without = treeCost[position] - rowPrice[row]
      if without < limit {
        limit = without
        leaving = position
      }
    }
    for position in 0..<fresh { consider(position) }
    for position in 0..<fresh { scanGroup(position, tier, limit, isFresh: true) }
    while let (cost, entry) = queue.popLeast(), cost < limit {
      let column = Int(entry)
      guard !isSettled[column], cost <= reached[column] else { continue }
      settle(column)
      tree.append(rowOf[column])
      treeCost.append(reached[column])
      consider(tree.count - 1)
      scanGroup(tree.count - 1, tier, limit, isFresh: false)
    }
    for position in tree.indices {
      let row = Int(tree[position])
      rowPrice[row] += limit - treeCost[position]
      if position < fresh { rowGroup[row] = tier }
    }
    for (position, column) in settled.enumerated() {
      columnPrice[Int(column)] -= limit - reached[Int(column)]
      if position < freshColumns { columnGroup[Int(column)] = tier }
    }
    release(Int(tree[leaving]), from: start)
    forgetSearch()
  }

  /// Follows the pairs of a tree row to columns of groups closed in this tier. The lists are whole here.
  private mutating func scanGroup(_ position: Int, _ tier: Int32, _ limit: Double, isFresh: Bool) {
    let row = Int(tree[position])
    let cost = treeCost[position]
    let list = list(of: row)
    let offset = cost - rowPrice[row]
    let first = lists.first[list]
    for place in first..<first + lists.count[list] {
      let column = Int(lists.columns[place])
      guard columnGroup[column] == tier, !isSettled[column] else { continue }
      let pair = offset + lists.costs[place] - columnPrice[column]
      let total = isFresh ? pair : max(cost, pair)
      guard total < reached[column], total < limit else { continue }
      if reached[column] == .infinity { touched.append(Int32(truncatingIfNeeded: column)) }
      reached[column] = total
      previousRow[column] = Int32(truncatingIfNeeded: row)
      queue.insert(total, Int32(truncatingIfNeeded: column))
    }
  }

  /// Moves the rows on the path from `start` over, so that it takes `column`, which is free.
  private mutating func shift(into column: Int, from start: Int) {
    var column = column
    while true {
      let row = Int(previousRow[column])
      let given = columnOf[row]
      columnOf[row] = Int32(truncatingIfNeeded: column)
      rowOf[column] = Int32(truncatingIfNeeded: row)
      if row == start { return }
      column = Int(given)
    }
  }

  /// Takes `row`'s column away and moves the rows on the path from `start` over.
  private mutating func release(_ row: Int, from start: Int) {
    guard row != start else { return }
    let column = Int(columnOf[row])
    columnOf[row] = -1
    shift(into: column, from: start)
  }

  private mutating func forgetSearch() {
    for column in touched {
      reached[Int(column)] = .infinity
      isSettled[Int(column)] = false
    }
    touched.removeAll(keepingCapacity: true)
  }
}
