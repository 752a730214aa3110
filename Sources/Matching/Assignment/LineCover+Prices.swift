extension LineCover {
  /// Prices from a place y between each two blocks that are linked: whoever is linked across it is worth
  /// the way to y. At an uneven crossing y is the unit that several share; at an even one it may lie
  /// anywhere in the gap where no price gets in the way of another.
  ///
  /// The conditions bound sums of places next to each other and differences of those one apart. With the
  /// sign of every second place changed all are bounds on differences, and passes along the line find the
  /// largest values that keep them (Bellman 1958, DOI 10.1090/qam/102435). What was found is then checked
  /// against every pair.
  mutating func findPrices() {
    let count = crossings.count
    // Bounds of each place; what matters is which units are served from where.
    var low = [Double](repeating: -.infinity, count: count)
    var high = [Double](repeating: .infinity, count: count)
    for w in 0..<count where crossings[w].i > 0 {
      let a = blocks[w].scores
      let b = blocks[w + 1].scores
      let (k, i) = (crossings[w].k, crossings[w].i)
      low[w] = a[a.count - 1]
      high[w] = b[0]
      let isSharedBefore = w > 0 && crossings[w - 1].i + k > a.count
      let isSharedAfter = w + 1 < count && i + crossings[w + 1].k > b.count
      if i > k || isSharedBefore {
        high[w] = low[w]
      } else if k > i || isSharedAfter {
        low[w] = high[w]
      }
    }
    // z = y at even places, −y at odd ones.
    var z = (0..<count).map { $0 % 2 == 0 ? high[$0] : -low[$0] }
    func lower(_ place: Int, to bound: Double, _ changed: inout Bool) {
      if bound < z[place] {
        // A change within rounding is none: it would go round for ever.
        if z[place] - bound > 1e-14 * (abs(bound) + abs(z[place])) { changed = true }
        z[place] = bound
      }
    }
    func relax(_ w: Int, _ changed: inout Bool) {
      guard w > 0 else { return }
      let isLinked = crossings[w].i > 0
      let wasLinked = crossings[w - 1].i > 0
      let block = blocks[w].scores
      let (even, odd) = w % 2 == 0 ? (w, w - 1) : (w - 1, w)
      if isLinked, wasLinked {
        // The last unit of this block served from the left, against those of the next; and the first
        // served from the right, against those of the block before.
        lower(odd, to: z[even] - 2 * block[crossings[w - 1].i - 1], &changed)
        lower(even, to: z[odd] + 2 * block[block.count - crossings[w].k], &changed)
      }
      guard w > 1, isLinked, crossings[w - 2].i > 0 else { return }
      // The last unit of the block before served from its left, and the first of this served from its
      // right.
      let gap =
        2 * (block[block.count - crossings[w].k] - blocks[w - 1].scores[crossings[w - 2].i - 1])
      if w % 2 == 0 {
        lower(w, to: z[w - 2] + gap, &changed)
      } else {
        lower(w - 2, to: z[w] + gap, &changed)
      }
    }
    for _ in 0..<200 {
      var changed = false
      for w in 0..<count { relax(w, &changed) }
      for w in (0..<count).reversed() { relax(w, &changed) }
      if !changed { break }
    }
    price(places: (0..<count).map { $0 % 2 == 0 ? z[$0] : -z[$0] })
  }

  /// Prices each unit by the place that it is served across, and checks all pairs.
  private mutating func price(places: [Double]) {
    // The most that price + score has been among the treated, and among the controls.
    var reach = (treated: -Double.infinity, controls: -Double.infinity)
    for (w, block) in blocks.enumerated() {
      let served = w > 0 ? crossings[w - 1].i : 0
      for (position, score) in block.scores.enumerated() {
        let price = position < served ? score - places[w - 1] : places[w] - score
        prices.append(price)
        largestViolation = max(largestViolation, -price)
        let other = block.isTreated ? reach.controls : reach.treated
        largestViolation = max(largestViolation, other + price - score)
        if block.isTreated {
          reach.treated = max(reach.treated, price + score)
        } else {
          reach.controls = max(reach.controls, price + score)
        }
      }
    }
  }
}
