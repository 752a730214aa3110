/// A focal unit's best offer, ordered by distance and then by row.
private struct Offer: Comparable {
  /// The distance, or its negative where the farthest comes first.
  let key: Double
  let focal: Int
  let match: Neighbour
  /// In how many wishes the two differ, negative where the farthest comes first.
  let unlike: Int

  static func < (a: Offer, b: Offer) -> Bool {
    (a.unlike, a.key, a.focal) < (b.unlike, b.key, b.focal)
  }
}

extension NearestNeighbour {
  /// The nearest pair of all first. An offer whose comparator has gone is renewed only when it comes up:
  /// its distance can only have grown.
  func closestFirst<Search: NeighbourSearch>(
    _ queue: [Int], in problem: MatchingProblem, from search: inout Search
  ) -> [(focal: Int, match: Neighbour)] {
    var found: [(focal: Int, match: Neighbour)] = []
    var taken = [Bool](repeating: false, count: problem.count)
    var offers = BinaryHeap<Offer>()
    func offer(_ unit: Int, _ search: inout Search) {
      let match = search.best(for: unit, in: problem)
      if let match {
        offers.insert(
          Offer(
            key: match.distance, focal: unit, match: match,
            unlike: problem.unlike(unit, match.unit)))
      }
    }
    for unit in queue { offer(unit, &search) }
    while let best = offers.popLeast() {
      guard !taken[best.match.unit] else {
        offer(best.focal, &search)
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
            key: match.distance, focal: unit, match: match,
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

  /// The focal unit with the farthest nearest comparator first. When a comparator goes, all whose nearest
  /// it was look again, since they may now be the ones who come first.
  func farthestFirst<Search: NeighbourSearch>(
    _ queue: [Int], in problem: MatchingProblem, from search: inout Search
  ) -> [(focal: Int, match: Neighbour)] {
    var found: [(focal: Int, match: Neighbour)] = []
    var current = [Neighbour?](repeating: nil, count: problem.count)
    var suitors = [[Int]](repeating: [], count: problem.count)
    var offers = BinaryHeap<Offer>()
    func offer(_ unit: Int, _ search: inout Search) {
      let match = search.best(for: unit, in: problem)
      current[unit] = match
      guard let match else { return }
      suitors[match.unit].append(unit)
      offers.insert(
        Offer(
          key: -match.distance, focal: unit, match: match,
          unlike: -problem.unlike(unit, match.unit)))
    }
    for unit in queue { offer(unit, &search) }
    while let best = offers.popLeast() {
      guard current[best.focal] == best.match else { continue }
      current[best.focal] = nil
      let gone = problem.standIns(of: best.match.unit)
      for unit in gone { search.remove(unit) }
      found.append((best.focal, best.match))
      for lost in gone {
        for unit in suitors[lost] where current[unit]?.unit == lost { offer(unit, &search) }
        suitors[lost] = []
      }
    }
    return found
  }
}
