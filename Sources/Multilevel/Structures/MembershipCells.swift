internal import Designs

/// The groups of a row, whether it belongs to one or to several.
extension RandomStructure.Factor {
  func membershipCount(_ row: Int) -> Int {
    guard let memberships else { return codes[row] < 0 ? 0 : 1 }
    return Int(memberships.starts[row + 1] - memberships.starts[row])
  }

  func membership(_ row: Int, _ place: Int) -> (level: Int32, weight: Double) {
    guard let memberships else { return (codes[row], 1) }
    let position = Int(memberships.starts[row]) + place
    return (memberships.levels[position], memberships.weights[position])
  }
}

extension PairRelation {
  /// How two factors meet where a row may belong to several groups of one of them.
  ///
  /// Levels of one such factor meet each other as well: then `finer` and `coarser` are the same, and a cell
  /// is a pair of different levels, the lower one first.
  static func memberships(
    finer: RandomStructure.Factor, coarser: RandomStructure.Factor, isSame: Bool
  ) -> Cells {
    let rows = finer.codes.count
    var rowStarts: [Int32] = [0]
    rowStarts.reserveCapacity(rows + 1)
    var pairs: [(finer: Int32, coarser: Int32)] = []
    for row in 0..<rows {
      let (a, b) = (finer.membershipCount(row), coarser.membershipCount(row))
      for i in 0..<a {
        for j in (isSame ? i + 1 : 0)..<max(isSame ? i + 1 : 0, b) {
          pairs.append((finer.membership(row, i).level, coarser.membership(row, j).level))
        }
      }
      rowStarts.append(Int32(pairs.count))
    }
    // Pairs gathered by finer level, then each level's coarser ones are marked.
    var ends = [Int32](repeating: 0, count: finer.levelCount + 1)
    for pair in pairs { ends[Int(pair.finer) + 1] += 1 }
    for v in 0..<finer.levelCount { ends[v + 1] += ends[v] }
    let first = ends
    var order = [Int32](repeating: 0, count: pairs.count)
    for (position, pair) in pairs.enumerated() {
      order[Int(ends[Int(pair.finer)])] = Int32(position)
      ends[Int(pair.finer)] += 1
    }
    var ofPair = [Int32](repeating: -1, count: pairs.count)
    var starts = [Int32](repeating: 0, count: finer.levelCount + 1)
    var targets: [Int32] = []
    var place = [Int32](repeating: -1, count: coarser.levelCount)
    for v in 0..<finer.levelCount {
      let range = Int(first[v])..<Int(first[v + 1])
      let begin = targets.count
      for position in range {
        let w = Int(pairs[Int(order[position])].coarser)
        if place[w] < Int32(begin) {
          place[w] = Int32(targets.count)
          targets.append(Int32(w))
        }
      }
      targets[begin...].sort()
      for position in begin..<targets.count { place[Int(targets[position])] = Int32(position) }
      for position in range {
        let pair = Int(order[position])
        ofPair[pair] = place[Int(pairs[pair].coarser)]
      }
      starts[v + 1] = Int32(targets.count)
    }
    return Cells(ofRow: ofPair, starts: starts, targets: targets, rowStarts: rowStarts)
  }
}

extension RowPass {
  /// Adds *Z_vᵀZ_v* (lower triangles) and *Z_vᵀG* of a factor with several memberships a row; gives the first
  /// row without a group that needs one.
  func addMemberships(
    _ factor: Int, _ block: Range<Int>, _ panel: Span<Double>, diagonal: Int, fixed: Int,
    to values: inout MutableSpan<Double>
  ) -> Int? {
    let groups = structure.factors[factor]
    let places = places[factor]
    let (width, c, stride) = (places.count, standard.fixed.count, columns.count)
    var base = 0
    for row in block {
      let count = groups.membershipCount(row)
      if count == 0 {
        for a in 0..<width where panel[base + places[a]] != 0 { return row }
      }
      for position in 0..<count {
        let (level, weight) = groups.membership(row, position)
        for a in 0..<width {
          let z = weight * panel[base + places[a]]
          let target = fixed + (Int(level) * width + a) * c
          for k in 0..<c { values[target + k] += z * panel[base + k] }
          let square = diagonal + (Int(level) * width + a) * width
          for b in 0...a { values[square + b] += z * weight * panel[base + places[b]] }
        }
      }
      base += stride
    }
    return nil
  }

  /// Adds *Z_vᵀZ_w* of the levels that meet in a row.
  func addMembershipPair(
    _ pair: SumLayout.Pair, _ cells: PairRelation.Cells, _ block: Range<Int>,
    _ panel: Span<Double>, first: Int, to values: inout MutableSpan<Double>
  ) {
    let (finer, coarser) = (structure.factors[pair.finer], structure.factors[pair.coarser])
    let (rows, columnsOfBlock) = (places[pair.finer], places[pair.coarser])
    let isSame = pair.finer == pair.coarser
    let stride = columns.count
    var base = 0
    for row in block {
      let (a, b) = (finer.membershipCount(row), coarser.membershipCount(row))
      var position = Int(cells.rowStarts[row])
      for i in 0..<a {
        let left = finer.membership(row, i).weight
        for j in (isSame ? i + 1 : 0)..<max(isSame ? i + 1 : 0, b) {
          let weight = left * coarser.membership(row, j).weight
          let cell = Int(cells.ofRow[position])
          position += 1
          for x in rows.indices {
            let z = weight * panel[base + rows[x]]
            let target = first + (cell * rows.count + x) * columnsOfBlock.count
            for y in columnsOfBlock.indices {
              values[target + y] += z * panel[base + columnsOfBlock[y]]
            }
          }
        }
      }
      base += stride
    }
  }
}
