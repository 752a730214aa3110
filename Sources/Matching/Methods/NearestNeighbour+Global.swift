/// A focal unit's best offer, ordered by distance and then by rank.
private struct Offer: Comparable {
  /// The distance, or its negative where the farthest comes first.
  let key: Double
  /// Among equal distances the lower comes first.
  let rank: Int
  let focal: Int
  let match: Neighbour
  /// In how many wishes the two differ, negative where the farthest comes first.
  let unlike: Int

  static func < (a: Offer, b: Offer) -> Bool {
    (a.unlike, a.key, a.rank) < (b.unlike, b.key, b.rank)
  }
}

extension NearestNeighbour {
  /// Focal units in the order of the distance to their nearest comparator, the nearest pair of all first or the
  /// farthest.
  ///
  /// An offer whose comparator has gone is renewed only when it comes up. Its distance can only have grown: where
  /// the nearest comes first it waits for its new place, where the farthest comes first it is still the farthest
  /// and chooses at once. So the order of `farthest` is that of the distances before anybody chose. Of several
  /// equal distances the earliest in the queue comes first, but a renewed offer stands before those that it
  /// equals where the nearest comes first, and behind them where the farthest does (MatchIt's rule).
  func byDistance<Search: NeighbourSearch>(
    _ queue: [Int], farthestFirst: Bool, in problem: MatchingProblem, from search: inout Search
  ) -> [(focal: Int, match: Neighbour)] {
    var found: [(focal: Int, match: Neighbour)] = []
    var taken = [Bool](repeating: false, count: problem.count)
    var offers = BinaryHeap<Offer>()
    let sign = farthestFirst ? -1 : 1
    func offer(_ unit: Int, rank: Int, _ search: inout Search) {
      let match = search.best(for: unit, in: problem)
      if let match {
        offers.insert(
          Offer(
            key: Double(sign) * match.distance, rank: rank, focal: unit, match: match,
            unlike: sign * problem.unlike(unit, match.unit)))
      }
    }
    for (place, unit) in queue.enumerated() { offer(unit, rank: place, &search) }
    var renewed = 0
    while let best = offers.popLeast() {
      guard !taken[best.match.unit] else {
        renewed += 1
        offer(best.focal, rank: farthestFirst ? queue.count + renewed : -renewed, &search)
        continue
      }
      for gone in problem.standIns(of: best.match.unit) {
        taken[gone] = true
        search.remove(gone)
      }
      found.append((best.focal, best.match))
    }
    return found
  }

  /// The nearest pair of all first, so many pairs and for nobody more than `most` in all; those in the queue
  /// have `least` each.
  func closestUpTo<Search: NeighbourSearch>(
    _ queue: [Int], pairs: Int, in problem: MatchingProblem, from search: inout Search
  ) -> [(focal: Int, match: Neighbour, k: Int)] {
    var found: [(focal: Int, match: Neighbour, k: Int)] = []
    var taken = [Bool](repeating: false, count: problem.count)
    var counts = [Int](repeating: matches.least, count: problem.count)
    var offers = BinaryHeap<Offer>()
    func offer(_ unit: Int, _ search: inout Search) {
      guard counts[unit] < matches.most else { return }
      let match = search.best(for: unit, in: problem)
      if let match {
        offers.insert(
          Offer(
            key: match.distance, rank: unit, focal: unit, match: match,
            unlike: problem.unlike(unit, match.unit)))
      }
    }
    for unit in queue { offer(unit, &search) }
    while found.count < pairs, let best = offers.popLeast() {
      if !taken[best.match.unit] {
        for gone in problem.standIns(of: best.match.unit) {
          taken[gone] = true
          search.remove(gone)
        }
        counts[best.focal] += 1
        found.append((best.focal, best.match, counts[best.focal]))
      }
      offer(best.focal, &search)
    }
    return found
  }
}
