/// Rows to columns, each at most once: the most rows assigned, then the least total distance.
///
/// Prices u (rows) and v (columns) keep c[i, j] − u[i] − v[j] ≥ 0, with equality on assigned pairs, and
/// v ≤ 0 with v = 0 on free columns. Each new row looks for the cheapest path to a free column. Where there
/// is none, somebody on its tree must go without: leaving a row out costs more than any distance, the same
/// for all, so prices then have two levels, and rows and columns whose prices hold that cost are called
/// saturated. From them no free column can ever be reached again.
struct Assignment {
  private let problem: MatchingProblem
  /// The unit of each row; a unit with a ratio of k stands in k rows.
  private let rows: [Int]
  private let columns: [Int]
  private let columnOf: [Int32]
  private var forest: NearestForest

  private var neighbours: [[Neighbour]]
  private var isComplete: [Bool]
  private var u: [Double]
  private var v: [Double]
  private var rowSaturated: [Bool]
  private var columnSaturated: [Bool]
  private var rowMatch: [Int32]
  private var rowDistance: [Double]
  private var columnMatch: [Int32]

  // Labels of the current search.
  private var label: [Double]
  private var from: [Int32]
  private var fromDistance: [Double]
  private var isDone: [Bool]
  private var touched: [Int] = []
  private var reached: [(row: Int, label: Double)] = []
  private var rowLabel: [Double]

  init(_ problem: MatchingProblem, rows: [Int], columns: [Int]) {
    self.problem = problem
    self.rows = rows
    self.columns = columns
    var columnOf = [Int32](repeating: -1, count: problem.count)
    for (column, unit) in columns.enumerated() { columnOf[unit] = Int32(column) }
    self.columnOf = columnOf
    forest = NearestForest(problem, available: columns)
    neighbours = Array(repeating: [], count: rows.count)
    isComplete = Array(repeating: false, count: rows.count)
    u = Array(repeating: 0, count: rows.count)
    v = Array(repeating: 0, count: columns.count)
    rowSaturated = Array(repeating: false, count: rows.count)
    columnSaturated = Array(repeating: false, count: columns.count)
    rowMatch = Array(repeating: -1, count: rows.count)
    rowDistance = Array(repeating: 0, count: rows.count)
    columnMatch = Array(repeating: -1, count: columns.count)
    label = Array(repeating: .infinity, count: columns.count)
    from = Array(repeating: -1, count: columns.count)
    fromDistance = Array(repeating: 0, count: columns.count)
    isDone = Array(repeating: false, count: columns.count)
    rowLabel = Array(repeating: 0, count: rows.count)
  }

  mutating func solve() { for row in rows.indices { insert(row) } }

  /// The total distance and the bound that the prices prove.
  var optimum: MatchedSample.Optimum {
    var objective = 0.0
    var pairs = 0
    for row in rows.indices where rowMatch[row] >= 0 {
      objective += rowDistance[row]
      pairs += 1
    }
    var dual = 0.0
    for price in u { dual += price }
    for price in v { dual += price }
    return MatchedSample.Optimum(objective: objective, dual: dual, pairs: pairs, isUnique: nil)
  }

  /// Each focal unit's comparators, nearest first.
  var matches: [(unit: Int, matches: [Neighbour])] {
    var found: [(unit: Int, matches: [Neighbour])] = []
    for row in rows.indices {
      if found.last?.unit != rows[row] { found.append((rows[row], [])) }
      guard rowMatch[row] >= 0 else { continue }
      found[found.count - 1].matches.append(
        Neighbour(unit: columns[Int(rowMatch[row])], distance: rowDistance[row]))
    }
    return found.map { entry in
      (entry.unit, entry.matches.sorted { ($0.distance, $0.unit) < ($1.distance, $1.unit) })
    }
  }

  /// Something that the search may look at next: a column, or what a row has not yet listed.
  private struct Event: Comparable {
    let key: Double
    /// A column; or, below zero, −1 − row.
    let item: Int

    static func < (a: Event, b: Event) -> Bool { (a.key, a.item) < (b.key, b.item) }
  }

  private mutating func insert(_ start: Int) {
    touched.removeAll(keepingCapacity: true)
    reached.removeAll(keepingCapacity: true)
    var events = BinaryHeap<Event>()
    reach(start, at: 0, &events)
    var end = -1
    while let event = events.popLeast() {
      if event.item < 0 {
        let row = -1 - event.item
        let known = neighbours[row].count
        extend(row)
        scan(row, from: known, at: rowLabel[row], &events)
        continue
      }
      let column = event.item
      guard !isDone[column], event.key <= label[column] else { continue }
      isDone[column] = true
      if columnMatch[column] < 0 {
        end = column
        break
      }
      reach(Int(columnMatch[column]), at: event.key, &events)
    }
    if end >= 0 { augment(to: end, from: start) } else { leaveOneOut(start) }
    for column in touched {
      label[column] = .infinity
      isDone[column] = false
    }
  }

  private mutating func reach(_ row: Int, at label: Double, _ events: inout BinaryHeap<Event>) {
    reached.append((row, label))
    rowLabel[row] = label
    if neighbours[row].isEmpty, !isComplete[row] { extend(row) }
    scan(row, from: 0, at: label, &events)
  }

  /// Offers the row's neighbours from position `first` on, columns that are not saturated only.
  private mutating func scan(
    _ row: Int, from first: Int, at rowLabel: Double, _ events: inout BinaryHeap<Event>
  ) {
    for neighbour in neighbours[row][first...] {
      let column = Int(columnOf[neighbour.unit])
      guard !columnSaturated[column], !isDone[column] else { continue }
      offer(column, rowLabel + neighbour.distance - u[row] - v[column], row, neighbour, &events)
    }
    if !isComplete[row], let last = neighbours[row].last {
      // Whatever is not listed is at least as far as the last listed, and no column's price is above zero.
      events.insert(Event(key: rowLabel + last.distance - u[row], item: -1 - row))
    }
  }

  private mutating func offer(
    _ column: Int, _ key: Double, _ row: Int, _ neighbour: Neighbour,
    _ events: inout BinaryHeap<Event>
  ) {
    guard key < label[column] else { return }
    if label[column] == .infinity { touched.append(column) }
    label[column] = key
    from[column] = Int32(row)
    fromDistance[column] = neighbour.distance
    events.insert(Event(key: key, item: column))
  }

  /// Lists more of a row's neighbours: four times as many as before.
  private mutating func extend(_ row: Int) {
    let unit = rows[row]
    let problem = problem
    let wanted = max(12, 4 * neighbours[row].count)
    neighbours[row] = forest.nearest(
      wanted, to: unit, where: { problem.keepsCalipers(unit, $0) })
    isComplete[row] = neighbours[row].count < wanted
  }

  private mutating func augment(to end: Int, from start: Int) {
    let length = label[end]
    for (row, rowLabel) in reached { u[row] += length - rowLabel }
    for column in touched where isDone[column] && column != end {
      v[column] -= length - label[column]
    }
    shift(alongPathTo: end)
  }

  /// Gives `end` to the row that offered it, that row's column to the one before, and so on.
  private mutating func shift(alongPathTo end: Int) {
    var column = end
    while column >= 0 {
      let row = Int(from[column])
      let previous = Int(rowMatch[row])
      rowMatch[row] = Int32(column)
      rowDistance[row] = fromDistance[column]
      columnMatch[column] = Int32(row)
      column = previous
    }
  }

  /// No free column can be reached: somebody of the tree, or of the saturated rows beyond it, goes without.
  private mutating func leaveOneOut(_ start: Int) {
    var least = (value: Double.infinity, row: start)
    for (row, rowLabel) in reached where rowLabel - u[row] < least.value {
      least = (rowLabel - u[row], row)
    }
    let tree = reached
    let treeColumns = touched
    var events = BinaryHeap<Event>()
    func look(_ row: Int, _ rowLabel: Double, _ assignment: inout Assignment) {
      for neighbour in assignment.neighbours[row] {
        let column = Int(assignment.columnOf[neighbour.unit])
        guard assignment.columnSaturated[column], !assignment.isDone[column] else { continue }
        let key = rowLabel + neighbour.distance - assignment.u[row] - assignment.v[column]
        assignment.offer(column, key, row, neighbour, &events)
      }
    }
    for (row, rowLabel) in tree { look(row, rowLabel, &self) }
    var beyond: [(row: Int, column: Int, label: Double)] = []
    while let event = events.popLeast(), event.key < .infinity {
      let column = event.item
      guard !isDone[column], event.key <= label[column] else { continue }
      let row = Int(columnMatch[column])
      // Saturated columns are always held by somebody.
      guard row >= 0 else { continue }
      isDone[column] = true
      beyond.append((row, column, event.key))
      if event.key - u[row] < least.value { least = (event.key - u[row], row) }
      look(row, event.key, &self)
    }
    let dropped = least.row
    let droppedColumn = Int(rowMatch[dropped])
    for (row, rowLabel) in tree {
      u[row] += least.value - rowLabel
      rowSaturated[row] = true
    }
    for column in treeColumns where isDone[column] {
      v[column] -= least.value - label[column]
      columnSaturated[column] = true
    }
    for (row, column, rowLabel) in beyond where rowLabel < least.value {
      u[row] += least.value - rowLabel
      v[column] -= least.value - rowLabel
    }
    guard droppedColumn >= 0 else { return }
    rowMatch[dropped] = -1
    shift(alongPathTo: droppedColumn)
  }
}
