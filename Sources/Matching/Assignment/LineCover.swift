/// The cover of least total distance of treated units and controls on a line by pairs of them.
///
/// F_w(i) is the least total that serves all of the blocks before block w and its first i units. Of the
/// links between blocks w and w + 1, of the last k units of one with the first i of the next, there are
/// max(k, i), and their total is a sum of a part in k and a part in i for either order of the two. So least
/// values from the left and from the right give F_{w+1} from F_w in linear time.
struct LineCover {
  struct Link {
    let row: Int32
    let column: Int32
  }

  struct Block {
    let isTreated: Bool
    var scores: [Double] = []
    var units: [Int32] = []
  }

  /// How one block is linked with the next.
  struct Crossing {
    /// Units of the first block, and of the second.
    var k = 0
    var i = 0
  }

  let blocks: [Block]
  private(set) var crossings: [Crossing] = []
  private(set) var links: [Link] = []
  private(set) var isUnique = true
  /// Of the units in order of the score.
  var prices: [Double] = []
  var largestViolation = 0.0

  /// - Parameters:
  ///   - treated, controls: scores; at least one of each.
  init(treated: [Double], controls: [Double]) {
    let rows = unitsInOrder(Array(treated.indices), by: treated)
    let columns = unitsInOrder(Array(controls.indices), by: controls)
    var blocks: [Block] = []
    var row = 0
    var column = 0
    while row < rows.count || column < columns.count {
      let isTreated =
        column == columns.count
        || (row < rows.count && treated[rows[row]] <= controls[columns[column]])
      if blocks.last?.isTreated != isTreated { blocks.append(Block(isTreated: isTreated)) }
      let unit = isTreated ? rows[row] : columns[column]
      blocks[blocks.count - 1].scores.append(isTreated ? treated[unit] : controls[unit])
      blocks[blocks.count - 1].units.append(Int32(truncatingIfNeeded: unit))
      if isTreated { row += 1 } else { column += 1 }
    }
    self.blocks = blocks
    findCrossings()
    for crossing in crossings.indices { addLinks(crossing) }
    findPrices()
  }

  private mutating func findCrossings() {
    var best = [[Double]]()
    var first = [Double](repeating: .infinity, count: blocks[0].scores.count + 1)
    first[0] = 0
    best.append(first)
    for w in blocks.indices.dropLast() { best.append(next(w, after: best[w])) }
    crossings = Array(repeating: Crossing(), count: blocks.count - 1)
    let total = best[blocks.count - 1].last ?? 0
    let tolerance = 1e-9 * abs(total)
    var i = blocks[blocks.count - 1].scores.count
    for w in crossings.indices.reversed() {
      let a = blocks[w].scores
      let b = blocks[w + 1].scores
      // Which units of block w are linked on, and how many of it were served before.
      var least = (value: Double.infinity, k: 0, served: 0)
      var ties = 0
      var tailSum = 0.0
      var headSum = 0.0
      for place in 0..<i { headSum += b[place] }
      let edge = a[a.count - 1]
      for k in (i == 0 ? 0 : 1)...(i == 0 ? 0 : a.count) {
        if k > 0 { tailSum += a[a.count - k] }
        let crossing =
          i >= k
          ? headSum - tailSum - Double(i - k) * edge
          : headSum + Double(k - i) * b[0] - tailSum
        // One of the units that are linked on may have been served before as well, and share its place.
        for served in (a.count - k)...min(a.count, a.count - k + 1) {
          let value = best[w][served] + crossing
          guard value < .infinity else { continue }
          if value < least.value - tolerance {
            least = (value, k, served)
            ties = 0
          } else if value <= least.value + tolerance {
            ties += 1
            if value < least.value { least = (value, k, served) }
          }
        }
      }
      // Of equal scores either could be served from the left; across no gap the order itself is open.
      let isEvenSplit =
        i > 0
        && ((least.k < a.count && a[a.count - least.k - 1] == a[a.count - least.k])
          || (i < b.count && b[i - 1] == b[i]) || edge == b[0])
      if ties > 0 || min(least.k, i) > 1 || isEvenSplit { isUnique = false }
      crossings[w] = Crossing(k: least.k, i: i)
      i = least.served
    }
  }

  /// F_{w+1} from F_w.
  private func next(_ w: Int, after best: [Double]) -> [Double] {
    let a = blocks[w].scores
    let b = blocks[w + 1].scores
    let edge = a[a.count - 1]
    // The least with at least the first a.count − k units served, less the k units' sum.
    var fewer = [Double](repeating: .infinity, count: a.count + 2)
    var more = [Double](repeating: .infinity, count: a.count + 2)
    var tailSum = 0.0
    for k in 1...a.count {
      tailSum += a[a.count - k]
      let served = min(best[a.count - k], best[a.count - k + 1])
      fewer[k] = min(fewer[k - 1], served - tailSum + Double(k) * edge)
      more[k] = served - tailSum + Double(k) * b[0]
    }
    for k in stride(from: a.count - 1, through: 1, by: -1) { more[k] = min(more[k], more[k + 1]) }
    var result = [Double](repeating: .infinity, count: b.count + 1)
    result[0] = best[a.count]
    var headSum = 0.0
    for i in 1...b.count {
      headSum += b[i - 1]
      let level = headSum - Double(i) * edge + fewer[min(i, a.count)]
      let steep = i < a.count ? headSum - Double(i) * b[0] + more[i + 1] : .infinity
      result[i] = min(level, steep)
    }
    return result
  }

  private mutating func addLinks(_ w: Int) {
    let (k, i) = (crossings[w].k, crossings[w].i)
    for place in 0..<max(k, i) {
      // One by one from the far ends inwards; the rest with the unit at the edge.
      let one = blocks[w].units[blocks[w].units.count - k + min(place, k - 1)]
      let other = blocks[w + 1].units[k > i ? max(0, place - (k - i)) : place]
      links.append(
        blocks[w].isTreated ? Link(row: one, column: other) : Link(row: other, column: one))
    }
  }
}
