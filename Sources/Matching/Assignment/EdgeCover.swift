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
    let rowTree = PointTree(rows)
    let columnTree = PointTree(columns)
    let ofRow = NearestPartners(
      of: rows, visiting: rowTree.order, in: columnTree, limit: limit, allowed: allowed)
    let ofColumn = NearestPartners(
      of: columns, visiting: columnTree.order, in: rowTree, limit: limit,
      allowed: allowed.map { allowed in { allowed($1, $0) } })
    let lists = EdgeCover.savings(
      rows, columnTree, ofRow, ofColumn, limit: limit, allowed: allowed)
    var paths = AugmentingPaths(lists, columns: columns.count, copies: 1, unassigned: .free)
    rowPrices = paths.rowPrice
    columnPrices = paths.columnPrice
    largestViolation = paths.largestViolation
    var longest = 0.0
    // Points that stay without a saving pair, whose partner is their nearest.
    var freeRows: [Int] = []
    var freeColumns: [Int] = []
    for row in rowPrices.indices where ofRow.partner[row] >= 0 {
      rowPrices[row] += ofRow.distance[row]
      let column = paths.columnOf[row]
      if column >= 0 {
        let distance = rounded(rows.squaredDistance(row, columns, Int(column)).squareRoot())
        links.append(
          Link(row: Int32(truncatingIfNeeded: row), column: column, distance: distance))
      } else {
        freeRows.append(row)
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
      freeColumns.append(column)
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
      paths.isUnique(tolerance: tolerance)
      && !ofRow.isTied(
        freeRows, of: rows, in: columnTree, limit: limit, tolerance: tolerance, allowed: allowed,
        others: columns, home: rowTree)
      && !ofColumn.isTied(
        freeColumns.filter { ofColumn.distance[$0] > 0 }, of: columns, in: rowTree, limit: limit,
        tolerance: tolerance, allowed: allowed.map { allowed in { allowed($1, $0) } },
        others: rows, home: columnTree)
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
      // A point with a partner in its own place is served at no cost, and saves nothing.
      if ofRow.partner[row] >= 0, ofRow.distance[row] > 0 {
        let reach = ofRow.distance[row]
        let place = rows.values.span.extracting(row * rows.blocks..<(row + 1) * rows.blocks)
        tree.visit(from: place, reach: reach, reaches, using: &scratch) { column, square in
          guard square < widest, ofColumn.distance[Int(column)] > 0 else { return }
          let distance = rounded(square.squareRoot())
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
