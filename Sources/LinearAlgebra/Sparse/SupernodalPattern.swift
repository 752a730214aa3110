/// Where the entries of the Cholesky factor of a sparse symmetric matrix stand: columns of like structure
/// gathered in dense blocks.
///
/// The matrix is given by cliques, sets of rows whose products it sums: *A* may have entries between any two
/// members of one. Rows are put in an order of elimination that keeps the factor sparse
/// (``MinimumDegree``), the elimination tree gives the structure of every column, and columns that differ
/// little are stored as one block with some zeros, so that LAPACK and BLAS do the work
/// (``factor(_:at:)``, ``invert(_:at:)``).
///
/// Liu (1990), doi:10.1137/0611010, for the tree; Ng & Peyton (1993), doi:10.1137/0914063, for the blocks;
/// Ashcraft & Grimes (1989), doi:10.1145/76909.76910, for merging them.
public struct SupernodalPattern: Sendable {
  /// Columns `columns` and rows `rows` of the lower triangle, of which the first are the columns themselves,
  /// stored column after column from `start`.
  public struct Block: Sendable {
    public let columns: Range<Int>
    /// Ascending positions in the order of elimination.
    public let rows: [Int32]
    public let start: Int

    var width: Int { columns.count }
    var height: Int { rows.count }
    /// How many rows stand below the block's triangle.
    var below: Int { rows.count - columns.count }
  }

  public let size: Int
  /// The place of each row in the order of elimination, in which all else is counted.
  public let position: [Int32]
  public let blocks: [Block]
  /// The block of each column.
  let blockOf: [Int32]
  /// How many numbers a matrix of this pattern takes.
  public let count: Int
  /// Multiplications and additions of a factorisation with the selected inverse, as n³ for a dense matrix.
  public let operations: Double

  /// - Parameter cliques: sets of rows, each without repetitions; a row in none of them stands alone.
  public init(size: Int, cliques: [[Int32]]) {
    let tree = EliminationTree(size: size, cliques: cliques)
    self.size = size
    position = tree.position
    let ends = tree.blocks
    var blocks: [Block] = []
    var blockOf = [Int32](repeating: 0, count: size)
    var start = 0
    var operations = 0.0
    for (index, rows) in tree.structures(ends).enumerated() {
      let columns = (index == 0 ? 0 : ends[index - 1])..<ends[index]
      for column in columns { blockOf[column] = Int32(index) }
      blocks.append(Block(columns: columns, rows: rows, start: start))
      start += columns.count * rows.count
      let (width, below) = (Double(columns.count), Double(rows.count - columns.count))
      operations += width * width * width + 3 * width * below * (width + below)
    }
    self.blocks = blocks
    self.blockOf = blockOf
    count = start
    self.operations = operations
  }

  /// Where the entry of two rows, given by their positions, stands.
  ///
  /// - Precondition: the pattern has it.
  public func place(_ first: Int, _ second: Int) -> Int {
    let (column, row) = (min(first, second), max(first, second))
    let block = blocks[Int(blockOf[column])]
    let base = block.start + (column - block.columns.lowerBound) * block.height
    if row < block.columns.upperBound { return base + row - block.columns.lowerBound }
    var (low, high) = (block.width, block.height)
    while low < high {
      let middle = (low + high) / 2
      if Int(block.rows[middle]) < row { low = middle + 1 } else { high = middle }
    }
    precondition(
      low < block.height && Int(block.rows[low]) == row,
      "the pattern has no entry (\(row), \(column))")
    return base + low
  }
}

/// The elimination tree with its columns in postorder.
private struct EliminationTree {
  let size: Int
  /// The place of each row.
  let position: [Int32]
  /// The parent of each column, −1 for roots, by position.
  private let parent: [Int]
  /// Entries of each column of the factor, the diagonal included.
  private let counts: [Int]
  /// The cliques by position, under their first member.
  private let cliques: [[[Int32]]]

  init(size: Int, cliques: [[Int32]]) {
    self.size = size
    let order = MinimumDegree.order(size: size, cliques: cliques)
    let first = Self.analysed(order, cliques)
    // Children before parents, and each subtree's columns side by side.
    var children = [[Int]](repeating: [], count: size)
    var stack: [(node: Int, next: Int)] = []
    var postorder: [Int] = []
    postorder.reserveCapacity(size)
    for node in 0..<size where first.parent[node] >= 0 {
      children[first.parent[node]].append(node)
    }
    // The largest child last, where it may join its parent's block.
    for node in 0..<size {
      children[node].sort { (first.counts[$0], $0) < (first.counts[$1], $1) }
    }
    for root in 0..<size where first.parent[root] < 0 {
      stack.append((root, 0))
      while let top = stack.last {
        if top.next < children[top.node].count {
          stack[stack.count - 1].next += 1
          stack.append((children[top.node][top.next], 0))
        } else {
          postorder.append(top.node)
          stack.removeLast()
        }
      }
    }
    let renumbered = postorder.map { order[$0] }
    var position = [Int32](repeating: 0, count: size)
    for (place, row) in renumbered.enumerated() { position[Int(row)] = Int32(place) }
    let place = Self.inverse(postorder)
    self.position = position
    parent = postorder.map { first.parent[$0] < 0 ? -1 : place[first.parent[$0]] }
    counts = postorder.map { first.counts[$0] }
    self.cliques = Self.byFirst(position, cliques)
  }

  private static func inverse(_ order: [Int]) -> [Int] {
    var result = [Int](repeating: 0, count: order.count)
    for (place, node) in order.enumerated() { result[node] = place }
    return result
  }

  private static func byFirst(_ position: [Int32], _ cliques: [[Int32]]) -> [[[Int32]]] {
    var result = [[[Int32]]](repeating: [], count: position.count)
    for clique in cliques where clique.count > 1 {
      let places = clique.map { position[Int($0)] }
      if let first = places.min() { result[Int(first)].append(places) }
    }
    return result
  }

  /// Parents and column counts in a given order, by merging the structures of children.
  private static func analysed(
    _ order: [Int32], _ cliques: [[Int32]]
  ) -> (parent: [Int], counts: [Int]) {
    let size = order.count
    var position = [Int32](repeating: 0, count: size)
    for (place, row) in order.enumerated() { position[Int(row)] = Int32(place) }
    let own = byFirst(position, cliques)
    var parent = [Int](repeating: -1, count: size)
    var counts = [Int](repeating: 1, count: size)
    var waiting = [[[Int32]]](repeating: [], count: size)
    var mark = [Int](repeating: -1, count: size)
    for column in 0..<size {
      mark[column] = column
      var rows: [Int32] = []
      var first = Int32.max
      for list in own[column] + waiting[column] {
        for row in list where mark[Int(row)] != column {
          mark[Int(row)] = column
          rows.append(row)
          first = min(first, row)
        }
      }
      waiting[column] = []
      counts[column] = rows.count + 1
      guard !rows.isEmpty else { continue }
      parent[column] = Int(first)
      waiting[Int(first)].append(rows)
    }
    return (parent, counts)
  }

  /// Where each block of columns ends.
  var blocks: [Int] {
    // Columns whose structure is the next one's and the diagonal.
    var merged: [(first: Int, end: Int, zeros: Double)] = []
    var column = 0
    while column < size {
      var end = column + 1
      while end < size, parent[end - 1] == end, counts[end - 1] == counts[end] + 1 { end += 1 }
      var block = (first: column, end: end, zeros: 0.0)
      while let last = merged.last, block.first..<block.end ~= parent[last.end - 1] {
        let (left, width) = (Double(last.end - last.first), Double(block.end - last.first))
        let below = Double(counts[block.end - 1] - 1)
        // Rows that the earlier block's columns gain.
        let gained = Double(block.end - block.first) + below - Double(counts[last.end - 1] - 1)
        let zeros = last.zeros + block.zeros + left * gained
        let share = zeros / (width * (width + 1) / 2 + width * below)
        guard width <= 8 || share < Self.allowed(width) else { break }
        block = (last.first, block.end, zeros)
        merged.removeLast()
      }
      merged.append(block)
      column = end
    }
    return merged.flatMap { block in
      let width = block.end - block.first
      let parts = (width + Self.widest - 1) / Self.widest
      return (1...parts).map { block.first + width * $0 / parts }
    }
  }

  /// Wider blocks are cut: what stands above their diagonals is stored for nothing.
  private static let widest = 192

  /// The share of zeros at which a block of some width is still quicker than two.
  private static func allowed(_ width: Double) -> Double {
    width <= 24 ? 0.6 : width <= 64 ? 0.25 : width <= 160 ? 0.1 : 0.04
  }

  /// The rows of each block, its columns first.
  func structures(_ ends: [Int]) -> [[Int32]] {
    var result: [[Int32]] = []
    var waiting = [[Int]](repeating: [], count: ends.count)
    var mark = [Int](repeating: -1, count: size)
    var blockOf = [Int](repeating: 0, count: size)
    var start = 0
    for (index, end) in ends.enumerated() {
      for column in start..<end { blockOf[column] = index }
      start = end
    }
    start = 0
    for (index, end) in ends.enumerated() {
      var rows = (start..<end).map { Int32($0) }
      var below: [Int32] = []
      func add(_ list: some Sequence<Int32>) {
        for row in list where Int(row) >= end && mark[Int(row)] != index {
          mark[Int(row)] = index
          below.append(row)
        }
      }
      for column in start..<end { for clique in cliques[column] { add(clique) } }
      for child in waiting[index] { add(result[child]) }
      below.sort()
      if let parent = below.first { waiting[blockOf[Int(parent)]].append(index) }
      rows += below
      result.append(rows)
      start = end
    }
    return result
  }
}
