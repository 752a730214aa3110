internal import Probability

/// The cover of least total distance of two sets of points by pairs of them.
struct EdgeCover {
  struct Link {
    let row: Int32
    let column: Int32
    let distance: Double
  }

  private(set) var links: [Link] = []
  /// Prices of the points, ≥ 0, with sums of at most the distance for every allowed pair; 0 for points
  /// that have no partner.
  private(set) var rowPrices: [Double]
  private(set) var columnPrices: [Double]
  let largestViolation: Double
  let isUnique: Bool

  /// - Parameters:
  ///   - limit: the largest distance of a pair, to ten digits.
  ///   - allowed: whether a row and a column may be paired; `nil` where all may.
  init(
    _ rows: PointTree.Points, _ columns: PointTree.Points, limit: Double,
    allowed: ((_ row: Int, _ column: Int) -> Bool)?
  ) {
    let rowTree = PointTree(rows, leafSize: PointTree.sievedLeafSize)
    let columnTree = PointTree(columns, leafSize: PointTree.sievedLeafSize)
    let ofRow = NearestPartners(
      of: rows, visiting: rowTree.order, in: columnTree, limit: limit, allowed: allowed)
    let ofColumn = NearestPartners(
      of: columns, visiting: columnTree.order, in: rowTree, limit: limit,
      allowed: allowed.map { allowed in { allowed($1, $0) } })
    let lists = EdgeCover.savings(
      rows, columnTree, ofRow, ofColumn, limit: limit, allowed: allowed)
    let paths = AugmentingPaths(lists, columns: columns.count, copies: 1, unassigned: .free)
    rowPrices = paths.rowPrice
    columnPrices = paths.columnPrice
    largestViolation = paths.largestViolation
    var longest = 0.0
    for row in rowPrices.indices where ofRow.partner[row] >= 0 {
      rowPrices[row] += ofRow.distance[row]
      let column = paths.columnOf[row]
      if column >= 0 {
        let distance = tenDigits(rows.squaredDistance(row, columns, Int(column)).squareRoot())
        links.append(
          Link(row: Int32(truncatingIfNeeded: row), column: column, distance: distance))
      } else {
        links.append(
          Link(
            row: Int32(truncatingIfNeeded: row), column: ofRow.partner[row],
            distance: ofRow.distance[row]))
      }
      longest = max(longest, ofRow.distance[row])
    }
    for column in columnPrices.indices where ofColumn.partner[column] >= 0 {
      columnPrices[column] += ofColumn.distance[column]
      longest = max(longest, ofColumn.distance[column])
      guard paths.rowOf[column] < 0 else { continue }
      let row = Int(ofColumn.partner[column])
      // The same pair, of two points at one place.
      if paths.columnOf[row] < 0, Int(ofRow.partner[row]) == column { continue }
      links.append(
        Link(
          row: ofColumn.partner[column], column: Int32(truncatingIfNeeded: column),
          distance: ofColumn.distance[column]))
    }
    let tolerance = longest * 1e-9
    isUnique =
      !ofRow.shareAPlace(rows, in: columnTree, others: columns, home: rowTree, allowed: allowed)
      && !EdgeCover.hasExchange(
        links, lists, ofRow, ofColumn, rowPrices, columnPrices, tolerance: tolerance)
  }

  /// Whether links could be exchanged for others at no cost.
  ///
  /// Such exchanges add and drop links in turn along a path, so that all points stay served. In the graph
  /// a row points to the columns that it could be linked with at its price, a column to the rows it is
  /// linked with. A path may end where one link more costs nothing (the price is 0) and begin where one
  /// less leaves another; points that have a partner in their own place need no other.
  private static func hasExchange(
    _ links: [Link], _ lists: CandidateLists, _ ofRow: NearestPartners,
    _ ofColumn: NearestPartners, _ rowPrices: [Double], _ columnPrices: [Double],
    tolerance: Double
  ) -> Bool {
    // Each point stands twice: with a link too many or too few just before the step from it, and after the
    // step to it. Rows follow rows, columns columns.
    let rows = rowPrices.count
    let columns = columnPrices.count
    let outside = 2 * (rows + columns)
    var exchanges = ExchangeGraph(nodes: outside + 1)
    func dropped(_ row: Int) -> Int { row }
    func adding(_ row: Int) -> Int { rows + row }
    func added(_ column: Int) -> Int { 2 * rows + column }
    func dropping(_ column: Int) -> Int { 2 * rows + columns + column }
    var rowLinks = [Int](repeating: 0, count: rows)
    var columnLinks = [Int](repeating: 0, count: columns)
    // A row's link, or the column's where the row has several.
    var columnOf = [Int32](repeating: -1, count: rows)
    var rowOf = [Int32](repeating: -1, count: columns)
    for link in links {
      rowLinks[Int(link.row)] += 1
      columnLinks[Int(link.column)] += 1
      columnOf[Int(link.row)] = link.column
      rowOf[Int(link.column)] = link.row
      if link.distance > 0 { exchanges.join(dropping(Int(link.column)), dropped(Int(link.row))) }
    }
    for row in 0..<rows where ofRow.partner[row] >= 0 {
      let first = lists.first[row]
      for place in first..<first + lists.count[row] {
        let column = Int(lists.columns[place])
        let distance = lists.costs[place] + ofRow.distance[row] + ofColumn.distance[column]
        guard distance > tolerance, columnOf[row] != column, rowOf[column] != row,
          rowPrices[row] + columnPrices[column] >= distance - tolerance
        else { continue }
        exchanges.join(adding(row), added(column))
      }
      exchanges.join(dropped(row), adding(row))
      if rowPrices[row] <= tolerance { exchanges.join(outside, adding(row)) }
      if rowLinks[row] > 1 || ofRow.distance[row] == 0 { exchanges.join(dropped(row), outside) }
    }
    for column in columnPrices.indices where ofColumn.partner[column] >= 0 {
      exchanges.join(added(column), dropping(column))
      if columnPrices[column] <= tolerance { exchanges.join(added(column), outside) }
      if columnLinks[column] > 1 || ofColumn.distance[column] == 0 {
        exchanges.join(outside, dropping(column))
      }
    }
    return exchanges.hasCycle
  }

  /// For every row the pairs that cost less than serving both ends by their nearest, with d − a − b, and
  /// those that cost the same, which tell whether the optimum is unique.
  private static func savings(
    _ rows: PointTree.Points, _ tree: PointTree, _ ofRow: NearestPartners,
    _ ofColumn: NearestPartners, limit: Double, allowed: ((Int, Int) -> Bool)?
  ) -> CandidateLists {
    let reaches = PointTree.Reaches(ofColumn.distance, of: tree)
    var scratch = PointTree.Scratch()
    var first = [0]
    first.reserveCapacity(rows.count + 1)
    var columns: [Int32] = []
    var costs: [Double] = []
    var found: [PointTree.Neighbour] = []
    let widest = PointTree.squareBeyond(limit)
    for row in 0..<rows.count {
      found.removeAll(keepingCapacity: true)
      if ofRow.partner[row] >= 0 {
        let reach = ofRow.distance[row]
        let place = rows.values.span.extracting(rows.range(row))
        tree.visit(from: place, reach: reach, reaches, using: &scratch) { column, square in
          guard square < widest, ofColumn.partner[Int(column)] >= 0 else { return }
          let distance = tenDigits(square.squareRoot())
          let both = reach + ofColumn.distance[Int(column)]
          guard distance <= both * (1 + 1e-9), isWithin(distance, limit),
            allowed?(row, Int(column)) ?? true
          else { return }
          found.append(PointTree.Neighbour(distance: distance - both, point: column))
        }
        found.sort()
      }
      for neighbour in found {
        columns.append(neighbour.point)
        costs.append(neighbour.distance)
      }
      first.append(columns.count)
    }
    return CandidateLists(first: first, columns: columns, costs: costs)
  }
}
