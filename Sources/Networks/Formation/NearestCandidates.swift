/// The nearest other actors of each actor, and what a choice among them alone leaves out.
struct NearestCandidates: Sendable {
  /// Of each actor, in ascending order of position.
  let lists: [[Int32]]
  private let count: Int

  /// - Parameter size: how many; all others where there are fewer.
  /// - Complexity: O(*n*² / blocks + *n* · size), by blocks in the order of their distance.
  init(_ locations: Locations, count size: Int) {
    let n = locations.count
    let blocks = Blocks(
      actors: n, axes: [locations.eastings, locations.northings], atMost: max(8, size / 2))
    let (x, y) = (blocks.ranges(of: locations.eastings), blocks.ranges(of: locations.northings))
    var lists = [[Int32]](repeating: [], count: n)
    for block in 0..<blocks.count {
      let gaps = (0..<blocks.count).map { other in
        let (dx, dy) = (x[block].gap(to: x[other]), y[block].gap(to: y[other]))
        return (dx * dx + dy * dy).squareRoot()
      }
      let ranked = (0..<blocks.count).sorted { (gaps[$0], $0) < (gaps[$1], $1) }
      for ego in blocks.members(of: block) {
        var found: [(distance: Double, actor: Int32)] = []
        for other in ranked {
          if found.count >= size {
            found.sort { ($0.distance, $0.actor) < ($1.distance, $1.actor) }
            found.removeLast(found.count - size)
            if let last = found.last, gaps[other] > last.distance { break }
          }
          for alter in blocks.members(of: other) where alter != ego {
            found.append((locations.distance(Int(ego), Int(alter)), alter))
          }
        }
        found.sort { ($0.distance, $0.actor) < ($1.distance, $1.actor) }
        lists[Int(ego)] = found.prefix(size).map(\.actor).sorted()
      }
    }
    self.lists = lists
    count = n
  }

  /// The mean over actors of the probability that a new tie, chosen among all by the effects of pairs, would go
  /// outside the list; from every actor, or from 512 spread evenly over them where there are more.
  func massOutside(_ effects: [WeightedEffect]) -> Double {
    let pairEffects = effects.filter { $0.effect.reach == .pair && $0.part != .endowment }
    let network = Network(actors: count, directed: false)
    let sampled = min(count, 512)
    var sum = 0.0
    for k in 0..<sampled {
      let ego = k * count / sampled
      let all = (0..<count).filter { $0 != ego }.map(Int32.init)
      let whole = ChoiceField.weights(network, ego: ego, all, pairEffects).reduce(0, +)
      let inside = ChoiceField.weights(network, ego: ego, lists[ego], pairEffects).reduce(0, +)
      sum += max(0, 1 - inside / whole)
    }
    return sum / Double(sampled)
  }
}
