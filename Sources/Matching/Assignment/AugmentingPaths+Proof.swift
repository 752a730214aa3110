extension AugmentingPaths {
  /// The cost of the pair of an assigned row, 0 for a row without.
  func cost(of row: Int) -> Double {
    let list = list(of: row)
    let first = lists.first[list]
    for place in first..<first + lists.count[list] where lists.columns[place] == columnOf[row] {
      return lists.costs[place]
    }
    return 0
  }

  /// The most by which the prices break a condition of optimality, over all pairs: those in the lists
  /// one by one, all others by their lists' bounds.
  var largestViolation: Double {
    var worst = 0.0
    for row in rowPrice.indices {
      let list = list(of: row)
      let group = rowGroup[row]
      let first = lists.first[list]
      worst = max(worst, rowPrice[row] - lists.beyond[list])
      for place in first..<first + lists.count[list] {
        let column = Int(lists.columns[place])
        let other = columnGroup[column]
        if group == other {
          worst = max(worst, rowPrice[row] + columnPrice[column] - lists.costs[place])
        } else if group != 0 && (other == 0 || other > group) {
          // A row that goes without, or gave way to one, could take a column of a less urgent group.
          return .infinity
        }
      }
      let mayLeave = unassigned == .free || (group != 0 && group == tier(of: row))
      if mayLeave { worst = max(worst, rowPrice[row]) }
      if columnOf[row] < 0 {
        if !mayLeave { return .infinity }
        worst = max(worst, -rowPrice[row])
      }
    }
    for column in columnPrice.indices where columnGroup[column] == 0 {
      worst = max(worst, columnPrice[column])
      if rowOf[column] < 0 { worst = max(worst, -columnPrice[column]) }
    }
    for column in columnPrice.indices where columnGroup[column] != 0 && rowOf[column] < 0 {
      return .infinity
    }
    return worst
  }

  /// Whether every other assignment of as many rows costs more, by more than `tolerance` along any
  /// exchange.
  ///
  /// Another optimum differs by exchanges of reduced cost 0. They are the cycles of a graph in which a
  /// unit points to whoever holds a column it could take as well, to `outside` where the column is free
  /// or it could itself go without, and `outside` points to units that could come in or give up a column.
  /// For rows that go without only if needed.
  mutating func isUnique(tolerance: Double) -> Bool {
    for row in rowPrice.indices where rowGroup[row] == 0 {
      let list = list(of: row)
      while lists.beyond[list] <= rowPrice[row] + tolerance { lists.grow(list) }
    }
    // A unit stands once in each group, since a copy's prices hold in its own group only.
    let groups = Int(rowGroup.max() ?? 0) + 1
    let outside = listCount * groups
    func node(_ row: Int) -> Int { list(of: row) + listCount * Int(rowGroup[row]) }
    var exchanges = ExchangeGraph(nodes: outside + 1)
    for row in rowPrice.indices {
      let list = list(of: row)
      let group = rowGroup[row]
      let here = node(row)
      let first = lists.first[list]
      for place in first..<first + lists.count[list] {
        if group == 0, lists.costs[place] > rowPrice[row] + tolerance { break }
        let column = Int(lists.columns[place])
        guard columnGroup[column] == group, columnOf[row] != column,
          lists.costs[place] - rowPrice[row] - columnPrice[column] <= tolerance
        else { continue }
        if rowOf[column] < 0 {
          exchanges.join(here, outside)
        } else if node(Int(rowOf[column])) != here {
          exchanges.join(here, node(Int(rowOf[column])))
        }
      }
      let mayLeave = group != 0 && group == tier(of: row)
      if columnOf[row] < 0 {
        exchanges.join(outside, here)
      } else {
        if mayLeave, rowPrice[row] >= -tolerance { exchanges.join(here, outside) }
        if group == 0, columnPrice[Int(columnOf[row])] >= -tolerance {
          exchanges.join(outside, here)
        }
      }
    }
    return !exchanges.hasCycle
  }
}
