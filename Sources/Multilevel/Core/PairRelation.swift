/// How the levels of a finer factor meet those of a coarser one.
enum PairRelation: Sendable {
  /// Every level of the finer one lies in one level of the coarser one, or all of it in none (−1).
  case nested(parents: [Int32])
  /// Some level of the finer one meets several of the coarser one.
  case crossed(Cells)

  /// The pairs of levels that occur together in a row.
  struct Cells: Sendable {
    /// The cell of each row; −1 where the row lacks one of the two groups. Where rows may belong to several
    /// groups, the cells of each row's pairs of groups, row after row.
    let ofRow: [Int32]
    /// The cells of finer level *v* are `starts[v] ..< starts[v + 1]`.
    let starts: [Int32]
    /// The coarser level of each cell, ascending within a finer level.
    let targets: [Int32]
    /// Where the pairs of each row start; empty where a row has one at most.
    var rowStarts: [Int32] = []
  }

  init(finer: RandomStructure.Factor, coarser: RandomStructure.Factor) {
    if finer.memberships != nil || coarser.memberships != nil {
      self = .crossed(Self.memberships(finer: finer, coarser: coarser, isSame: false))
      return
    }
    let (a, b) = (finer.codes, coarser.codes)
    var parents = [Int32](repeating: -2, count: finer.levelCount)
    var isNested = true
    for row in a.indices {
      let v = Int(a[row])
      guard v >= 0 else { continue }
      if parents[v] == -2 {
        parents[v] = b[row]
      } else if parents[v] != b[row] {
        isNested = false
        break
      }
    }
    if isNested {
      self = .nested(parents: parents.map { max($0, -1) })
    } else {
      self = .crossed(Self.cells(a, b, finer.levelCount, coarser.levelCount))
    }
  }

  /// Linear in the rows: rows are gathered by finer level, then each level's coarser ones are marked.
  private static func cells(
    _ a: [Int32], _ b: [Int32], _ finerCount: Int, _ coarserCount: Int
  ) -> Cells {
    var ends = [Int32](repeating: 0, count: finerCount + 1)
    for v in a where v >= 0 { ends[Int(v) + 1] += 1 }
    for v in 0..<finerCount { ends[v + 1] += ends[v] }
    let rowStarts = ends
    var rows = [Int32](repeating: 0, count: Int(ends[finerCount]))
    for (row, v) in a.enumerated() where v >= 0 {
      rows[Int(ends[Int(v)])] = Int32(row)
      ends[Int(v)] += 1
    }
    var ofRow = [Int32](repeating: -1, count: a.count)
    var starts = [Int32](repeating: 0, count: finerCount + 1)
    var targets: [Int32] = []
    var place = [Int32](repeating: -1, count: coarserCount)
    for v in 0..<finerCount {
      let range = Int(rowStarts[v])..<Int(rowStarts[v + 1])
      let first = targets.count
      for position in range {
        let w = b[Int(rows[position])]
        if w >= 0, place[Int(w)] < Int32(first) {
          place[Int(w)] = Int32(targets.count)
          targets.append(w)
        }
      }
      targets[first...].sort()
      for position in first..<targets.count { place[Int(targets[position])] = Int32(position) }
      for position in range {
        let row = Int(rows[position])
        if b[row] >= 0 { ofRow[row] = place[Int(b[row])] }
      }
      starts[v + 1] = Int32(targets.count)
    }
    return Cells(ofRow: ofRow, starts: starts, targets: targets)
  }
}
