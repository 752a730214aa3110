/// The partners that each row of an assignment problem may have, nearest first, as far as they are known.
///
/// A list is the beginning of the whole: `beyond` bounds the cost of all that is not in it, and
/// ``grow(_:)`` fetches more when a search comes that far. A dense matrix is never formed; memory is that
/// of the lists.
struct CandidateLists {
  /// Where a row's list lies in `columns` and `costs`.
  private(set) var first: [Int]
  private(set) var count: [Int]
  /// A lower bound of the cost of every allowed partner not in the list; infinite where it is whole.
  private(set) var beyond: [Double]
  private(set) var columns: [Int32]
  private(set) var costs: [Double]
  private let source: Source?
  private var scratch = PointTree.Scratch()

  /// Where lists that are not whole come from.
  struct Source {
    let tree: PointTree
    let rows: PointTree.Points
    let limit: Double
    let allowed: ((_ row: Int, _ column: Int) -> Bool)?
  }

  static let startLength = 8
  static let growth = 4

  /// Lists that begin with the nearest few points of a tree.
  init(_ source: Source) {
    let rows = source.rows.count
    first = Array(repeating: 0, count: rows)
    count = Array(repeating: 0, count: rows)
    beyond = Array(repeating: 0, count: rows)
    columns = []
    costs = []
    columns.reserveCapacity(rows * CandidateLists.startLength)
    costs.reserveCapacity(rows * CandidateLists.startLength)
    self.source = source
    for row in 0..<rows { fetch(row, CandidateLists.startLength) }
  }

  /// Whole lists: row i's are `columns[first[i]..<first[i + 1]]`, by rising cost.
  init(first: [Int], columns: [Int32], costs: [Double]) {
    let rows = first.count - 1
    self.first = Array(first[0..<rows])
    count = (0..<rows).map { first[$0 + 1] - first[$0] }
    beyond = Array(repeating: .infinity, count: rows)
    self.columns = columns
    self.costs = costs
    source = nil
  }

  var rows: Int { first.count }

  /// Makes row `row`'s list a few times as long, or whole.
  mutating func grow(_ row: Int) {
    fetch(row, max(CandidateLists.startLength, count[row] * CandidateLists.growth))
  }

  private mutating func fetch(_ row: Int, _ length: Int) {
    guard let source else {
      beyond[row] = .infinity
      return
    }
    let blocks = source.rows.blocks
    let place = source.rows.values.span.extracting(row * blocks..<(row + 1) * blocks)
    let bound: Double
    if let allowed = source.allowed {
      bound = source.tree.nearest(
        to: place, count: length, within: source.limit, allowed: { allowed(row, Int($0)) },
        using: &scratch)
    } else {
      bound = source.tree.nearest(
        to: place, count: length, within: source.limit, allowed: nil, using: &scratch)
    }
    first[row] = columns.count
    count[row] = scratch.nearest.count
    beyond[row] = bound
    for neighbour in scratch.nearest {
      columns.append(neighbour.point)
      costs.append(neighbour.distance)
    }
  }
}
